"""One chaos run from beginning to end: open, break for a while, heal, be quiet in time, hold every promise."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared.settings import SERVICES

from .checker import Held, Violation, check, check_restored
from .load import Load
from .messages import Stranger
from .nemesis import KINDS, Fault, Nemesis, schedule
from .school import School
from .system import System

QUIET_WITHIN = 10.0
"""Seconds, for a backlog of under a thousand (L1)."""


@dataclass
class Story:
    """What came of it."""

    seed: int
    seconds: float
    load: Load
    faults: list[Fault]
    quiet_after: float = 0.0
    backlog: int = 0
    violations: list[Violation] = field(default_factory=list)
    ready: list[tuple[float, dict[str, bool]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    backup: Path | None = None
    backup_asked_at: float = 0.0
    stranger: Stranger | None = None

    def recoveries(self) -> dict[str, list[float]]:
        """Per kind, seconds from the end of a fault until all that it touched were ready again.

        Left out: faults in whose recovery another one touched the same services.
        """
        found: dict[str, list[float]] = defaultdict(list)
        for fault in self.faults:
            if not fault.touches:
                continue
            back = next(
                (at for at, seen in self.ready if at >= fault.healed_at and all(seen[s] for s in fault.touches)), None
            )
            others = [o for o in self.faults if o is not fault and set(o.touches) & set(fault.touches)]
            if back is not None and not any(o.began_at < back and o.healed_at > fault.healed_at - 1 for o in others):
                found[fault.kind].append(back - fault.healed_at)
        return found


async def play(
    system: System,
    *,
    seed: int,
    seconds: float,
    faults: int,
    exams: int,
    kinds: tuple[str, ...] = KINDS,
    patience: float = 60.0,
    backup: bool = False,
    say: Callable[[str], None] = print,
) -> Story:
    """The system must be up. Raises only when it does not come to rest; violations are in the story."""
    school = School(seed, exams // 3)
    stranger = Stranger(system, seed)
    await school.open(system)
    active: list[Fault] = []
    load = Load(system, school, seed, active)
    nemesis = Nemesis(system, stranger, load.duplicate_file)
    nemesis.active = active
    story = Story(seed, seconds, load, nemesis.done)
    watching = asyncio.create_task(_watch(system, story))
    try:
        working = asyncio.create_task(load.run(seconds))
        saving = asyncio.create_task(_backup(system, story, seconds / 2, say)) if backup else None
        await nemesis.run(schedule(seed, faults=faults, seconds=seconds, kinds=kinds), say)
        system.heal()
        say("healed; the office finishes what it had to ask")
        await working
        if saving is not None:
            await saving
        healed = time.monotonic()
        await system.until(system.all_ready, patience)
        say(f"all ready {time.monotonic() - healed:.1f} s after the last answer")
        story.quiet_after = await _quiet(system, story, patience)
        say(f"quiet {story.quiet_after:.1f} s after that")
    finally:
        watching.cancel()
    story.stranger = stranger
    await verify(system, story, stranger)
    return story


async def _backup(system: System, story: Story, after: float, say: Callable[[str], None]) -> None:
    """One backup in the middle of everything; where a fault comes in between, it is asked for again."""
    await asyncio.sleep(after)
    for attempt in range(20):
        file = system.path / f"under-load-{attempt}.tar"
        story.backup_asked_at = time.monotonic()
        status, said = await system.keur("backup", str(file), patience=120)
        if status == 0:
            story.backup = file
            say(f"backup under load after {attempt + 1} attempts")
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"no backup could be made: {said}")


async def afterwards(system: System, story: Story, say: Callable[[str], None], patience: float = 300.0) -> None:
    """Everything is told once more (B4), then the backup made under load is put back (D5); the promises again."""
    stranger = story.stranger
    assert stranger is not None
    before = await projections(system)
    async with system.database("ops", auditor=True) as connection:
        rows = await connection.fetch("select * from v_journal order by position")
    again = 0
    async with asyncio.timeout(patience):
        for start in range(0, len(rows), 500):
            again += await stranger.again(rows[start : start + 500], sure=True)
    assert again == len(rows)
    took = await system.until_quiet(patience)
    changed = sorted(name for name, digest in (await projections(system)).items() if digest != before[name])
    story.violations += [Violation("B4", "other", name, "changed when all was told again") for name in changed]
    told = f"{len(rows)} events published again, quiet after {took:.0f} s"
    story.phases["redelivery of everything"] = f"{told}: {'changed ' + ', '.join(changed) if changed else 'no change'}"
    say(story.phases["redelivery of everything"])
    for service in ("enrollment", "certification", "notifications"):
        await _replayed(system, story, service, before, patience)
        say(story.phases[f"keur replay of {service}"])
    if story.backup is not None:
        await _restored(system, story, stranger, patience)
        say(story.phases["restore of the backup made under load"])


async def _replayed(system: System, story: Story, service: str, before: dict[str, str], patience: float) -> None:
    """``keur replay --again`` hands one service everything it ever heard, past its inbox: its tables stay the same."""
    words = ("replay", "--service", service, "--again", "--reason", "chaos run", "--json")
    status, said = await system.keur(*words, patience=patience)
    if status:
        story.violations.append(Violation("B4", "other", f"replay of {service}", said[-500:]))
        story.phases[f"keur replay of {service}"] = "failed"
        return
    sent = json.loads(said)["sent"]
    await system.until_quiet(patience)
    after = await projections(system)
    changed = sorted(name for name in before if name.startswith(f"{service}.") and after[name] != before[name])
    story.violations += [Violation("B4", "other", name, f"changed by the replay of {service}") for name in changed]
    outcome = f"changed {', '.join(changed)}" if changed else "no change"
    story.phases[f"keur replay of {service}"] = f"{sent} events: {outcome}"


async def _restored(system: System, story: Story, stranger: Stranger, patience: float) -> None:
    began = time.monotonic()
    status, said = await system.keur("restore", str(story.backup), "--yes", "--reason", "chaos run", patience=patience)
    took = time.monotonic() - began
    if status:
        story.violations.append(Violation("D5", "other", "restore", said[-500:]))
    quiet = await system.until_quiet(patience)
    held = await Held.read(system)
    by_then = [one for one in story.load.requests if one.accepted and one.answered_at < story.backup_asked_at]
    found = check_restored(held, by_then, story.load.requests, stranger)
    status, said = await system.keur("verify")
    if status:
        found.append(Violation("I", "other", "keur verify", said[:500]))
    story.violations += [Violation(f"D5 {one.promise}", one.sort, one.about, one.words) for one in found]
    story.phases["restore of the backup made under load"] = (
        f"{took:.0f} s, quiet after {quiet:.0f} s: {len(held.certificates)} certificates, {len(found)} violations"
    )


OWN_TO_THE_BUS = ("inbox", "outbox", "subject_sequence", "idempotency", "migration")


async def projections(system: System) -> dict[str, str]:
    """A digest of every table of every service, but those by which the bus itself keeps its promises.

    To be read when all is quiet: then the clock has looked at all that it was asked to look at, too.
    """
    found = {}
    for service in SERVICES:
        async with system.database(service) as connection:
            for table in await connection.fetch("select tablename from pg_tables where schemaname = 'public'"):
                name = table["tablename"]
                if name in OWN_TO_THE_BUS or name.startswith("schedule_run"):
                    continue
                query = f"select md5(string_agg(t::text, chr(10) order by t::text)) from {name} t"  # noqa: S608
                found[f"{service}.{name}"] = str(await connection.fetchval(query))
    return found


async def _quiet(system: System, story: Story, patience: float) -> float:
    told = await system.status()
    outbox = sum(each["pending"] or 0 for each in told["outbox"].values())
    waiting = sum((q["ready"] or 0) + (q["unacked"] or 0) for q in told["queues"].values())
    story.backlog = outbox + waiting + sum(told["mail"][state] or 0 for state in ("due", "sending", "in_doubt"))
    return await system.until_quiet(patience)


async def _watch(system: System, story: Story) -> None:
    while True:
        told = await asyncio.gather(*(system.ready(service) for service in SERVICES))
        story.ready.append((time.monotonic(), {s: bool(t["ready"]) for s, t in zip(SERVICES, told, strict=True)}))
        await asyncio.sleep(0.25)


async def verify(system: System, story: Story, stranger: Stranger) -> None:
    """Every promise, from outside and behind the scenes."""
    held = await Held.read(system)
    story.violations = check(held, story.load.requests, stranger, system.postbox)
    status, said = await system.keur("verify")
    if status:
        story.violations.append(Violation("I", "other", "keur verify", said[:500]))
    for odd in story.load.odd:
        words = f"{odd.request.kind} {odd.request.key}: {odd.status} {odd.body}"
        story.violations.append(Violation("HTTP", "other", odd.request.key, words))
    consumers = {name: queue["consumers"] for name, queue in (await system.status())["queues"].items()}
    story.violations += [
        Violation("L2", "other", name, "nobody listens")
        for name, count in consumers.items()
        if name.endswith(".inbox") and not count
    ]
    story.counts = {
        "exams": story.load.exams,
        "certificates": len(held.certificates),
        "mails": len(held.mails),
        "mails that arrived": sum(system.postbox.kept.values()),
        "extra copies of a mail": sum(n - 1 for n in system.postbox.kept.values() if n > 1),
        "mails refused for good (550)": sum(row["state"] == "bounced" for row in held.mails),
        "events told": sum(len(rows) for rows in held.outbox.values()),
        "events handled": sum(len(seen) for seen in held.inbox.values()),
        "messages parked": len(held.failed),
        "poison messages": len(stranger.sent),
        "old messages sent again": stranger.copies,
    }


def new_system(path: Path, port_base: int, **extra: str) -> System:
    return System(path, port_base, extra)
