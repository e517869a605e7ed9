"""What each figure is called and what exactly it counts, in Dutch and in English."""

from typing import NamedTuple

from .curriculum import Words


class Named(NamedTuple):
    title: Words
    definition: Words


FIGURES: dict[str, Named] = {
    "completion": Named(
        Words("Opleidingsrendement", "Completion"),
        Words(
            "Van wie in de lichting begon, het deel dat het certificaat heeft. Een lichting is iedereen die in één "
            "schooljaar (augustus tot en met juli) begint; zonder keuze: alle lichtingen waarvan de laatste geplande "
            "einddag voorbij is. Eronder per opleiding.",
            "Of those who began in the cohort, the share that holds the certificate. A cohort is everybody who begins "
            "in one school year (August to July); without a choice: all cohorts whose last planned day has passed. "
            "Below it by programme.",
        ),
    ),
    "success": Named(
        Words("Succes van vertrekkers", "Success of leavers"),
        Words(
            "Van wie vertrok, met certificaat of als uitvaller, het deel dat met certificaat ging. Wie nog bezig is, "
            "telt niet mee.",
            "Of those who left, with the certificate or as a drop-out, the share that left with the certificate. "
            "Who is still learning does not count.",
        ),
    ),
    "retention": Named(
        Words("Behouden na het eerste jaar", "Kept after the first year"),
        Words(
            "Van wie minstens 365 dagen geleden begon, het deel dat binnen 365 dagen na de start niet was uitgevallen.",
            "Of those who began at least 365 days ago, the share that had not dropped out within 365 days of the "
            "start.",
        ),
    ),
    "first_attempt_pass": Named(
        Words("In één keer geslaagd", "Passed at the first attempt"),
        Words(
            "Van alle eerste pogingen voor een examen, het deel dat voldoende was. Eén leerling doet meer examens; de "
            "uitslagen hangen dus samen en het interval is eerder te smal dan te breed.",
            "Of all first attempts at an exam, the share that passed. One trainee sits several exams, so the results "
            "hang together and the interval is rather too narrow than too wide.",
        ),
    ),
    "months_to_certificate": Named(
        Words("Tijd tot het certificaat", "Time to the certificate"),
        Words(
            "De mediaan van het aantal maanden (van 30,4 dagen) tussen de eerste dag en de dag van uitgifte, van wie "
            "het certificaat kreeg. Wie het nog niet heeft, telt niet mee: van een lopende lichting is het te laag.",
            "The median number of months (of 30.4 days) between the first day and the day of issue, of those who got "
            "the certificate. Who has none yet does not count: for a running cohort it is too low.",
        ),
    ),
    "drop_out": Named(
        Words("Uitval", "Drop-out"),
        Words(
            "Van wie begon, het deel dat is uitgevallen. Per oorzaak staat het deel van de uitvallers met die oorzaak.",
            "Of those who began, the share that dropped out. By cause stands the share of the drop-outs with that "
            "cause.",
        ),
    ),
    "drop_out_phase": Named(
        Words("Uitval vóór het einde van het eerste jaar", "Drop-out before the end of the first year"),
        Words(
            "Van de uitvallers, het deel dat in de startfase of het eerste jaar uitviel; per fase staat het deel van "
            "de uitvallers in die fase. De weken van de startfase staan in het schema.",
            "Of the drop-outs, the share that dropped out in the start phase or the first year; by phase stands the "
            "share of the drop-outs in that phase. The weeks of the start phase stand in the scheme.",
        ),
    ),
    "replacement_days": Named(
        Words("Dagen tot een nieuwe leerwerkplek", "Days until another placement"),
        Words(
            "De mediaan van het aantal dagen tussen het einde van een leerwerkplek en het begin van de volgende bij "
            "een ander leerbedrijf. Wie nog wacht, telt niet mee.",
            "The median number of days between the end of a placement and the start of the next one at another "
            "company. Who still waits does not count.",
        ),
    ),
    "mentor_time": Named(
        Words("Begeleidingstijd op de norm", "Mentor time up to the norm"),
        Words(
            "Van de afgesloten perioden van vier weken met werk in het leerbedrijf, het deel waarin de begeleider "
            "minstens de norm van het schema besteedde: minuten van logboek en gesprekken, per week met werk.",
            "Of the complete periods of four weeks with work in the company, the share in which the mentor spent at "
            "least the scheme's norm: minutes of the logbook and contact moments, for each week with work.",
        ),
    ),
    "alignment": Named(
        Words("Theorie en praktijk in de pas", "Theory and practice in step"),
        Words(
            "Van de eindtermen die een leerling op school kreeg, het deel dat in het leerbedrijf aan bod kwam binnen "
            "de norm van het schema (dagen na de eerste week op school). Waarvan de termijn nog loopt, telt niet mee.",
            "Of the attainment targets that a trainee had at school, the share that was practised in the company "
            "within the scheme's norm (days after the first week at school). Those whose term still runs do not "
            "count.",
        ),
    ),
    "agreements": Named(
        Words("Praktijkovereenkomst rond", "Training agreement complete"),
        Words(
            "Van wie nog in opleiding is, het deel met een praktijkovereenkomst die door alle partijen is getekend.",
            "Of those who still learn, the share with a practical training agreement that all parties signed.",
        ),
    ),
    "visits_held": Named(
        Words("Bezoeken gehouden", "Visits held"),
        Words(
            "Van de bezoeken die als nu te doen zijn gemeld, het deel dat is gehouden.",
            "Of the visits that were told to be due, the share that was held.",
        ),
    ),
    "visits_on_time": Named(
        Words("Bezoeken op tijd", "Visits on time"),
        Words(
            "Van de bezoeken die als nu te doen zijn gemeld en waarvan de termijn van veertien dagen voorbij is of die "
            "zijn gehouden, het deel dat binnen veertien dagen na die melding is gehouden.",
            "Of the visits that were told to be due, and were held or whose term of fourteen days has passed, the "
            "share that was held within fourteen days of being told.",
        ),
    ),
}
"""By key of the figure."""

GOALS = {
    "baseline": Words("zonder keurmerk", "without the mark"),
    "target": Words("doel", "goal"),
    "stretch": Words("streven", "ambition"),
}

PHASES = {
    "start phase": Words("startfase", "start phase"),
    "year 1": Words("eerste jaar", "first year"),
    "later": Words("na het eerste jaar", "after the first year"),
    "exam phase": Words("examenfase", "exam phase"),
    "unknown": Words("niet vastgelegd", "not recorded"),
}

UNKNOWN = "unknown"

CAUSES = {
    "P1": Words("P1 school en leerbedrijf overleggen niet", "P1 school and company do not talk"),
    "P2": Words("P2 theorie en praktijk sluiten niet aan", "P2 theory and practice do not meet"),
    "P3": Words("P3 het leerbedrijf kan niet alles leren", "P3 the company cannot teach everything"),
    "P4": Words("P4 de begeleider heeft geen tijd", "P4 the mentor has no time"),
    "P5": Words("P5 extra handjes", "P5 extra hands"),
    "P6": Words("P6 de begeleider past niet of wil niet", "P6 the mentor does not fit or does not want to"),
    "other": Words("een andere reden", "another reason"),
    UNKNOWN: Words("niet bekend", "not known"),
}
"""The six causes, and the one that nobody wrote down."""

PROJECTION = Words(
    "Wat te verwachten is als wie nu nog bezig is het doet zoals eerdere lichtingen vanaf hetzelfde moment in hun "
    "opleiding: van de laatste vijf afgeronde lichtingen het deel van wie op dat moment nog bezig was en later het "
    "certificaat kreeg. De band is de 95%-voorspelling van een bèta-binomiale verdeling (Jeffreys); verschillen tussen "
    "schooljaren zitten er niet in, dus zij is eerder te smal dan te breed. Eén lichting zegt weinig.",
    "What to expect if those who still learn do as earlier cohorts did from the same moment of their training on: of "
    "the last five finished cohorts, the share of those still learning at that moment that later got the certificate. "
    "The band is the 95 % prediction of a beta-binomial distribution (Jeffreys); differences between school years are "
    "not in it, so it is rather too narrow than too wide. One cohort says little.",
)

EFFECT = Words(
    "Open signalen per leerling op de plek van het bezoek: op de dag van het bezoek en acht weken later. Dit is geen "
    "bewijs dat het bezoek hielp. Een vervroegd bezoek valt juist waar het net slecht ging, en wat uitzonderlijk "
    "slecht is, wordt meestal vanzelf minder slecht (regressie naar het gemiddelde). De bezoeken volgens het schema "
    "staan ernaast als vergelijking, maar die plekken zijn niet dezelfde.",
    "Open signals per trainee at the place of the visit: on the day of the visit and eight weeks later. This does not "
    "prove that the visit helped. A visit is brought forward where things have just gone badly, and what is "
    "exceptionally bad mostly becomes less bad by itself (regression to the mean). The visits on schedule stand beside "
    "it for comparison, but those places are not the same.",
)
