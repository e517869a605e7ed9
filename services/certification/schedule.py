"""What certification does by itself: it signs the credentials of what was issued, and follows the days."""

import asyncio
from datetime import date
from time import monotonic, process_time

import structlog

from shared.service import Context

from .commands import transitions
from .commands.conflicts import tell_conflicts
from .commands.evidence import count_practice
from .commands.schemes import tell_again
from .commands.signing import Signer, sign_some
from .settings import CertificationSettings
from .store import deciding, signing

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
DAY_PAUSE_S = 5.0
BATCH = 50
"""A batch takes a tenth of a second; what is asked on demand in the meantime signs beside it."""
LOOK_S = 0.05
BUSY_SHARE = 0.25
"""Of a core, in ``LOOK_S`` without signing: then results or events are coming in, and a signature can wait."""
RESTS = 5
"""How many times as long as a batch took the signer rests at most while it is busy: it never stands still."""


async def run(ctx: Context) -> None:
    """Signs until cancelled."""
    signer = Signer.of(CertificationSettings.of(ctx.settings))
    while True:
        async with ctx.db.read() as tx:
            waits = await signing.waits(tx)
        if not waits:
            await asyncio.sleep(PAUSE_S)
            continue
        began = monotonic()
        signed = await sign_some(ctx.db, signer, now=ctx.clock.now(), limit=BATCH)
        log.info("credentials signed", count=signed)
        await _let_others_first(monotonic() - began)
        if not signed:  # others hold them
            await asyncio.sleep(PAUSE_S)


async def follow(ctx: Context) -> None:
    """Once for each day: who goes over to a later version of the scheme does, practice that grew by itself is counted,
    and ties of examiners are looked at; until cancelled. After a restart it finds the same, and that is no news."""
    followed: date | None = None
    async with ctx.db.transaction() as tx:
        if told := await tell_again(tx):
            log.info("schemes told again", versions=told)
    while True:
        if (today := ctx.clock.today()) != followed:
            async with ctx.db.transaction() as tx:
                await transitions.follow(tx, now=ctx.clock.now(), today=today)
                await count_practice(tx, now=ctx.clock.now(), today=today)
                await tell_conflicts(tx, await deciding.examiners_tied(tx), now=ctx.clock.now())
            followed = today
        await asyncio.sleep(DAY_PAUSE_S)


async def _let_others_first(took: float) -> None:
    """While results pour in, deciding and issuing come first: everything can be signed an hour later, or on demand."""
    ends = monotonic() + RESTS * took
    while True:
        before = process_time()
        await asyncio.sleep(LOOK_S)
        if process_time() - before < BUSY_SHARE * LOOK_S or monotonic() > ends:
            return
