"""The way of an event as a model small enough to be played ten thousand times, crashes and all.

Each seed is one history. What decides in the model is what decides in the product: which rows the relay takes and when
it marks them, what a commit holds, what an acknowledgement covers, when a message is retried or parked. Grouping is the
product's own ``in_groups``. ``Bugs`` plants a mistake; the invariants must then break.
"""

import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto

from shared.bus.dispatch import in_groups
from shared.bus.wire import Heard
from shared.events import Envelope

NOW = datetime(2026, 4, 7, tzinfo=UTC)
TIERS = 2


class Bug(Enum):
    """Mistakes that were made in real systems; each must be caught."""

    ACK_BEFORE_COMMIT = auto()
    PUBLISH_WITHOUT_OUTBOX = auto()
    NO_INBOX = auto()
    MARK_WITHOUT_CONFIRM = auto()
    DROP_WHAT_FAILS = auto()
    TWO_RELAYS_AT_ONCE = auto()
    GROUP_WITHOUT_SUBJECT = auto()


class Violation(AssertionError):
    """An invariant does not hold in this history."""


@dataclass
class Row:
    id: int
    subject: str
    kind: str
    sequence: int
    marked: bool = False


@dataclass
class World:
    """One teller and one listener with a broker between them. ``step`` does one thing at random, crashes among them."""

    seed: int
    bug: Bug | None = None
    chance: random.Random = field(init=False)
    outbox: list[Row] = field(default_factory=list)
    claimed: deque[Row] = field(default_factory=deque)
    queue: deque[tuple[Row, int]] = field(default_factory=deque)
    unacked: list[tuple[Row, int]] = field(default_factory=list)
    tiers: list[tuple[Row, int]] = field(default_factory=list)
    parked: Counter[int] = field(default_factory=Counter)
    inbox: set[int] = field(default_factory=set)
    effects: Counter[int] = field(default_factory=Counter)
    heard: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    ghosts: int = 0
    faults: bool = True

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.poison = {n for n in range(60) if self.chance.random() < 0.05}

    # --- what can happen next

    def step(self) -> None:
        what = self.chance.choice(
            (self.tell, self.relay, self.relay, self.consume, self.consume, self.wait, self.fault)
        )
        what()

    def tell(self) -> None:
        """A transaction that tells one to three events; one in five rolls back."""
        number = len(self.outbox)
        if number >= 60:
            return
        rows = []
        for extra in range(self.chance.randint(1, 3)):
            subject = self.chance.choice("abc")
            rows.append(Row(number + extra, subject, self.chance.choice("XY"), 0))
        rolled_back = self.faults and self.chance.random() < 0.2
        if self.bug is Bug.PUBLISH_WITHOUT_OUTBOX:
            self.queue.extend((Row(-1 - len(self.queue), row.subject, row.kind, 0), 0) for row in rows if rolled_back)
            self.ghosts += len(rows) if rolled_back else 0
        if rolled_back:
            return
        for row in rows:
            self.told[row.subject] += 1
            row.sequence = self.told[row.subject]
        self.outbox.extend(rows)

    def relay(self) -> None:
        """Publishes a batch in order and marks what was confirmed; it may die, or miss confirms, in between."""
        pending = [row for row in self.outbox if not row.marked][: self.chance.randint(1, 6)]
        if self.bug is Bug.TWO_RELAYS_AT_ONCE and len(pending) > 1 and self.chance.random() < 0.5:
            half = len(pending) // 2
            pending = pending[half:] + pending[:half]
        if self._dies():
            return
        arrived = []
        for row in pending:
            if self.faults and self.chance.random() < 0.05:
                break  # the connection ends here: what follows did not arrive
            self.queue.append((row, 0))
            arrived.append(row)
        if self._dies():
            return
        confirmed = (
            arrived[: self.chance.randint(0, len(arrived))] if self.faults and self.chance.random() < 0.1 else arrived
        )
        for row in pending if self.bug is Bug.MARK_WITHOUT_CONFIRM else confirmed:
            row.marked = True

    def consume(self) -> None:
        """Takes what has arrived, handles it in one transaction or one by one, then acknowledges all of it."""
        while self.queue and len(self.unacked) < 8:
            self.unacked.append(self.queue.popleft())
        batch = list(self.unacked)
        if not batch:
            return None
        if self.bug is Bug.ACK_BEFORE_COMMIT:
            self.unacked.clear()
        if self._dies():
            return self._connection_lost()
        if not self._transaction([row for row, _ in batch]):
            for row, attempt in batch:
                if not self._transaction([row]):
                    if self.bug is not Bug.DROP_WHAT_FAILS:
                        self._later_or_parked(row, attempt)
                    if self._dies():
                        return self._connection_lost()
        if self._dies():
            return self._connection_lost()
        self.unacked.clear()
        return None

    def wait(self) -> None:
        """Time passes: retry tiers give back what they hold."""
        self.queue.extend(self.tiers)
        self.tiers.clear()

    def fault(self) -> None:
        if self.faults:
            self._connection_lost()

    # --- parts of these

    def _dies(self) -> bool:
        return self.faults and self.chance.random() < 0.08

    def _connection_lost(self) -> None:
        """What was not acknowledged goes back to the head of the queue, in order."""
        self.queue.extendleft(reversed(self.unacked))
        self.unacked.clear()

    def _transaction(self, rows: list[Row]) -> bool:
        fresh, seen = [], set(self.inbox) if self.bug is not Bug.NO_INBOX else set()
        for row in rows:
            if row.id not in seen:
                seen.add(row.id)
                fresh.append(row)
        if any(row.id in self.poison for row in fresh):
            return False  # rolled back: no inbox row, no effect
        for row in self._in_handling_order(fresh):
            self.effects[row.id] += 1
            self.heard[row.subject].append(row.sequence)
        self.inbox |= {row.id for row in fresh}
        return True

    def _in_handling_order(self, rows: list[Row]) -> list[Row]:
        by_id = {row.id: row for row in rows}
        messages = [
            Heard(
                Envelope.model_construct(
                    id=str(row.id),
                    type=row.kind,
                    source="",
                    time=NOW,
                    subject=row.subject,
                    correlationid="",
                    sequence=row.sequence,
                ),
                b"",
            )
            for row in rows
        ]
        if self.bug is Bug.GROUP_WITHOUT_SUBJECT:
            return sorted(rows, key=lambda row: row.kind)
        return [by_id[int(m.envelope.id)] for _, group in in_groups(messages) for m in group]

    def _later_or_parked(self, row: Row, attempt: int) -> None:
        if attempt < TIERS:
            self.tiers.append((row, attempt + 1))
        else:
            self.parked[row.id] += 1

    # --- after the faults end

    def settle(self) -> None:
        """No more faults: everything must come to rest in a bounded number of steps."""
        self.faults = False
        for _ in range(400):
            self.relay()
            self.consume()
            self.wait()
            if self.at_rest:
                return
        raise Violation(f"seed {self.seed}: not at rest after the faults ended")

    @property
    def at_rest(self) -> bool:
        return not (self.queue or self.unacked or self.tiers) and all(row.marked for row in self.outbox)

    def check(self) -> None:
        """B1 the sum is conserved, B2 no ghosts, B3 a subject never goes back, and nothing is done twice."""
        for row in self.outbox:
            done, given_up = self.effects[row.id], self.parked[row.id]
            if row.id in self.poison:
                if done or not given_up:
                    raise Violation(f"seed {self.seed}: poison {row.id} was not parked")
            elif done != 1 or given_up:
                raise Violation(
                    f"seed {self.seed}: event {row.id} took effect {done} times, was parked {given_up} times"
                )
        known = {row.id for row in self.outbox}
        ghosts = [number for number in self.effects if number not in known]
        if ghosts:
            raise Violation(f"seed {self.seed}: {len(ghosts)} events were heard that nobody committed")
        for subject, sequences in self.heard.items():
            if sequences != sorted(sequences):
                raise Violation(f"seed {self.seed}: {subject} was heard out of order: {sequences}")


def play(seed: int, bug: Bug | None = None, steps: int = 60) -> World:
    """One history: faults for a while, then quiet, then the invariants."""
    world = World(seed, bug)
    for _ in range(steps):
        world.step()
    world.settle()
    world.check()
    return world
