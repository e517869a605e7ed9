"""Follows the calendar for certificates: what falls due on a day is done when the day begins, once."""

import asyncio
from datetime import date

import structlog

from shared.clock import FileClock
from shared.service import Context

from .commands.calendar import follow_calendar
from .store.audit import By

log = structlog.get_logger(__name__)

PAUSE_S = 5.0
PAUSE_WITH_FILE_CLOCK_S = 0.5
CLOCK = By("schedule")


async def run(ctx: Context) -> None:
    """Follows the clock until cancelled. Nothing falls due within a day, so a day that was done is left alone."""
    pause = PAUSE_WITH_FILE_CLOCK_S if isinstance(ctx.clock, FileClock) else PAUSE_S
    done: date | None = None
    while True:
        today = ctx.clock.today()
        if today != done:
            await follow(ctx)
            done = today
        await asyncio.sleep(pause)


async def follow(ctx: Context) -> None:
    """Does what fell due up to today, in small transactions."""
    today, steps = ctx.clock.today(), 1
    while steps:
        async with ctx.db.transaction() as tx:
            steps = await follow_calendar(tx, today=today, now=ctx.clock.now(), by=CLOCK)
        if steps:
            log.info("calendar followed", day=today.isoformat(), steps=steps)
