"""Why a company stops taking part."""

from shared.web.i18n import N_

ENDED = {
    "at-request": N_("op verzoek van het leerbedrijf"),
    "stopped": N_("het leerbedrijf stopt"),
    "merged": N_("opgegaan in een ander bedrijf"),
    "no-trainees": N_("leidt geen leerlingen meer op"),
    "not-accredited": N_("niet meer erkend"),
    "unpaid": N_("de bijdrage is niet betaald"),
    "other": N_("anders"),
}
