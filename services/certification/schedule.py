"""What certification does by itself: it signs the credentials of what was issued, and follows the days."""

import asyncio
from datetime import date

import structlog

from shared.service import Context

from .commands.conflicts import tell_conflicts
from .commands.evidence import count_practice
from .commands.signing import Signer, sign_some
from .settings import CertificationSettings
from .store import deciding, signing

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
DAY_PAUSE_S = 5.0
BATCH = 25
"""A batch takes tenths of a second; what is asked on demand in the meantime signs beside it."""


async def run(ctx: Context) -> None:
    """Signs until cancelled."""
    signer = Signer.of(CertificationSettings.of(ctx.settings))
    while True:
        async with ctx.db.read() as tx:
            waits = await signing.waits(tx)
        if not waits:
            await asyncio.sleep(PAUSE_S)
            continue
        signed = await sign_some(ctx.db, signer, now=ctx.clock.now(), limit=BATCH)
        log.info("credentials signed", count=signed)
        if not signed:  # others hold them
            await asyncio.sleep(PAUSE_S)


async def follow(ctx: Context) -> None:
    """Once for each day: practice that grew by itself is counted, and ties of examiners are looked at, until cancelled.

    What it finds it finds again after a restart, and then it is no news.
    """
    followed: date | None = None
    while True:
        if (today := ctx.clock.today()) != followed:
            async with ctx.db.transaction() as tx:
                await count_practice(tx, now=ctx.clock.now(), today=today)
                await tell_conflicts(tx, await deciding.examiners_tied(tx), now=ctx.clock.now())
            followed = today
        await asyncio.sleep(DAY_PAUSE_S)
