"""What the file of a trainee shows of what is watched: periods, targets, signatures."""

from dataclasses import dataclass, field
from datetime import date

from shared.db import Tx

from ..domain import watching as rules
from ..domain.norms import Norms
from ..domain.watching import Firsts, Period
from ..store import guidance, norms, schemes, watching

LAST = 6
"""How many periods the file shows: half a school year."""


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target of the programme: when it was taught and practised, how long that took, and who signed it off."""

    firsts: Firsts
    late: bool
    signed: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watched:
    """A training as its entries say; ``periods`` newest first."""

    norms: Norms
    periods: list[Period]
    targets: list[TargetLine]

    def budget(self, period: Period) -> int | None:
        """Minutes that the norm asks for in a period."""
        norm = self.norms.mentor_minutes_per_week
        return None if norm is None else norm * period.company_weeks

    @property
    def unsigned(self) -> list[str]:
        return [line.firsts.target for line in self.targets if len(line.signed) < 2]


async def look_at(tx: Tx, trainee_id: str, *, today: date) -> Watched | None:
    """None for somebody who is not enrolled here."""
    one = await watching.training(tx, trainee_id)
    if one is None:
        return None
    version = (await schemes.schemes(tx)).version(one.scheme, one.scheme_version)
    norm = (await norms.norms(tx)).get((one.scheme, one.scheme_version), Norms())
    weeks = await watching.weeks(tx, [one])
    firsts = {first.target: first for first in (await watching.firsts(tx, [trainee_id])).get(trainee_id, ())}
    signed = await guidance.signed(tx, trainee_id)
    codes = version.curriculum.programmes.get(one.programme, ()) if version else ()
    asked = [firsts.get(code, Firsts(code)) for code in codes]
    late = {gap.target for gap in rules.alignment_gaps(asked, norm, today)} if one.state == "active" else set()
    judged = rules.periods(one.starts_on, weeks[trainee_id], today, norm)
    return Watched(
        norm,
        judged[-LAST:][::-1],
        [TargetLine(first, first.target in late, signed.get(first.target, {})) for first in asked],
    )
