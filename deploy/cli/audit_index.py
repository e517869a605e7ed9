"""What an auditor asks for, and where the file answers it: by clause of ISO/IEC 17024:2012 and by pool criterion.

The numbers are those of the clauses of the standard (general requirements for bodies operating certification of
persons, second edition, 2012); what a clause asks is said in our own words and stands in for nobody's copy of it. A
clause that is met outside Keur says so: an index that leaves it out would seem to be complete.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """``counted`` names what ``report_audit`` counts for it; ``where`` are pages, lists and commands, as they are."""

    number: str
    asks: tuple[str, str]
    evidence: tuple[str, str]
    counted: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


OUTSIDE = (
    "niet in Keur: de papieren van de stichting zelf",
    "not in Keur: the foundation's own papers",
)

CLAUSES: tuple[Entry, ...] = (
    Entry("4.1", ("de instelling is een rechtspersoon", "the body is a legal entity"), OUTSIDE),
    Entry(
        "4.2",
        ("de instelling beslist zelf over certificaten", "the body itself decides on certification"),
        ("elke beslissing met wie of welke regel besliste, en het dossier waarop",
         "each decision with who or which rule decided, and the file it was decided on"),
        ("certificates",),
        ("/certification/certificates", "keur events trace trainee/…"),
    ),
    Entry(
        "4.3",
        ("onpartijdigheid is geregeld en bewaakt", "impartiality is arranged and watched"),
        ("opleiden en certificeren zijn twee diensten met eigen gegevens; de examinator staat bij elke uitslag",
         "training and certification are two services with data of their own; each result names its examiner"),
        ("results",),
        ("/certification/api/results", "/certification/deciders", "docs/architecture.md"),
    ),
    Entry("4.4", ("geld en aansprakelijkheid zijn gedekt", "finance and liability are covered"), OUTSIDE),
    Entry("5.1", ("wie waarvoor verantwoordelijk is", "who is responsible for what"), OUTSIDE),
    Entry(
        "5.2",
        ("opleiden beïnvloedt het certificeren niet", "training does not influence certification"),
        ("gescheiden diensten, die elkaar alleen gebeurtenissen melden; een schema mag een tweede beslisser vragen",
         "separate services that only tell each other events; a scheme may ask for a decider of its own"),
        ("schemes",),
        ("docs/architecture.md", "/certification/schemes"),
    ),
    Entry(
        "6.1",
        ("wie het werk doet is bekwaam en geheimhouding is afgesproken",
         "those who do the work are able and bound to confidence"),
        OUTSIDE,
    ),
    Entry(
        "6.2",
        ("examinatoren zijn bekwaam en zonder belang bij de kandidaat",
         "examiners are able and have no interest in the candidate"),
        ("de examinator bij elke uitslag; hun bekwaamheid staat in de papieren van de stichting",
         "the examiner with each result; their ability stands in the foundation's own papers"),
        ("examiners", "results"),
        ("/certification/api/results",),
    ),
    Entry("6.3", ("uitbesteed werk blijft onder toezicht", "work given to others stays under control"), OUTSIDE),
    Entry("6.4", ("lokalen en middelen zijn geschikt", "rooms and means are fit"), OUTSIDE),
    Entry(
        "7.1",
        ("van elke aanvrager, kandidaat en houder is een dossier",
         "there is a file of each applicant, candidate and holder"),
        ("leerlingdossier met tijdlijn; kandidaat met uitslagen, beslissing en certificaat; logboek van gebeurtenissen",
         "the trainee's file with its timeline; the candidate with results, decision and certificate; the journal"),
        ("trainees", "certificates"),
        ("/enrollment/trainees", "/certification/candidates", "keur export events"),
    ),
    Entry(
        "7.2",
        ("het publiek kan nagaan of een certificaat geldt", "the public can check whether a certificate is valid"),
        ("openbaar register: met nummer en code, zonder inloggen; statuslijsten",
         "the public register: by number and code, without signing in; status lists"),
        ("register",),
        ("/certification/register", "keur verify"),
    ),
    Entry(
        "7.3",
        ("wat over mensen bekend is, blijft vertrouwelijk", "what is known about people stays confidential"),
        ("geen namen in gebeurtenissen en logboeken; klachten alleen voor de coördinator; namen reizen versleuteld",
         "no names in events and logs; complaints for the coordinator only; names travel encrypted"),
        (),
        ("docs/guarantees.md", "docs/operations.md"),
    ),
    Entry(
        "7.4",
        ("gegevens en examens zijn beveiligd", "data and exams are secured"),
        ("rechten per dienst, ondertekende sessies, back-up en herstel; examenopgaven bewaren staat buiten Keur",
         "rights per service, signed sessions, backup and restore; keeping exam papers safe is outside Keur"),
        (),
        ("docs/operations.md", "keur backup"),
    ),
    Entry(
        "8.1\N{EN DASH}8.4",
        ("per keurmerk een schema met eisen, toetsing en criteria, onder versiebeheer",
         "a scheme for each mark with requirements, assessment and criteria, under version control"),
        ("elke gepubliceerde versie, onveranderlijk, met vingerafdruk; waarom elke eis bestaat",
         "each published version, unchangeable, with its fingerprint; why each requirement exists"),
        ("schemes",),
        ("/certification/schemes", "keur scheme validate"),
    ),
    Entry(
        "9.1",
        ("een aanvraag wordt vastgelegd en nagegaan", "an application is recorded and checked"),
        ("inschrijving met opleiding, school, leerbedrijf, begeleider en de regels die zijn nagegaan",
         "the enrolment with programme, school, company and mentor, and the rules that were checked"),
        ("trainees",),
        ("/enrollment/trainees", "/enrollment/api/trainees"),
    ),
    Entry(
        "9.2",
        ("de toetsing volgt het schema", "assessment follows the scheme"),
        ("kandidaten per stand, met wat nog ontbreekt", "candidates by state, with what is still missing"),
        ("candidates",),
        ("/certification/candidates",),
    ),
    Entry(
        "9.3",
        ("examens zijn geldig, vergelijkbaar en vastgelegd", "exams are valid, comparable and recorded"),
        ("elke uitslag met poging, dag, score, examinator; een correctie staat naast wat zij corrigeert",
         "each result with attempt, day, score, examiner; a correction stands beside what it corrects"),
        ("results", "first_attempt_pass"),
        ("/certification/api/results", "v_exam"),
    ),
    Entry(
        "9.4",
        ("beslissen op grond van het dossier, door wie niet opleidde of examineerde",
         "deciding from the file, by somebody who did not train or examine"),
        ("beslissing met schemaversie, bewijs en vingerafdruk van het dossier; opnieuw na te rekenen",
         "the decision with scheme version, evidence and fingerprint of the file; it can be worked out again"),
        ("certificates",),
        ("/certification/certificates", "keur verify"),
    ),
    Entry(
        "9.5",
        ("schorsen, intrekken en beperken zijn geregeld", "suspending, withdrawing and reducing are arranged"),
        ("de stand van elk certificaat met dag en reden, en statuslijsten die iedereen kan lezen",
         "the state of each certificate with day and reason, and status lists that anybody can read"),
        ("not_valid",),
        ("/certification/register", "/certification/status/1"),
    ),
    Entry(
        "9.6",
        ("hercertificering waar het schema die vraagt", "recertification where the scheme asks for it"),
        ("geldigheid en hercertificering staan in het schema", "validity and recertification stand in the scheme"),
        ("with_end",),
        ("/certification/schemes",),
    ),
    Entry(
        "9.7",
        ("houders gebruiken certificaat en merk juist", "holders use certificate and mark rightly"),
        ("het certificaat zegt wat het is en waar het is na te gaan",
         "the certificate says what it is and where to check it"),
        ("certificates",),
        ("/certification/register", "/certification/mark-use"),
    ),
    Entry(
        "9.8",
        ("beroep tegen een beslissing is mogelijk en wordt gevolgd",
         "a decision can be appealed, and appeals are followed"),
        ("beroepen met termijn en uitkomst", "appeals with their term and outcome"),
        ("appeals",),
        ("/certification/appeals",),
    ),
    Entry(
        "9.9",
        ("klachten worden ontvangen, onderzocht en afgehandeld", "complaints are received, looked into and settled"),
        ("klachten met dag en soort; zij vervroegen het bezoek",
         "complaints with day and category; they bring the visit forward"),
        ("complaints",),
        ("/enrollment/api/complaints", "keur report visits"),
    ),
    Entry("10.1", ("een managementsysteem", "a management system"), OUTSIDE),
    Entry(
        "10.2",
        ("documenten, registraties, interne audits, beoordeling door de directie, verbetering",
         "documents, records, internal audits, review by the management, improvement"),
        ("registraties: het logboek van gebeurtenissen en de audit-regels per dienst; cijfers voor de beoordeling; "
         "de rest buiten Keur",
         "records: the journal of events and the audit rows of each service; figures for the review; the rest outside "
         "Keur"),
        (),
        ("keur export events", "keur report board"),
    ),
)  # fmt: skip

CRITERIA: tuple[Entry, ...] = (
    Entry(
        "A",
        ("intake-assessment en persoonlijk plan vóór de start", "entry assessment and personal plan before the start"),
        ("leerlingen met een vastgelegd intake-assessment", "trainees with a recorded entry assessment"),
        ("assessments",),
        ("/enrollment/trainees",),
    ),
    Entry(
        "B",
        ("minstens twee dagen per week school, veertig weken per jaar",
         "at least two days a week at school, forty weeks a year"),
        ("het weekpatroon en de schoolweken van het schema; schooldagen in het leerlinglogboek",
         "the week pattern and school weeks of the scheme; school entries in the trainees' logbook"),
        ("week_pattern",),
        ("/certification/schemes", "/enrollment/api/logbook"),
    ),
    Entry(
        "C",
        ("opleidingsgarantie: wie het leerbedrijf verliest, krijgt een andere plek",
         "training guarantee: who loses the company gets another placement"),
        ("vervangende leerwerkplekken en hoeveel dagen dat duurde", "replacement placements and the days they took"),
        ("replacement_days",),
        ("/enrollment/board", "/enrollment/api/figures"),
    ),
    Entry(
        "D",
        ("praktijkbegeleiders hebben een geldige cursus", "mentors have a valid course"),
        ("begeleiders met een cursus die op de dag van dit rapport geldt",
         "mentors with a course valid on the day of this report"),
        ("mentor_courses",),
        ("/enrollment/api/mentors", "/enrollment/companies"),
    ),
    Entry(
        "E",
        ("leerbedrijven zijn erkend en worden elke vier jaar opnieuw bekeken",
         "companies are accredited and looked at again every four years"),
        ("leerbedrijven met een erkenning die op de dag van dit rapport geldt, hoogstens vier jaar vooruit",
         "companies with an accreditation valid on the day of this report, at most four years ahead"),
        ("accredited",),
        ("/enrollment/companies",),
    ),
    Entry(
        "F",
        ("een praktijkovereenkomst, getekend door alle partijen", "a training agreement, signed by all parties"),
        ("leerlingen in opleiding met een volledige overeenkomst", "trainees in training with a complete agreement"),
        ("agreements",),
        ("/enrollment/trainees",),
    ),
)  # fmt: skip
