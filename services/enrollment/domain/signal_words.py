"""What each kind of signal is called, in Dutch and in English."""

from collections.abc import Mapping

from .curriculum import Words
from .signals import Kind

KINDS: Mapping[str, Words] = {
    Kind.REVIEW_OVERDUE: Words("programmabespreking te laat", "programme review overdue"),
    Kind.ACTION_OVERDUE: Words("actiepunt te laat", "action overdue"),
    Kind.ALIGNMENT_GAP: Words("eindterm op school gehad, niet in het leerbedrijf", "target had at school, not at work"),
    Kind.ATTENDANCE: Words("aanwezigheid op school onder de norm", "attendance at school below the norm"),
    Kind.COVERAGE_GAP: Words("eindterm nergens te leren", "target can be learned nowhere"),
    Kind.MENTOR_TIME: Words("begeleidingstijd onder de norm", "mentor time below the norm"),
    Kind.EXTRA_HANDS: Words("te veel eenvoudig werk", "too much simple work"),
    Kind.MENTOR: Words("praktijkbegeleider niet in orde", "mentor not in order"),
    Kind.COMPLAINT: Words("klacht", "complaint"),
    Kind.NO_PLACEMENT: Words("geen leerwerkplek", "no placement"),
    Kind.AGREEMENT: Words("praktijkovereenkomst niet rond", "training agreement not complete"),
}
"""By kind."""


def kind_words(kind: str) -> Words:
    """Of a kind without words: the kind itself."""
    return KINDS.get(kind, Words(kind, kind))
