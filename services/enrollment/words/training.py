"""States and events in words of the trade, in the language of the page."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import dates, numbers

from shared.web import i18n
from shared.web.i18n import N_
from shared.web.i18n import translate as _

from . import risk as words_risk

STATES = {
    "applied": (N_("aangemeld"), "plain"),
    "accepted": (N_("toegelaten"), "plain"),
    "enrolled": (N_("ingeschreven"), "busy"),
    "active": (N_("in opleiding"), "good"),
    "paused": (N_("onderbroken"), "warn"),
    "completed": (N_("afgerond"), "good"),
    "dropped out": (N_("uitgevallen"), "bad"),
}
"""State of an enrolment: its word and its tone."""

VISIT_STATES = {
    "planned": (N_("gepland"), "plain"),
    "due": (N_("nu te doen"), "busy"),
    "overdue": (N_("te laat"), "bad"),
    "completed": (N_("gehouden"), "good"),
    "waived": (N_("laten vervallen"), "plain"),
}

REASONS = {
    "cadence": N_("volgens het schema"),
    "complaint": N_("eerder, vanwege een klacht"),
    "agreed": N_("afgesproken bij het vorige bezoek"),
    "signal": N_("eerder, vanwege een signaal"),
}

COVERED = {
    "company": (N_("leerbedrijf"), "good"),
    "school": (N_("school"), "good"),
    "guest": (N_("gastplaatsing"), "good"),
    "open": (N_("open"), "bad"),
}
"""What covers an attainment target: its word and its tone."""

MENTOR_STATES = {
    "nominated": (N_("voorgedragen"), "busy"),
    "accepted": (N_("zei ja"), "busy"),
    "declined": (N_("zei nee"), "bad"),
    "approved": (N_("goedgekeurd"), "good"),
    "lapsed": (N_("cursus verlopen"), "warn"),
}
"""Where a mentor stands: its word and its tone."""

BECAUSE = {
    "equipment": N_("er zijn machines voor"),
    "plan": N_("er is een plan"),
    "placement ended": N_("de leerwerkplek is geëindigd"),
    "scheme": N_("het schema vraagt het niet meer"),
}
"""Why a gap is none any more."""

PARTIES = {
    "school": N_("de school"),
    "company": N_("het leerbedrijf"),
    "trainee": N_("de leerling"),
    "guardian": N_("de ouder of verzorger"),
}
"""Who signs a training agreement."""

ROLES = {
    "mentor": N_("praktijkbegeleider"),
    "instructor": N_("instructeur"),
    "company": N_("contactpersoon"),
    "trainee": N_("leerling"),
    "office": N_("keurmerkbureau"),
}
"""Who sits at a talk, by the kind of the reference."""

AGREEMENT_STATES = {
    "sent": (N_("ter ondertekening"), "busy"),
    "completed": (N_("compleet"), "good"),
    "withdrawn": (N_("vervallen"), "plain"),
}

EXAMS = {
    "theory": N_("theorie-examen"),
    "drawing": N_("tekeninglezen en meten"),
    "practice": N_("proeve van bekwaamheid"),
}

OUTCOMES = {"granted": N_("toegekend"), "refused": N_("afgewezen")}

RECIPIENTS = {
    "trainee": N_("de leerling"),
    "guardian": N_("de ouder of verzorger"),
    "mentor": N_("de praktijkbegeleider"),
    "instructor": N_("de instructeur"),
    "company": N_("het leerbedrijf"),
    "school": N_("de school"),
    "office": N_("het keurmerkbureau"),
}

MAILS = {
    "replacement_needed": N_("er is een andere leerwerkplek nodig"),
    "application_confirm": N_("aanmelding bevestigen"),
    "accreditation_expiring": N_("de erkenning loopt af"),
    "sign_in_invitation": N_("uitnodiging om in te loggen"),
    "agreement_sign": N_("praktijkovereenkomst ondertekenen"),
    "mentor_welcome": N_("welkom als begeleider"),
    "trainee_welcome": N_("welkom als leerling"),
    "guardian_welcome": N_("kopie voor ouder of verzorger"),
    "visit_due": N_("een bezoek is aan de beurt"),
    "visit_due_host": N_("een bezoek is aan de beurt"),
    "visit_overdue": N_("een bezoek is te laat"),
    "visits_digest": N_("bezoeken die aandacht vragen"),
    "review_due": N_("een programmabespreking is aan de beurt"),
    "review_overdue": N_("een programmabespreking is te laat"),
    "review_escalated": N_("een programmabespreking blijft uit"),
    "action_assigned": N_("een actie is afgesproken"),
    "action_overdue": N_("een actie is te laat"),
    "exam_passed": N_("examen gehaald"),
    "exam_failed": N_("examen niet gehaald"),
    "certificate_issued": N_("het certificaat is uitgegeven"),
    "certificate_issued_company": N_("het certificaat is uitgegeven"),
    "mentor_answer": N_("wilt u begeleiden?"),
    "mentor_another_needed": N_("er is een andere begeleider nodig"),
    "mentor_course_ending": N_("de cursus loopt af"),
    "certificate_changed": N_("er is iets veranderd aan het certificaat"),
    "certificate_changed_company": N_("er is iets veranderd aan het certificaat"),
    "certificate_ending": N_("het certificaat loopt af"),
    "suspension_ending": N_("een schorsing is aan de beurt"),
}

SENTENCES = {
    "enrollment.agreement-sent.v1": (N_("Praktijkovereenkomst %(agreement_id)s verstuurd ter ondertekening"), "plain"),
    "enrollment.agreement-signed.v1": (N_("Praktijkovereenkomst %(agreement_id)s getekend: %(party)s"), "plain"),
    "enrollment.agreement-completed.v1": (N_("Praktijkovereenkomst %(agreement_id)s compleet"), "good"),
    "enrollment.placement-ended.v1": (N_("Leerwerkplek bij %(company)s beëindigd op %(ended_on)s"), "warn"),
    "enrollment.placement-mentor-changed.v1": (N_("Andere begeleider bij %(company)s"), "plain"),
    "enrollment.placement-replacement-needed.v1": (N_("Opleidingsgarantie: een andere leerwerkplek nodig"), "bad"),
    "enrollment.placement-replaced.v1": (N_("Andere leerwerkplek na %(days_without)s dagen: %(company)s"), "good"),
    "enrollment.enrolment-paused.v1": (N_("Opleiding onderbroken vanaf %(paused_on)s"), "warn"),
    "enrollment.enrolment-resumed.v1": (N_("Verder met de opleiding vanaf %(resumed_on)s"), "good"),
    "enrollment.enrolment-dropped-out.v1": (N_("Uitgevallen op %(dropped_out_on)s (%(phase)s)"), "bad"),
    "enrollment.training-completed.v1": (N_("Opleiding afgerond op %(completed_on)s"), "good"),
    "enrollment.risk-level-changed.v1": (N_("Risico op uitval: van %(before)s naar %(level)s (%(causes)s)"), "warn"),
    "enrollment.trainee-enrolled.v1": (N_("Ingeschreven voor %(programme)s bij %(company)s en %(school)s"), "good"),
    "enrollment.placement-started.v1": (N_("Leerwerkplek begonnen bij %(company)s"), "good"),
    "enrollment.coverage-gap-opened.v1": (N_("Nergens te leren, en nog geen plan: %(targets)s"), "warn"),
    "enrollment.coverage-gap-closed.v1": (N_("Niet meer open: %(targets)s (%(because)s)"), "good"),
    "enrollment.mentor-time-below-norm.v1": (
        N_("Te weinig begeleiding: %(minutes)s van %(budget_minutes)s minuten in vier weken"),
        "warn",
    ),
    "enrollment.extra-hands-signalled.v1": (N_("Twee perioden achter elkaar te veel eenvoudig werk"), "warn"),
    "enrollment.attendance-below-norm.v1": (
        N_("Te weinig op school: %(attended_days)s van %(expected_days)s dagen"),
        "warn",
    ),
    "enrollment.alignment-gap-detected.v1": (
        N_("Op school geleerd en nog niet in het leerbedrijf geoefend: %(targets)s"),
        "warn",
    ),
    "enrollment.target-signed-off.v1": (N_("Eindterm afgetekend door instructeur en begeleider: %(target)s"), "good"),
    "enrollment.practice-elsewhere-recorded.v1": (
        N_("Praktijk elders opgedaan: van %(starts_on)s tot en met %(ends_on)s"),
        "good",
    ),
    "enrollment.practice-elsewhere-withdrawn.v1": (
        N_("Praktijk van elders ingetrokken: van %(starts_on)s tot en met %(ends_on)s"),
        "warn",
    ),
    "enrollment.visit-due.v1": (N_("Bezoek aan %(place)s is aan de beurt: uiterlijk %(due_on)s"), "busy"),
    "enrollment.programme-review-due.v1": (N_("Programmabespreking aan de beurt: uiterlijk %(due_on)s"), "busy"),
    "enrollment.programme-review-overdue.v1": (
        N_("Programmabespreking te laat: zij had op %(due_on)s moeten zijn"),
        "warn",
    ),
    "enrollment.programme-review-escalated.v1": (
        N_("Programmabespreking van %(due_on)s nog niet gehouden: gemeld aan de projectcoördinator"),
        "bad",
    ),
    "enrollment.programme-review-held.v1": (N_("Programmabespreking gehouden"), "good"),
    "certification.exam-passed.v1": (N_("Examen gehaald: %(exam)s met %(score)s (poging %(attempt)s)"), "good"),
    "certification.exam-failed.v1": (N_("Examen niet gehaald: %(exam)s met %(score)s (poging %(attempt)s)"), "warn"),
    "certification.candidate-eligible.v1": (N_("Aan alle eisen van het keurmerk is voldaan"), "good"),
    "certification.certification-decided.v1": (N_("Certificatiebeslissing: %(outcome)s"), "good"),
    "certification.certificate-issued.v1": (N_("Certificaat %(number)s uitgegeven"), "good"),
    "certification.certificate-suspended.v1": (N_("Certificaat %(number)s geschorst"), "bad"),
    "certification.certificate-reinstated.v1": (N_("Certificaat %(number)s hersteld"), "good"),
    "certification.certificate-withdrawn.v1": (N_("Certificaat %(number)s ingetrokken"), "bad"),
    "certification.certificate-corrected.v1": (N_("Certificaat %(number)s verbeterd"), "plain"),
    "certification.certificate-scope-reduced.v1": (N_("Certificaat %(number)s geldt voor minder eindtermen"), "warn"),
    "certification.certificate-reissued.v1": (N_("Certificaat %(number)s opnieuw opgemaakt"), "plain"),
    "certification.certificate-expired.v1": (N_("Certificaat %(number)s verlopen"), "warn"),
    "certification.recertification-window-opened.v1": (N_("Certificaat %(number)s kan worden verlengd"), "busy"),
    "certification.recertification-completed.v1": (N_("Certificaat %(number)s verlengd"), "good"),
    "notifications.mail-sent.v1": (N_("Mail aan %(recipient)s: %(template)s"), "plain"),
    "notifications.mail-bounced.v1": (N_("Mail aan %(recipient)s kwam niet aan: %(template)s"), "bad"),
    "notifications.mail-suppressed.v1": (N_("Mail aan %(recipient)s is niet verstuurd: %(template)s"), "warn"),
}
"""By type of event: its sentence and its tone."""


def sentence(kind: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """An event as a sentence, and its tone. ``names`` are of companies and schools, by ``kind/id``."""
    if kind not in SENTENCES:
        return kind, "plain"
    text, tone = SENTENCES[kind]
    return _(text) % _Words(facts, names), tone


class _Words(dict[str, str]):
    """The words of a sentence, made when they are asked for; a fact that is not there is a dash."""

    def __init__(self, facts: Mapping[str, Any], names: Mapping[str, str]) -> None:
        super().__init__()
        self.facts, self.names = facts, names

    def __missing__(self, word: str) -> str:
        value = self.facts.get(word)
        match word:
            case "company" | "school":
                return self._named(f"{word}/{self.facts.get(f'{word}_id')}")
            case "programme":
                return self.names.get(f"programme/{value}", str(value))
            case "place":
                return self._named(f"{self.facts.get('place_kind')}/{self.facts.get('place_id')}")
            case "starts_on" | "ends_on" if value:
                return dates.format_date(date.fromisoformat(str(value)), "d MMMM y", i18n.locale())
            case "due_on" | "paused_on" | "resumed_on" | "dropped_out_on" | "completed_on" | "ended_on" if value:
                return dates.format_date(date.fromisoformat(str(value)), "d MMMM y", i18n.locale())
            case "targets":
                codes = value if isinstance(value, list) else []
                return ", ".join(self.names.get(f"target/{code}", str(code)) for code in codes)
            case "target":
                return self.names.get(f"target/{value}", str(value))
            case "attended_days" | "expected_days":
                return numbers.format_decimal(str(value), locale=i18n.locale())
            case "because":
                return _said(BECAUSE, str(value))
            case "party":
                return _said(PARTIES, str(value))
            case "phase":
                return _said(words_risk.PHASES, str(value))
            case "level" | "before":
                return _(words_risk.LEVELS[str(value)][0]) if value in words_risk.LEVELS else str(value)
            case "causes" if isinstance(value, list):
                return ", ".join(value) or "\N{EN DASH}"
            case "recipient":
                return _said(RECIPIENTS, str(value).partition("/")[0])
            case "template":
                return _said(MAILS, str(value))
            case "exam":
                return _said(EXAMS, str(value))
            case "outcome":
                return _said(OUTCOMES, str(value))
            case "score":
                return numbers.format_decimal(str(value), locale=i18n.locale())
            case _:
                return "\N{EN DASH}" if value is None else str(value)

    def _named(self, ref: str) -> str:
        return self.names.get(ref, ref.partition("/")[2])


def _said(words: Mapping[str, str], key: str) -> str:
    return _(words[key]) if key in words else key
