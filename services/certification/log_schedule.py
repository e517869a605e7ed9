"""What the clock brings for the log and the register: every hour a signed head, every night the check of all."""

import asyncio
from datetime import date

from shared.clock import AMSTERDAM
from shared.service import Context

from .commands.signing import Signer, published_key
from .commands.verification import verified_on, verify_for_the_day
from .log.heads import head_now
from .settings import CertificationSettings

LOOKED_AFTER_S = 60.0
"""Between two looks at whether a head or the check of the day is due."""
VERIFIED_FROM_HOUR = 3
"""In Amsterdam: when nobody works."""


async def publish_heads(ctx: Context) -> None:
    """Also when nobody asks, until cancelled."""
    signer = Signer.of(CertificationSettings.of(ctx.settings))
    while True:
        await head_now(ctx.db, signer.keys, signer.base_url, now=ctx.clock.now(), hourly=True)
        await asyncio.sleep(LOOKED_AFTER_S)


async def verify_nightly(ctx: Context) -> None:
    """Once a day, at night or as soon after it as the service runs; until cancelled."""
    signer = Signer.of(CertificationSettings.of(ctx.settings))
    done: date | None = None
    while True:
        await asyncio.sleep(LOOKED_AFTER_S)
        now = ctx.clock.now().astimezone(AMSTERDAM)
        if now.date() == done or now.hour < VERIFIED_FROM_HOUR:
            continue
        if not await verified_on(ctx.db, now.date()):
            known = await published_key(ctx.db, signer)
            await verify_for_the_day(ctx.db, known, day=now.date(), now=ctx.clock.now())
        done = now.date()
