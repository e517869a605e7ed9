"""Licences to use the mark, and cases of wrong use."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from .rules import Refused, RefusedAsKnown, RefusedAsUnknown


class CaseStep(StrEnum):
    """What is done in a case, in whatever order; ``closed`` is the last."""

    WARNED = "warned"
    CORRECTED = "corrected"
    LICENCE_ENDED = "licence_ended"
    CLOSED = "closed"


class MarkNotKnown(RefusedAsUnknown):
    def __init__(self, scheme: str, known: Sequence[str]) -> None:
        super().__init__(
            "Dit keurmerk is hier niet bekend.",
            "This mark is not known here.",
            field="scheme",
            value=scheme,
            allowed=", ".join(known),
        )


class LicenceEndsBeforeItBegins(Refused):
    def __init__(self, valid_until: date) -> None:
        super().__init__(
            "De licentie eindigt voor zij begint.",
            "The licence ends before it begins.",
            field="valid_until",
            value=valid_until.isoformat(),
        )


class WordsMissing(Refused):
    def __init__(self, field: str) -> None:
        super().__init__("Hier hoort een zin.", "A sentence belongs here.", field=field)


class LicenceRunsAlready(RefusedAsKnown):
    def __init__(self, company_id: str, scheme: str) -> None:
        super().__init__(
            f"Voor {company_id} loopt al een licentie van {scheme}.",
            f"A licence of {scheme} runs for {company_id} already.",
            field="company_id",
            value=company_id,
            allowed=("beëindig die eerst", "end that one first"),
        )


class LicenceNotKnown(RefusedAsUnknown):
    def __init__(self, licence_id: str) -> None:
        super().__init__(
            "Onder dit kenmerk loopt geen licentie.",
            "No licence runs under this key.",
            field="licence_id",
            value=licence_id,
        )


class CaseNotKnown(RefusedAsUnknown):
    def __init__(self, case_id: str) -> None:
        super().__init__("Deze zaak is niet bekend.", "This case is not known.", field="case_id", value=case_id)


class CaseIsClosed(RefusedAsKnown):
    def __init__(self, case_id: str) -> None:
        super().__init__(
            "Deze zaak is gesloten.",
            "This case is closed.",
            field="case_id",
            value=case_id,
            allowed=("een nieuwe zaak", "a new case"),
        )


def check_licence(scheme: str, known: Sequence[str], conditions: str, valid_from: date, valid_until: date) -> None:
    if scheme not in known:
        raise MarkNotKnown(scheme, known)
    check_words(conditions, "conditions")
    if valid_until < valid_from:
        raise LicenceEndsBeforeItBegins(valid_until)


def check_words(words: str, field: str) -> None:
    if not words.strip():
        raise WordsMissing(field)
