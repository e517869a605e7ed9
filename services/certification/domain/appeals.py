"""An appeal against a step: who may lodge it until when, and who may decide on it (ISO/IEC 17024, 9.8)."""

from collections.abc import Iterable
from datetime import date

from shared import days

from .life import APPEALABLE, Kind
from .renewal import person
from .rules import Refused, RefusedAsKnown, RefusedAsUnknown


class NothingToAppealAgainst(RefusedAsUnknown):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"Over certificaat {number} is geen besluit genomen waartegen beroep kan.",
            f"No decision that can be appealed against was taken about certificate {number}.",
            field="step",
            value=number,
        )


class NotRefused(RefusedAsUnknown):
    def __init__(self, trainee_id: str) -> None:
        super().__init__(
            f"Aan {trainee_id} is geen certificaat geweigerd.",
            f"No certificate was refused to {trainee_id}.",
            field="trainee_id",
            value=trainee_id,
            allowed=("een kandidaat aan wie het certificaat is geweigerd", "a candidate who was refused"),
        )


class NoAppealInScheme(RefusedAsKnown):
    def __init__(self) -> None:
        super().__init__(
            "Toen dit besluit viel noemde het schema geen termijn voor beroep.",
            "When this decision was taken the scheme named no term of appeal.",
            field="step",
        )


class AppealTooLate(Refused):
    def __init__(self, until: date) -> None:
        super().__init__(
            f"De termijn voor beroep liep tot en met {days.nl(until)}.",
            f"The term of appeal ran until {days.en(until)}.",
            field="late_reason",
            allowed=("een reden waarom het later kon", "a reason why it could come later"),
        )


class AppealedAlready(RefusedAsKnown):
    def __init__(self) -> None:
        super().__init__(
            "Tegen dit besluit is al beroep ingesteld.",
            "There is an appeal against this decision already.",
            field="step",
        )


class AppealNotKnown(RefusedAsUnknown):
    def __init__(self, appeal_id: str) -> None:
        super().__init__("Dit beroep is niet bekend.", "This appeal is not known.", field="appeal_id", value=appeal_id)


class AppealDecidedAlready(RefusedAsKnown):
    def __init__(self) -> None:
        super().__init__("Op dit beroep is al beslist.", "This appeal was decided already.", field="appeal_id")


_PARTS = {
    "decided": ("nam een van de besluiten", "took one of the decisions"),
    "examined": ("examineerde de houder", "examined the holder"),
    "trained": ("leidde de houder op", "trained the holder"),
    "lodged": ("stelde het beroep in", "lodged the appeal"),
    "colleague": (
        "werkt bij het bedrijf of de school van de kandidaat",
        "work at the candidate's company or school",
    ),
}


class HadAPart(RefusedAsKnown):
    """Who decides on an appeal had no part in what it is about. The database refuses it as well."""

    def __init__(self, who: str, part: str) -> None:
        nl, en = _PARTS[part]
        super().__init__(
            f"U {nl}, dus iemand anders beslist op het beroep.",
            f"You {en}, so somebody else decides on the appeal.",
            field="decided_by",
            value=who,
            allowed=("een beslisser die er niets mee te maken had", "a decider who had nothing to do with it"),
        )


PART_OF_TIE = {
    "company": "colleague",
    "school": "colleague",
    "instructor": "trained",
    "mentor": "trained",
    "examiner": "examined",
    "trainee": "lodged",
}
"""What a tie of a decider comes to when it is about an appeal."""


def is_late(kind: Kind | None, appeal_until: date | None, *, today: date, late_reason: str) -> bool:
    """Whether the appeal comes after its term, with a reason; without one it is refused. ``kind`` is None against a
    refusal, which can always be appealed against where the scheme has a term."""
    if (kind is not None and kind not in APPEALABLE) or appeal_until is None:
        raise NoAppealInScheme()
    if today <= appeal_until:
        return False
    if not late_reason.strip():
        raise AppealTooLate(appeal_until)
    return True


def check_uninvolved(decided_by: str, had_part: Iterable[tuple[str, str]]) -> None:
    """``had_part`` are persons with their part: decided, examined, trained, lodged."""
    for who, part in had_part:
        if person(who) == person(decided_by):
            raise HadAPart(decided_by, part)
