"""What happens by itself after two persons agreed on another key: it is made, and what must be is made out again."""

import asyncio

import structlog

from shared.service import Context

from .commands.key_reissues import Round, go_on
from .commands.signing import Signer
from .settings import CertificationSettings

log = structlog.get_logger(__name__)

PAUSE_S = 2.0


async def run(ctx: Context) -> None:
    """Until cancelled."""
    signer = Signer.of(CertificationSettings.of(ctx.settings))
    while True:
        done = await go_on(ctx.db, signer, clock=ctx.clock)
        if done == Round():
            await asyncio.sleep(PAUSE_S)
        else:
            log.info("change of keys", made=done.keys, reissued=done.reissued, completed=done.completed)
