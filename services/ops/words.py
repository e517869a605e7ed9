"""The desk's words: events and steps by name, and what failed messages mean for the work, said without queues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from services.ops.domain.tracing import Stage, fact_of
from shared.web.i18n import N_

STAGES: dict[Stage, str] = {
    "happened": N_("Wat gebeurde er"),
    "decided": N_("Wie besliste"),
    "told": N_("Wie hoorde het"),
    "came_back": N_("Wat kwam terug"),
    "stuck": N_("Wat bleef steken"),
}

TITLES: dict[str, str] = {
    "company-registered": N_("Leerbedrijf opgenomen"),
    "company-equipment-changed": N_("Machinepark gewijzigd"),
    "trainee-enrolled": N_("Leerling ingeschreven"),
    "placement-started": N_("Leerwerkplek begonnen"),
    "coverage-gap-opened": N_("Eindterm nergens te leren"),
    "coverage-gap-closed": N_("Eindterm niet meer open"),
    "visit-planned": N_("Bezoek gepland"),
    "visit-due": N_("Bezoek moet nu"),
    "visit-overdue": N_("Bezoek te laat"),
    "visit-completed": N_("Bezoek gebracht"),
    "complaint-received": N_("Klacht ontvangen"),
    "scheme-version-published": N_("Schemaversie gepubliceerd"),
    "exam-result-recorded": N_("Examenuitslag vastgelegd"),
    "exam-passed": N_("Examen gehaald"),
    "exam-failed": N_("Examen niet gehaald"),
    "candidate-eligible": N_("Kandidaat voldoet aan alle eisen"),
    "candidate-not-yet-eligible": N_("Kandidaat voldoet nog niet"),
    "certification-decided": N_("Certificatiebeslissing genomen"),
    "certificate-issued": N_("Certificaat uitgegeven"),
    "certificate-suspended": N_("Certificaat geschorst"),
    "certificate-reinstated": N_("Certificaat hersteld"),
    "certificate-withdrawn": N_("Certificaat ingetrokken"),
    "certificate-corrected": N_("Certificaat verbeterd"),
    "certificate-scope-reduced": N_("Certificaat geldt voor minder"),
    "certificate-reissued": N_("Certificaat opnieuw opgemaakt"),
    "certificate-expiring": N_("Certificaat verloopt binnenkort"),
    "certificate-expired": N_("Certificaat verlopen"),
    "certificate-suspension-ending": N_("Schorsing opnieuw te bekijken"),
    "recertification-window-opened": N_("Certificaat kan worden verlengd"),
    "recertification-completed": N_("Certificaat verlengd"),
    "appeal-lodged": N_("Beroep ingesteld"),
    "appeal-decided": N_("Beroep beslist"),
    "refusal-appeal-lodged": N_("Beroep ingesteld tegen een weigering"),
    "refusal-appeal-decided": N_("Beroep tegen een weigering beslist"),
    "mark-licence-granted": N_("Licentie voor het keurmerk gegeven"),
    "mark-licence-ending": N_("Licentie voor het keurmerk loopt af"),
    "mark-licence-ended": N_("Licentie voor het keurmerk beëindigd"),
    "misuse-case-opened": N_("Verkeerd gebruik van het keurmerk gevonden"),
    "misuse-case-closed": N_("Zaak over verkeerd gebruik gesloten"),
    "appeal-overdue": N_("Op een beroep is niet op tijd beslist"),
    "certification-refused": N_("Certificaat geweigerd"),
    "examiner-conflict-detected": N_("Belangenconflict gezien"),
    "scheme-version-retired": N_("Schemaversie niet meer in gebruik"),
    "exam-scheduled": N_("Examen gepland"),
    "exam-moved": N_("Examen verplaatst"),
    "exam-cancelled": N_("Examen gaat niet door"),
    "register-verified": N_("Register nagekeken: alles klopt"),
    "signing-key-replaced": N_("Sleutel om mee te ondertekenen vervangen"),
    "register-verification-failed": N_("Register nagekeken: er klopt iets niet"),
    "company-accreditation-granted": N_("Leerbedrijf erkend"),
    "company-accreditation-expiring": N_("Erkenning loopt af"),
    "company-accreditation-withdrawn": N_("Erkenning ingetrokken"),
    "application-received": N_("Aanmelding ontvangen"),
    "application-accepted": N_("Aanmelding toegelaten"),
    "application-rejected": N_("Aanmelding afgewezen"),
    "enrolment-paused": N_("Opleiding onderbroken"),
    "enrolment-resumed": N_("Opleiding hervat"),
    "enrolment-dropped-out": N_("Opleiding gestopt"),
    "training-completed": N_("Opleiding afgerond"),
    "risk-level-changed": N_("Risico veranderd"),
    "placement-ended": N_("Leerwerkplek beëindigd"),
    "placement-mentor-changed": N_("Andere praktijkbegeleider"),
    "placement-replacement-needed": N_("Vervangende leerwerkplek nodig"),
    "placement-replaced": N_("Vervangende leerwerkplek gevonden"),
    "agreement-sent": N_("Praktijkovereenkomst verstuurd"),
    "agreement-signed": N_("Praktijkovereenkomst getekend door een partij"),
    "agreement-completed": N_("Praktijkovereenkomst compleet"),
    "mentor-time-below-norm": N_("Te weinig begeleiding"),
    "extra-hands-signalled": N_("Te veel eenvoudig werk"),
    "attendance-below-norm": N_("Te weinig op school"),
    "alignment-gap-detected": N_("Theorie en praktijk lopen uiteen"),
    "target-signed-off": N_("Eindterm afgetekend"),
    "attendance-measured": N_("Aanwezigheid gemeten"),
    "practice-elsewhere-recorded": N_("Praktijk van elders vastgelegd"),
    "practice-elsewhere-withdrawn": N_("Praktijk van elders ingetrokken"),
    "mentor-nominated": N_("Praktijkbegeleider voorgedragen"),
    "mentor-accepted": N_("Praktijkbegeleider zei ja"),
    "mentor-declined": N_("Praktijkbegeleider zei nee"),
    "mentor-approved": N_("Praktijkbegeleider goedgekeurd"),
    "mentor-course-ending": N_("Begeleiderscursus loopt af"),
    "mentor-lapsed": N_("Begeleiderscursus verlopen"),
    "programme-review-due": N_("Programmabespreking aan de beurt"),
    "programme-review-overdue": N_("Programmabespreking te laat"),
    "programme-review-escalated": N_("Programmabespreking naar de coördinator"),
    "programme-review-held": N_("Programmabespreking gehouden"),
    "action-assigned": N_("Actiepunt uitgezet"),
    "action-overdue": N_("Actiepunt te laat"),
    "action-done": N_("Actiepunt gedaan"),
    "visit-moved": N_("Bezoek verzet"),
    "visit-waived": N_("Bezoek vervallen"),
    "evaluation-talk-held": N_("Evaluatiegesprek gehouden"),
    "complaint-acknowledged": N_("Klacht bevestigd"),
    "complaint-put-on-agenda": N_("Klacht op de agenda"),
    "complaint-resolved": N_("Klacht opgelost"),
    "complainant-answered": N_("Bericht aan wie klaagde"),
    "complaint-appealed": N_("Beroep tegen de afhandeling van een klacht"),
    "mail-sent": N_("Mail verstuurd"),
    "mail-bounced": N_("Mail geweigerd"),
    "mail-suppressed": N_("Mail niet verstuurd"),
    "message-parked": N_("Bericht geparkeerd"),
    "message-redriven": N_("Bericht opnieuw aangeboden"),
    "message-discarded": N_("Bericht weggelegd"),
}


STATES: dict[str, tuple[str, str]] = {
    "parked": (N_("geparkeerd"), "bad"),
    "redriving": (N_("gaat terug"), "busy"),
    "redriven": (N_("opnieuw aangeboden"), "good"),
    "discarded": (N_("weggelegd"), "plain"),
    "edited": (N_("veranderd"), "plain"),
}
"""The state of a failed message in a word, and the tone of its tag."""

ACTIONS = {
    "retry": N_("opnieuw aangeboden"),
    "discard": N_("weggelegd"),
    "restore": N_("teruggezet"),
    "edit": N_("veranderd"),
}

OUTCOMES: dict[str, tuple[str, str]] = {
    "handled": (N_("Verwerkt."), "good"),
    "parked again": (N_("Opnieuw geparkeerd: de oorzaak is nog niet weg."), "bad"),
    "waiting": (N_("Wacht nog, in de wachtrij of op een nieuwe poging."), "busy"),
    "unknown": (N_("Onbekend: de dienst antwoordt niet."), "warn"),
}
"""What became of a message that was sent back."""


def title_of(event_type: str) -> str:
    """The event in words of the trade, Dutch, to be translated; without words, its type."""
    return TITLES.get(fact_of(event_type), event_type)


class Sentence(NamedTuple):
    """One and many of a sentence, to be translated with its count."""

    one: str
    many: str


def n_(one: str, many: str) -> Sentence:
    """Marks both forms for translation where they stand."""
    return Sentence(N_(one), N_(many))


_OTHER = n_("%(num)d bericht is niet verwerkt", "%(num)d berichten zijn niet verwerkt")

_IMPACT: dict[tuple[str, str], Sentence] = {
    ("certification", "exam-passed"): n_(
        "%(num)d geslaagd examen telt nog niet mee voor een certificaat",
        "%(num)d geslaagde examens tellen nog niet mee voor een certificaat",
    ),
    ("certification", "trainee-enrolled"): n_(
        "%(num)d inschrijving is bij de certificering niet bekend",
        "%(num)d inschrijvingen zijn bij de certificering niet bekend",
    ),
    ("certification", "person-details-changed"): n_(
        "%(num)d naam staat niet goed op het certificaat", "%(num)d namen staan niet goed op het certificaat"
    ),
    ("enrollment", "scheme-version-published"): n_(
        "%(num)d schemaversie is bij de opleiding niet bekend",
        "%(num)d schemaversies zijn bij de opleiding niet bekend",
    ),
    ("enrollment", "certificate-issued"): n_(
        "%(num)d certificaat ontbreekt in het dossier van de leerling",
        "%(num)d certificaten ontbreken in de dossiers van leerlingen",
    ),
    ("notifications", "trainee-enrolled"): n_(
        "%(num)d inschrijving zonder welkomstmail", "%(num)d inschrijvingen zonder welkomstmail"
    ),
    ("notifications", "placement-started"): n_(
        "%(num)d praktijkbegeleider is niet verwelkomd", "%(num)d praktijkbegeleiders zijn niet verwelkomd"
    ),
    ("notifications", "visit-due"): n_(
        "%(num)d bezoek is niet aangekondigd", "%(num)d bezoeken zijn niet aangekondigd"
    ),
    ("notifications", "certificate-issued"): n_(
        "%(num)d certificaat is niet aan de houder gemeld", "%(num)d certificaten zijn niet aan de houder gemeld"
    ),
    ("notifications", "exam-passed"): n_("%(num)d uitslag is niet gemaild", "%(num)d uitslagen zijn niet gemaild"),
    ("notifications", "exam-failed"): n_("%(num)d uitslag is niet gemaild", "%(num)d uitslagen zijn niet gemaild"),
    ("notifications", "contact-point-changed"): n_(
        "%(num)d adres is niet bijgewerkt; mail kan verkeerd gaan",
        "%(num)d adressen zijn niet bijgewerkt; mail kan verkeerd gaan",
    ),
    ("ops", ""): n_("%(num)d gebeurtenis ontbreekt in het logboek", "%(num)d gebeurtenissen ontbreken in het logboek"),
}


def impact(parked: Iterable[tuple[str, str, int]]) -> list[tuple[Sentence, int]]:
    """From (service, event type, count) to sentences with their counts, the largest first."""
    counts: dict[Sentence, int] = {}
    for service, event_type, count in parked:
        fact = fact_of(event_type)
        sentence = _IMPACT.get((service, fact)) or _IMPACT.get((service, "")) or _OTHER
        counts[sentence] = counts.get(sentence, 0) + count
    return sorted(counts.items(), key=lambda item: -item[1])
