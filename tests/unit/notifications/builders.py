"""Sample data for every mail there is, and the people in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.notifications.mails import Facts, Letter, Party, SchemeWords, Sender, Stored, write

SENDER = Sender("Stichting Metaal Opleidingen", "keurmerk@smo.example", "vragen@smo.example")
REGISTER = "https://keur.example/certification/register"
CAUSE = "01890c0d-e000-7000-8000-00000000beef"
SCHEME = SchemeWords(
    {"nl": "SMO-certificaat", "en": "SMO certificate"},
    "Stichting Metaal Opleidingen",
    {
        "theory": {"nl": "Theorie-examen", "en": "Theory exam"},
        "drawing": {"nl": "Tekeninglezen en meten", "en": "Drawing and measuring"},
        "practice": {"nl": "Proeve van bekwaamheid", "en": "Proof of competence"},
    },
)
_ENROLMENT = {
    "trainee": "trainee/T1",
    "company": "company/C1",
    "mentor": "mentor/M1",
    "school": "school/S1",
    "instructor": "instructor/I1",
    "programme": "verspaner-3",
    "starts_on": "2026-09-01",
    "planned_end": "2028-07-03",
}
_VISIT = {"place": "company/C1", "place_kind": "company", "due_on": "2026-10-12"}
_RESULT = {"exam": "theory", "attempt": 1, "taken_on": "2027-04-07", "score": 7.25}
_CERTIFICATE = {
    "trainee": "trainee/T1",
    "number": "SMO-2028-00042",
    "programme": "lasser-3",
    "issued_on": "2028-07-03",
    "valid_until": None,
}
_CHANGE = {
    "trainee": "trainee/T1",
    "number": "SMO-2028-00042",
    "change": "suspended",
    "decided_on": "2028-08-03",
}
_REVIEW = {
    "instructor": "instructor/I1",
    "due_on": "2026-10-26",
    "trainees": ["trainee/T1"],
    "hosts": ["mentor/M1"],
}
_ACTION = {"origin": "review", "due_on": "2026-11-11", "trainee": "trainee/T1"}
_AT_COMPANY = {"hosts": ["mentor/M1"], "trainees": ["trainee/T1"]}
_SESSION: dict[str, Any] = {
    "change_of_exam": "moved",
    "exam": "theory",
    "starts_at": "2027-03-02T09:00:00+01:00",
    "before": "2027-03-01T09:00:00+01:00",
    "room": "Veghel 3",
}
SAMPLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "mentor_welcome": ("mentor/M1", _ENROLMENT),
    "trainee_welcome": ("trainee/T1", _ENROLMENT),
    "guardian_welcome": ("guardian/T1", _ENROLMENT),
    "visit_due": ("office/coordinator", _VISIT | _AT_COMPANY),
    "visit_due_host": ("mentor/M1", _VISIT | _AT_COMPANY),
    "visit_overdue": ("office/coordinator", {"place": "company/C1", "due_on": "2026-10-12", "days_late": 14}),
    "visits_digest": (
        "office/coordinator",
        {
            "items": [
                _VISIT | {"template": "visit_due"},
                {"template": "visit_overdue", "place": "school/S1", "place_kind": "school", "due_on": "2026-10-12"},
            ]
        },
    ),
    "review_due": ("instructor/I1", _REVIEW),
    "review_overdue": ("instructor/I1", _REVIEW),
    "review_escalated": ("office/coordinator", _REVIEW),
    "action_assigned": ("mentor/M1", _ACTION),
    "action_overdue": ("mentor/M1", _ACTION),
    "exam_passed": ("trainee/T1", _RESULT),
    "exam_failed": ("trainee/T1", _RESULT | {"knocked_out": False, "resits_left": 2}),
    "certificate_issued": ("trainee/T1", _CERTIFICATE),
    "certificate_issued_company": ("company/C1", _CERTIFICATE),
    "accreditation_expiring": ("company/C1", {"place": "company/C1", "valid_until": "2026-12-31"}),
    "application_confirm": ("trainee/T1", {"link": "https://keur.example/x", "ends_on": "2026-10-12"}),
    "replacement_needed": (
        "office/coordinator",
        {"trainee": "trainee/T1", "place": "company/C1", "hosts": ["company/C1"], "ends_on": "2026-10-12"},
    ),
    "sign_in_invitation": ("office/coordinator", {"link": "https://keur.example/x", "ends_on": "2026-10-12"}),
    "agreement_sign": (
        "company/C1",
        {"trainee": "trainee/T1", "place": "company/C1", "link": "https://keur.example/x", "ends_on": "2026-10-12"},
    ),
    "mentor_answer": ("mentor/M1", {"place": "company/C1", "link": "https://keur.example/x", "ends_on": "2026-10-12"}),
    "mentor_another_needed": (
        "company/C1",
        {"place": "company/C1", "mentor": "mentor/M1", "due_on": "2026-10-12", "because": "declined"},
    ),
    "complaint_acknowledged": ("guardian/T1", {"received_on": "2026-09-14", "resolve_by": "2026-10-14"}),
    "complaint_answer": ("trainee/T1", {"link": "https://keur.example/x", "ends_on": "2026-10-12"}),
    "complaint_appealed": ("mentor/M1", {"received_on": "2026-09-14"}),
    "complaint_appeal_answer": ("trainee/T1", {"link": "https://keur.example/x", "ends_on": "2026-10-12"}),
    "review_confirm": (
        "mentor/M1",
        {"trainee": "trainee/T1", "link": "https://keur.example/x", "ends_on": "2026-10-12"},
    ),
    "mentor_course_ending": ("mentor/M1", {"place": "company/C1", "valid_until": "2026-10-12"}),
    "certificate_changed": ("trainee/T1", _CHANGE | {"reason": "investigation", "appeal_until": "2028-09-14"}),
    "certificate_changed_company": ("company/C1", _CHANGE),
    "certificate_ending": (
        "trainee/T1",
        {"trainee": "trainee/T1", "number": "SMO-2028-00042", "valid_until": "2031-07-03", "renewable": True},
    ),
    "suspension_ending": (
        "office/coordinator",
        {"trainee": "trainee/T1", "number": "SMO-2028-00042", "until": "2028-10-01"},
    ),
    "exam_session": ("trainee/T1", _SESSION | {"bring": {"nl": "eigen lashelm", "en": "your own mask"}}),
    "exam_session_staff": ("instructor/I1", _SESSION | {"seats": 12}),
    "mark_use": (
        "company/C1",
        {"place": "company/C1", "use": "granted", "valid_from": "2027-01-01", "valid_until": "2027-12-31"},
    ),
    "refusal_appeal": ("trainee/T1", {"outcome": "lodged", "lodged_on": "2026-07-10", "ends_on": "2026-09-04"}),
    "appeal_overdue": (
        "office/coordinator",
        {"trainee": "trainee/T1", "until": "2026-09-04", "against": "refused"},
    ),
    "certification_refused": (
        "trainee/T1",
        {"reason": "irregularity", "decided_on": "2026-07-03", "appeal_until": "2026-08-14"},
    ),
}
"""Template: to whom, and with what."""


def party(ref: str, name: str, organisation: str = "", language: str = "nl") -> Party:
    return Party.of(ref, name, organisation, "Oss", f"{ref.replace('/', '.').lower()}@post.example", language)


def facts(language: str = "nl", **names: str) -> Facts:
    """Everybody in the samples, in one language; ``trainee="…"`` gives somebody another name."""
    people = [
        party("trainee/T1", names.get("trainee", "Sophie Graaf"), language=language),
        party("guardian/T1", "ouder of verzorger van Sophie Graaf", language=language),
        party("mentor/M1", names.get("mentor", "Ömer ten Groot"), "O'Brien Metaal B.V.", language),
        party("instructor/I1", "Noah van den Groot", "Vakschool Metaal Veghel", language),
        party("company/C1", names.get("company", "Jesse den Bakker"), "O'Brien Metaal B.V.", language),
        party("school/S1", "", "Vakschool Metaal Veghel", language),
        party("office/coordinator", "Anneke Vos", language=language),
    ]
    return Facts({one.ref: one for one in people}, {"SMO-2028-00042": "K7QF-2M9D"}, {"smo": SCHEME}, {})


def mail(template: str, **changes: Any) -> Stored:
    """The sample of a template; ``changes`` are put into its data, and None takes a datum away."""
    recipient, data = SAMPLES[template]
    changed = {name: value for name, value in {**data, **changes}.items() if value is not None}
    about = "company/C1" if "place" in data else "trainee/T1"
    return Stored(
        id="5c5c0000-0000-5000-8000-00000000cafe",
        template=template,
        recipient=recipient,
        cause=CAUSE,
        subject_ref=about,
        scheme="smo",
        correlation=None,
        data=changed,
        attempts=1,
        message_id="<m1@keur.example>",
    )


def letter(template: str, language: str = "nl", known: Facts | None = None, **changes: Any) -> Letter:
    return write(mail(template, **changes), known or facts(language), SENDER, REGISTER, scheme="smo")


def without(known: Facts, ref: str) -> Facts:
    """The same facts, with somebody not known."""
    return replace(known, parties={key: one for key, one in known.parties.items() if key != ref})
