"""What refuses a change of keys, in Dutch and in English."""

from collections.abc import Sequence
from datetime import datetime

from .rules import Refused, RefusedAsKnown, RefusedAsUnknown

_STATES = {
    "proposed": ("voorgesteld", "proposed"),
    "approved": ("goedgekeurd", "approved"),
    "completed": ("klaar", "completed"),
    "withdrawn": ("ingetrokken", "withdrawn"),
}
_KINDS = {"credential": ("bewijzen", "credentials"), "paper": ("papieren", "papers")}


class ChangeNotKnown(RefusedAsUnknown):
    """No change of keys has this key."""

    def __init__(self, change_id: str) -> None:
        super().__init__(
            "Dit voorstel is hier niet bekend.",
            "This proposal is not known here.",
            field="change_id",
            value=change_id,
            allowed=("kijk met: keur certificate rotate-key list", "look with: keur certificate rotate-key list"),
        )


class ProposalWaitsAlready(RefusedAsKnown):
    """One proposal at a time: whoever approves must know what."""

    def __init__(self, change_id: str) -> None:
        super().__init__(
            "Er wacht al een voorstel om een sleutel te vervangen.",
            "A proposal to replace a key is waiting already.",
            field="change_id",
            value=change_id,
            allowed=("keur dat eerst goed of trek het in", "approve or withdraw that one first"),
        )


class ProposalDecidedAlready(RefusedAsKnown):
    """Only what is proposed can be approved or withdrawn."""

    def __init__(self, change_id: str, state: str) -> None:
        nl, en = _STATES[state]
        super().__init__(
            f"Dit voorstel is al {nl}.",
            f"This proposal is {en} already.",
            field="change_id",
            value=change_id,
            allowed=("doe een nieuw voorstel", "make a new proposal"),
        )


class KeyNeedsSecondPerson(RefusedAsKnown):
    """Who proposed cannot approve: a key is replaced by two persons."""

    def __init__(self, actor: str) -> None:
        super().__init__(
            "Wie het voorstelde kan het niet goedkeuren: een sleutel vervangen twee mensen samen.",
            "Who proposed it cannot approve it: a key is replaced by two persons.",
            field="approved_by",
            value=actor,
            allowed=("iemand anders van bureau of beslissers", "somebody else of the office or the deciders"),
        )


class KeyReasonNotKnown(Refused):
    """Why a key is replaced is one of a few words."""

    def __init__(self, reason: str, allowed: Sequence[str]) -> None:
        super().__init__(
            "Deze reden voor een nieuwe sleutel is niet bekend.",
            "This reason for a new key is not known.",
            field="reason",
            value=reason,
            allowed=", ".join(allowed),
        )


class KeyWordsMissing(Refused):
    """Who approves must be able to read why."""

    def __init__(self) -> None:
        super().__init__(
            "Schrijf erbij waarom de sleutel vervangen moet worden.",
            "Write why the key is to be replaced.",
            field="words",
            allowed=("een zin", "a sentence"),
        )


class NoKeyNamed(Refused):
    """A change is about the key of credentials, of papers, or both."""

    def __init__(self) -> None:
        super().__init__(
            "Zeg welke sleutel vervangen moet worden.",
            "Say which key is to be replaced.",
            field="keys",
            allowed=("credential, paper", "credential, paper"),
        )


class SinceIsOfCompromised(Refused):
    """Only a key that somebody else may have has a moment from which it does not count."""

    def __init__(self, since: datetime) -> None:
        super().__init__(
            "Een moment hoort alleen bij een sleutel die in andere handen kan zijn.",
            "A moment belongs only to a key that may be in other hands.",
            field="since",
            value=since.isoformat(),
            allowed=("reden compromised, of geen moment", "reason compromised, or no moment"),
        )


class SinceInTheFuture(Refused):
    """What is not there yet cannot have gone wrong."""

    def __init__(self, since: datetime, now: datetime) -> None:
        super().__init__(
            "Dit moment is nog niet geweest.",
            "This moment has not been yet.",
            field="since",
            value=since.isoformat(),
            allowed=f"≤ {now.isoformat(timespec='seconds')}",
        )


class KeyIsBeingReplaced(RefusedAsKnown):
    """There is no active key to replace: an approved change has not made the new one yet, or none was ever made."""

    def __init__(self, kind: str) -> None:
        nl, en = _KINDS[kind]
        super().__init__(
            f"Er is nu geen sleutel voor {nl} om te vervangen.",
            f"There is no key for {en} to replace now.",
            field="keys",
            value=kind,
            allowed=(
                "wacht tot de nieuwe er is; keur up maakt de eerste",
                "wait for the new one; keur up makes the first",
            ),
        )


class KeyLivesInAToken(RefusedAsKnown):
    """A key in a token is made there, not by this service."""

    def __init__(self) -> None:
        super().__init__(
            "De sleutel voor papieren zit in een token; daar wordt ook de nieuwe gemaakt.",
            "The key for papers is in a token; the new one is made there too.",
            field="keys",
            value="paper",
            allowed=(
                "maak hem in het token en zet zijn certificaat in keys/paper-signer.pem",
                "make it in the token and put its certificate into keys/paper-signer.pem",
            ),
        )
