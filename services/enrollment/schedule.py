"""What the clock starts: placements begin, visits fall due, reminders go out. Each once, on its day in Amsterdam.

A run takes all that fell due up to today, so an outage of any length is caught up by the next one.
"""

import asyncio
from datetime import date

import structlog

from shared.bus import crashpoints
from shared.clock import FileClock
from shared.db import Tx
from shared.service import Context

from .commands.accreditation import remind as remind_of_accreditations
from .commands.actions import tell_overdue
from .commands.agreements import follow_agreements
from .commands.applications import forget_unconfirmed
from .commands.beginnings import begin_placements
from .commands.complaints import look_at_clocks, put_on_agendas
from .commands.confirmations import remind as remind_of_confirmations
from .commands.mentors import follow_courses
from .commands.people import name_coordinator
from .commands.replacements import see_overdue
from .commands.reviews import tell_reviews
from .commands.risk import judge_risks
from .commands.schemes import read_again
from .commands.visit_plans import plan_after_signals, waive_visits_to_nobody
from .commands.visits import tell_visits
from .commands.watch import watch_due
from .settings import EnrollmentSettings
from .store import runs
from .store.audit import By

log = structlog.get_logger(__name__)

PAUSE_S = 5.0
PAUSE_WITH_FILE_CLOCK_S = 0.2
"""A clock that is moved by hand can jump any moment, and somebody waits for what comes of it."""
LOOK_S = 1.0
"""While it pauses: how often to look whether something was asked of it."""

CLOCK = By("schedule")


async def run(ctx: Context) -> None:
    """Follows the clock until cancelled."""
    await tell_office(ctx)
    await read_schemes(ctx)
    pause = PAUSE_WITH_FILE_CLOCK_S if isinstance(ctx.clock, FileClock) else PAUSE_S
    while True:
        await follow(ctx)
        await _rest(ctx, pause)


async def _rest(ctx: Context, pause: float) -> None:
    """Until the next round; sooner when the clock was asked to look at something and nothing more of it comes."""
    before = 0
    end = asyncio.get_running_loop().time() + pause
    while (left := end - asyncio.get_running_loop().time()) > 0:
        await asyncio.sleep(min(left, LOOK_S))
        if pause > LOOK_S:
            async with ctx.db.read() as tx:
                now = await runs.asked(tx)
            if now and now == before:
                return
            before = now


async def tell_office(ctx: Context) -> None:
    """Says who the coordinator is, when the settings say something else than before."""
    settings = EnrollmentSettings.of(ctx.settings)
    async with ctx.db.transaction() as tx:
        await name_coordinator(tx, settings.coordinator_name, settings.coordinator_email, settings.coordinator_language)


async def read_schemes(ctx: Context) -> None:
    """Norms that an earlier release did not read hold from this start on."""
    async with ctx.db.transaction() as tx:
        if changed := await read_again(tx, today=ctx.clock.today(), by=CLOCK):
            log.info("schemes read anew", versions=changed)


async def follow(ctx: Context) -> None:
    """Does what fell due up to today, in small transactions, and notes that it did."""
    today = ctx.clock.today()
    while True:
        steps = 0
        for part in PARTS:
            async with ctx.db.transaction() as tx:
                done = await part(tx, today)
                if done:
                    crashpoints.reach("schedule.before-commit")
            if done:
                crashpoints.reach("schedule.after-commit")
            steps += done
        if not steps:
            break
        log.info("clock followed", day=today.isoformat(), steps=steps)
    async with ctx.db.transaction() as tx:
        await runs.note(tx, today, ctx.clock.now())


async def begin(tx: Tx, today: date) -> int:
    """Some of what begins, lapses or is to be reminded of; how many things."""
    begun = await begin_placements(tx, today=today, by=CLOCK)
    begun += await follow_courses(tx, today=today, by=CLOCK)
    begun += await see_overdue(tx, today=today, by=CLOCK)
    begun += await forget_unconfirmed(tx, by=CLOCK)
    begun += await follow_agreements(tx, today=today, by=CLOCK)
    begun += await remind_of_accreditations(tx, today=today, by=CLOCK)
    begun += await watch_due(tx, today=today, by=CLOCK)
    return begun


async def tell(tx: Tx, today: date) -> int:
    """Some of the visits whose day has come; how many."""
    return await tell_visits(tx, today=today, by=CLOCK)


async def plan(tx: Tx, today: date) -> int:
    """Some of the places where signals change when the next visit is; how many."""
    return await plan_after_signals(tx, today=today, by=CLOCK)


async def waive(tx: Tx, today: date) -> int:
    """Some of the visits to places where nobody learns any more; how many."""
    return await waive_visits_to_nobody(tx, today=today, by=CLOCK)


async def follow_up(tx: Tx, today: date) -> int:
    """Some of what is told, put on agendas or judged anew after all that; how many things."""
    told = await tell_reviews(tx, today=today, by=CLOCK)
    told += await remind_of_confirmations(tx, today=today, by=CLOCK)
    told += await tell_overdue(tx, today=today, by=CLOCK)
    told += await look_at_clocks(tx, today=today, by=CLOCK) + await put_on_agendas(tx, today=today, by=CLOCK)
    return told + await judge_risks(tx, today=today, by=CLOCK)


# What decides about the visits of many places locks them in one order. Two such parts in one transaction would lock
# some places after others, and wait in a circle with an import that has those.
PARTS = (begin, tell, plan, waive, follow_up)
