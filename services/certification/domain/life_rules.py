"""What refuses a step in the life of a certificate, in Dutch and in English."""

from collections.abc import Sequence
from datetime import date

from shared import days

from .rules import Refused, RefusedAsKnown, RefusedAsUnknown

_STATES = {
    "valid": ("geldig", "valid"),
    "suspended": ("geschorst", "suspended"),
    "withdrawn": ("ingetrokken", "withdrawn"),
    "expired": ("verlopen", "expired"),
}


class CertificateNotKnown(RefusedAsUnknown):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"Er is geen certificaat {number}.", f"There is no certificate {number}.", field="number", value=number
        )


class LastDayNotPassed(RefusedAsKnown):
    """A certificate expires after its last day, and by nothing else."""

    def __init__(self, number: str, valid_until: date | None) -> None:
        until = ("vervalt niet", "does not expire")
        if valid_until is not None:
            until = (f"geldt tot en met {days.nl(valid_until)}", f"is valid until {days.en(valid_until)}")
        super().__init__(
            f"Certificaat {number} {until[0]}.",
            f"Certificate {number} {until[1]}.",
            field="number",
            value=number,
            allowed=("intrekken, als het eerder moet eindigen", "withdraw it, where it must end sooner"),
        )


class ImportedStaysAsItIs(RefusedAsKnown):
    """What an older register says is not rewritten here."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Certificaat {number} komt uit een ouder register; wat erop staat blijft zo.",
            f"Certificate {number} comes from an older register; what it says stays as it is.",
            field="number",
            value=number,
            allowed=("schorsen, herstellen of intrekken", "suspend, reinstate or withdraw"),
        )


class CertificateHasEnded(RefusedAsKnown):
    """Withdrawn and expired are for good (product rule: never back)."""

    def __init__(self, number: str, state: str) -> None:
        nl, en = _STATES[state]
        super().__init__(
            f"Certificaat {number} is {nl}; dat blijft zo.",
            f"Certificate {number} is {en}; that is for good.",
            field="number",
            value=number,
            allowed=("een nieuw certificaat, na een nieuwe beslissing", "a new certificate, after a new decision"),
        )


class SuspendedAlready(RefusedAsKnown):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"Certificaat {number} is al geschorst.",
            f"Certificate {number} is suspended already.",
            field="number",
            value=number,
            allowed=("herstellen of intrekken", "reinstate or withdraw"),
        )


class NotSuspended(RefusedAsKnown):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"Certificaat {number} is niet geschorst, dus er is niets te herstellen.",
            f"Certificate {number} is not suspended, so there is nothing to reinstate.",
            field="number",
            value=number,
        )


class ValidOnly(RefusedAsKnown):
    def __init__(self, number: str, state: str) -> None:
        nl, en = _STATES[state]
        super().__init__(
            f"Certificaat {number} is {nl}; dit kan alleen met een geldig certificaat.",
            f"Certificate {number} is {en}; this can be done with a valid certificate only.",
            field="number",
            value=number,
            allowed=("eerst herstellen", "reinstate it first"),
        )


class ReasonNotGiven(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Zeg waarom: wie later kijkt moet het kunnen begrijpen.",
            "Say why: whoever looks later must be able to understand it.",
            field="reason",
            allowed=("een of meer zinnen", "a sentence or more"),
        )


class ReasonNotKnown(Refused):
    def __init__(self, code: str, allowed: Sequence[str]) -> None:
        super().__init__(
            "Dit is geen reden voor deze stap.",
            "This is no reason for this step.",
            field="reason_code",
            value=code,
            allowed=", ".join(allowed),
        )


class SuspensionEndsTooEarly(Refused):
    def __init__(self, until: date, today: date) -> None:
        super().__init__(
            "De schorsing moet na vandaag eindigen.",
            "The suspension must end after today.",
            field="until",
            value=until.isoformat(),
            allowed=(f"een dag na {days.nl(today)}", f"a day after {days.en(today)}"),
        )


class NothingIsCorrected(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Hiermee verandert er niets aan het certificaat.",
            "This changes nothing on the certificate.",
            field="holder",
            allowed=("een andere naam of een andere opleiding", "another name or another programme"),
        )


class ProgrammeNotInScheme(Refused):
    def __init__(self, programme: str, allowed: Sequence[str]) -> None:
        super().__init__(
            "Deze opleiding staat niet in de schemaversie van het certificaat.",
            "This programme is not in the certificate's scheme version.",
            field="programme",
            value=programme,
            allowed=", ".join(allowed),
        )


class ScopeDoesNotShrink(Refused):
    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(
            "Noem de eindtermen die blijven: minder dan nu, en minstens één.",
            "Name the targets that remain: fewer than now, and at least one.",
            field="targets",
            allowed=", ".join(allowed) or ("dit schema kent geen eindtermen", "this scheme has no targets"),
        )
