"""A change of keys as a rule: two persons, one order of states, one key that signs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.certification.domain.key_change import (
    KeyChange,
    Kind,
    State,
    approve,
    complete,
    counts,
    propose,
    withdraw,
)
from services.certification.domain.key_rules import (
    ChangeNotKnown,
    KeyIsBeingReplaced,
    KeyLivesInAToken,
    KeyNeedsSecondPerson,
    KeyReasonNotKnown,
    KeyWordsMissing,
    NoKeyNamed,
    ProposalDecidedAlready,
    ProposalWaitsAlready,
    SinceInTheFuture,
    SinceIsOfCompromised,
)
from shared.errors import Refused

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
BEGAN = {Kind.CREDENTIAL: NOW - timedelta(days=400), Kind.PAPER: NOW - timedelta(days=300)}
ANNA, BRAM = "office/anna", "office/bram"


def proposed(**more: Any) -> KeyChange:
    given: dict[str, Any] = {
        "keys": ["credential"],
        "reason": "routine",
        "words": "elk jaar een nieuwe",
        "since": None,
        "began": BEGAN,
        "waiting": None,
        "in_token": False,
        "by": ANNA,
        "now": NOW,
    }
    asked = {**given, **more}
    return propose("change-1", asked.pop("keys"), asked.pop("reason"), asked.pop("words"), **asked)


def test_one_proposes_and_another_approves() -> None:
    approved = approve(proposed(), by=BRAM, now=NOW)

    assert (approved.state, approved.proposed_by, approved.approved_by) == (State.APPROVED, ANNA, BRAM)
    assert complete(approved).state is State.COMPLETED


def test_a_stolen_key_without_a_moment_never_counted() -> None:
    assert proposed(reason="compromised").since == BEGAN[Kind.CREDENTIAL]
    assert proposed(reason="compromised", keys=["paper", "credential"]).since == BEGAN[Kind.CREDENTIAL]


def test_what_was_signed_before_the_moment_counts_and_after_it_does_not() -> None:
    assert counts(NOW - timedelta(seconds=1), NOW)
    assert not counts(NOW, NOW)
    assert counts(NOW, None)


REFUSED: list[tuple[Any, type[Refused], str, str]] = [
    (
        lambda: proposed(keys=[]),
        NoKeyNamed,
        "Zeg welke sleutel vervangen moet worden.",
        "Say which key is to be replaced.",
    ),
    (
        lambda: proposed(reason="zomaar"),
        KeyReasonNotKnown,
        "Deze reden voor een nieuwe sleutel is niet bekend.",
        "This reason for a new key is not known.",
    ),
    (
        lambda: proposed(words="  "),
        KeyWordsMissing,
        "Schrijf erbij waarom de sleutel vervangen moet worden.",
        "Write why the key is to be replaced.",
    ),
    (
        lambda: proposed(waiting="change-0"),
        ProposalWaitsAlready,
        "Er wacht al een voorstel om een sleutel te vervangen.",
        "A proposal to replace a key is waiting already.",
    ),
    (
        lambda: proposed(keys=["paper"], in_token=True),
        KeyLivesInAToken,
        "De sleutel voor papieren zit in een token; daar wordt ook de nieuwe gemaakt.",
        "The key for papers is in a token; the new one is made there too.",
    ),
    (
        lambda: proposed(began={}),
        KeyIsBeingReplaced,
        "Er is nu geen sleutel voor bewijzen om te vervangen.",
        "There is no key for credentials to replace now.",
    ),
    (
        lambda: proposed(since=NOW),
        SinceIsOfCompromised,
        "Een moment hoort alleen bij een sleutel die in andere handen kan zijn.",
        "A moment belongs only to a key that may be in other hands.",
    ),
    (
        lambda: proposed(reason="compromised", since=NOW + timedelta(hours=1)),
        SinceInTheFuture,
        "Dit moment is nog niet geweest.",
        "This moment has not been yet.",
    ),
    (
        lambda: approve(proposed(), by=ANNA, now=NOW),
        KeyNeedsSecondPerson,
        "Wie het voorstelde kan het niet goedkeuren: een sleutel vervangen twee mensen samen.",
        "Who proposed it cannot approve it: a key is replaced by two persons.",
    ),
    (
        lambda: approve(withdraw(proposed()), by=BRAM, now=NOW),
        ProposalDecidedAlready,
        "Dit voorstel is al ingetrokken.",
        "This proposal is withdrawn already.",
    ),
    (
        lambda: withdraw(approve(proposed(), by=BRAM, now=NOW)),
        ProposalDecidedAlready,
        "Dit voorstel is al goedgekeurd.",
        "This proposal is approved already.",
    ),
    (
        lambda: complete(proposed()),
        ProposalDecidedAlready,
        "Dit voorstel is al voorgesteld.",
        "This proposal is proposed already.",
    ),
    (
        lambda: (_ for _ in ()).throw(ChangeNotKnown("x")),
        ChangeNotKnown,
        "Dit voorstel is hier niet bekend.",
        "This proposal is not known here.",
    ),
]


@pytest.mark.parametrize(
    ("do", "rule", "nl", "en"), REFUSED, ids=[f"{r[1].__name__}-{n}" for n, r in enumerate(REFUSED)]
)
def test_a_refusal_is_named_after_its_rule_in_dutch_and_english(do: Any, rule: type[Refused], nl: str, en: str) -> None:
    with pytest.raises(rule) as refused:
        do() if not hasattr(made := do(), "__next__") else next(made)

    assert nl in refused.value.said("nl")[0]
    assert en in refused.value.said("en")[0]


class Rotation(RuleBasedStateMachine):
    """Any people propose, approve, withdraw, carry out and sign in any order."""

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.keys: dict[int, tuple[datetime, datetime | None, datetime | None]] = {
            0: (NOW - timedelta(days=9), None, None)
        }
        self.signed: list[tuple[int, datetime]] = []
        self.changes: list[KeyChange] = []

    def active(self) -> int | None:
        return next((key for key, (_, ended, _) in self.keys.items() if ended is None), None)

    @rule(by=st.sampled_from([ANNA, BRAM]), reason=st.sampled_from(["routine", "compromised"]))
    def somebody_proposes(self, by: str, reason: str) -> None:
        waiting = next((one.change_id for one in self.changes if one.state is State.PROPOSED), None)
        key = self.active()
        began = {} if key is None else {Kind.CREDENTIAL: self.keys[key][0]}
        try:
            made = proposed(by=by, reason=reason, waiting=waiting, began=began, now=self.now)
        except (ProposalWaitsAlready, KeyIsBeingReplaced):
            assert waiting is not None or key is None
            return
        self.changes.append(made)

    @precondition(lambda self: self.changes)
    @rule(by=st.sampled_from([ANNA, BRAM]))
    def somebody_approves(self, by: str) -> None:
        before, key = self.changes[-1], self.active()
        if key is None:
            return
        try:
            self.changes[-1] = approve(before, by=by, now=self.now)
        except KeyNeedsSecondPerson:
            assert by == before.proposed_by
        except ProposalDecidedAlready:
            assert before.state is not State.PROPOSED
        else:
            self.keys[key] = (self.keys[key][0], self.now, before.since)

    @precondition(lambda self: self.changes)
    @rule()
    def somebody_withdraws(self) -> None:
        try:
            self.changes[-1] = withdraw(self.changes[-1])
        except ProposalDecidedAlready:
            pass

    @precondition(lambda self: self.changes and self.changes[-1].state is State.APPROVED)
    @rule()
    def it_is_carried_out(self) -> None:
        self.changes[-1] = complete(self.changes[-1])
        self.keys[len(self.keys)] = (self.now, None, None)

    @rule()
    def something_is_signed(self) -> None:
        self.now += timedelta(minutes=1)
        if (key := self.active()) is not None:
            self.signed.append((key, self.now))
        self.now += timedelta(minutes=1)

    @invariant()
    def never_two_keys_sign_and_never_one_person_alone(self) -> None:
        assert sum(ended is None for _, ended, _ in self.keys.values()) <= 1
        assert all(one.approved_by != one.proposed_by for one in self.changes)

    @invariant()
    def nothing_was_signed_by_a_key_that_had_ended(self) -> None:
        for key, at in self.signed:
            ended, since = self.keys[key][1:]
            assert ended is None or at <= ended
            assert counts(at, since) == (since is None or at < since)


Rotation.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestRotation = Rotation.TestCase
