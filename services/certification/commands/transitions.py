"""Candidates go over to a later version, versions are retired, and what a version would change is worked out before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import SchemeVersionRetired

from ..domain.deciding import CandidateNotKnown
from ..domain.schemes import SchemeVersion
from ..domain.transitions import UNDECIDED, Effect, NotALaterVersion, compared, may_choose, takes_over
from ..store import audit, candidates, schemes
from ..store import transitions as store
from ..store.audit import By
from .candidates import RULES, Causes, assess_candidates, cases_of

CHUNK = 500


@dataclass(slots=True)
class WhatIf:
    """What publishing a version would change; ``effects`` are those for whom something would come out differently."""

    version: SchemeVersion
    looked_at: int = 0
    effects: list[Effect] = field(default_factory=list)

    def count(self, effect: str, *, undecided: bool) -> int:
        """How many gain or lose: of those on their way, or of those about whom was decided, who keep what they have."""
        return sum(one.effect == effect and (one.state in UNDECIDED) == undecided for one in self.effects)


async def what_if(tx: Tx, version: SchemeVersion, *, today: date) -> WhatIf:
    """Puts everybody in the file beside the rules of a version that need not be published. Writes nothing."""
    found = WhatIf(version)
    after = ""
    while ids := await store.under_scheme(tx, version.scheme.scheme, after, CHUNK):
        after = ids[-1]
        known = list((await candidates.some(tx, ids)).values())
        then = {case.candidate.trainee_id: case for case in await cases_of(tx, known, today=today, under=version)}
        for now in await cases_of(tx, known, today=today):
            other = then[now.candidate.trainee_id]
            effect = compared(
                now.candidate,
                (now.version, now.dossier, now.decision),
                (other.version, other.dossier, other.decision),
            )
            found.looked_at += 1
            if effect.effect != "same" or effect.shifts:
                found.effects.append(effect)
    return found


async def follow(tx: Tx, *, now: datetime, today: date) -> int:
    """What the day asks for: who has to goes over, and versions under which nobody learns are retired; how many
    moved."""
    published = list((await schemes.all_versions(tx)).values())
    moved = 0
    for target in published:
        for old in published:
            if takes_over(target.scheme, old.scheme, today=today):
                moved += await _move(tx, old, target, now=now, today=today)
    for old, because in _superseded(published, today):
        if await store.retire(tx, old.scheme.scheme, old.scheme.version, today, because):
            scheme, version = old.scheme.scheme, old.scheme.version
            await audit.note(tx, [(By(RULES), f"scheme/{scheme}", f"retired {version}")])
            await outbox.put(
                tx, SchemeVersionRetired(scheme=scheme, version=version, retired_on=today, because=because)
            )
    return moved


async def choose_version(tx: Tx, trainee_id: str, wanted: str, *, now: datetime, today: date, by: By) -> bool:
    """A candidate goes over to a later version by choice; False when he or she was under it already."""
    known = (await candidates.lock(tx, [trainee_id])).get(trainee_id)
    if known is None or known.version_key is None:
        raise CandidateNotKnown(
            "deze kandidaat is hier niet bekend",
            "this candidate is not known here",
            field="trainee_id",
            value=trainee_id,
            allowed=("een leerling die is ingeschreven", "a trainee who is enrolled"),
        )
    scheme, version = known.version_key
    if version == wanted:
        return False
    versions = await schemes.versions(tx, [known.version_key, (scheme, wanted)])
    if (scheme, wanted) not in versions:
        raise NotALaterVersion(
            f"{wanted} is niet gepubliceerd",
            f"{wanted} was not published",
            field="version",
            value=wanted,
            allowed=("een gepubliceerde versie van dit schema", "a published version of this scheme"),
        )
    may_choose(known, versions[known.version_key].scheme, versions[scheme, wanted].scheme, today=today)
    await _put_under(tx, [trainee_id], wanted, by=by, now=now, today=today)
    return True


async def _move(tx: Tx, old: SchemeVersion, target: SchemeVersion, *, now: datetime, today: date) -> int:
    scheme = target.scheme
    ids = await store.undecided_under(tx, scheme.scheme, old.scheme.version, list(scheme.programmes))
    for start in range(0, len(ids), CHUNK):
        await _put_under(tx, ids[start : start + CHUNK], scheme.version, by=By(RULES), now=now, today=today)
    return len(ids)


async def _put_under(tx: Tx, trainee_ids: list[str], version: str, *, by: By, now: datetime, today: date) -> None:
    await candidates.lock(tx, trainee_ids)
    moved = await store.put_under(tx, trainee_ids, version)
    await audit.note(tx, [(by, f"trainee/{one}", f"under {version}") for one in moved])
    causes: Causes = dict.fromkeys(moved)
    await assess_candidates(tx, causes, now=now, today=today)


def _superseded(published: list[SchemeVersion], today: date) -> Iterator[tuple[SchemeVersion, str]]:
    """Versions of which a later one is in force; whether anybody still learns under them is for the store to see."""
    for old in published:
        later = [one.scheme for one in published if one.scheme.follows(old.scheme) and one.scheme.valid_from <= today]
        if later:
            moved = any(takes_over(one, old.scheme, today=today) for one in later)
            yield old, "moved" if moved else "finished"
