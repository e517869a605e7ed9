"""Every mail there is: who gets it, on which event, and in which tone."""

from dataclasses import dataclass

from shared.web.i18n import N_


class UnknownTemplate(LookupError):
    """A mail names a template that this version of the code does not have."""


@dataclass(frozen=True)
class Kind:
    """``formal`` readers are addressed with u in Dutch; ``title`` is what the office calls this mail."""

    name: str
    formal: bool
    title: str


KINDS: dict[str, Kind] = {
    made.name: made
    for made in (
        Kind("mentor_welcome", True, N_("Welkom voor de praktijkbegeleider")),
        Kind("trainee_welcome", False, N_("Welkom voor de leerling")),
        Kind("guardian_welcome", True, N_("Kopie voor ouder of verzorger")),
        Kind("visit_due", False, N_("Bezoek aan de beurt, voor de coördinator")),
        Kind("visit_due_host", True, N_("Bezoek aan de beurt, voor de begeleider")),
        Kind("visit_overdue", False, N_("Bezoek te laat")),
        Kind("visits_digest", False, N_("Meer bezoeken in één mail")),
        Kind("review_due", True, N_("Programmabespreking aan de beurt, voor de instructeur")),
        Kind("review_overdue", True, N_("Programmabespreking te laat, voor de instructeur")),
        Kind("review_escalated", False, N_("Programmabespreking blijft uit, voor de coördinator")),
        Kind("action_assigned", True, N_("Actie afgesproken")),
        Kind("action_overdue", True, N_("Actie te laat")),
        Kind("exam_passed", False, N_("Examen gehaald")),
        Kind("exam_failed", False, N_("Examen niet gehaald")),
        Kind("certificate_issued", False, N_("Certificaat, voor de houder")),
        Kind("certification_refused", False, N_("Certificaat geweigerd")),
        Kind("certificate_issued_company", True, N_("Certificaat, voor het leerbedrijf")),
        Kind("mentor_answer", True, N_("Vraag aan een voorgedragen begeleider")),
        Kind("complaint_acknowledged", True, N_("Klacht ontvangen, voor wie klaagde")),
        Kind("complaint_answer", True, N_("Antwoord op een klacht, voor wie klaagde")),
        Kind("complaint_appealed", True, N_("Beroep ontvangen, voor wie klaagde")),
        Kind("complaint_appeal_answer", True, N_("Antwoord na beroep, voor wie klaagde")),
        Kind("review_confirm", True, N_("Programmabespreking bevestigen")),
        Kind("mentor_another_needed", True, N_("Andere begeleider nodig, voor het leerbedrijf")),
        Kind("accreditation_expiring", True, N_("Erkenning loopt af, voor het leerbedrijf")),
        Kind("application_confirm", False, N_("Aanmelding bevestigen")),
        Kind("replacement_needed", False, N_("Andere leerwerkplek nodig, voor de coördinator")),
        Kind("sign_in_invitation", True, N_("Uitnodiging om in te loggen")),
        Kind("agreement_sign", True, N_("Praktijkovereenkomst ondertekenen")),
        Kind("mentor_course_ending", True, N_("Cursus loopt af, voor de begeleider")),
        Kind("certificate_changed", False, N_("Certificaat veranderd, voor de houder")),
        Kind("certificate_changed_company", True, N_("Certificaat veranderd, voor het leerbedrijf")),
        Kind("certificate_ending", False, N_("Certificaat loopt af, voor de houder")),
        Kind("exam_session", False, N_("Examenmoment, voor de leerling")),
        Kind("exam_session_staff", True, N_("Examenmoment, voor wie examineert of toezicht houdt")),
        Kind("mark_use", True, N_("Gebruik van het keurmerk, voor het leerbedrijf")),
        Kind("refusal_appeal", False, N_("Beroep tegen een weigering, voor de kandidaat")),
        Kind("appeal_overdue", False, N_("Beroep wacht te lang, voor de coördinator")),
        Kind("suspension_ending", False, N_("Schorsing opnieuw te bekijken")),
    )
}


def kind(template: str) -> Kind:
    """The kind of mail that a template is for, or ``UnknownTemplate``."""
    try:
        return KINDS[template]
    except KeyError:
        raise UnknownTemplate(template) from None
