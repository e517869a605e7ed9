"""What certification does by itself: it signs the credentials of what was issued."""

import asyncio

import structlog

from shared.service import Context

from .commands.signing import Signer, sign_some
from .settings import CertificationSettings
from .store import signing

log = structlog.get_logger(__name__)

PAUSE_S = 1.0
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
