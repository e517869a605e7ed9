"""What has to be there before the first mail, and what goes with age."""

import asyncio

from services.notifications import commands
from services.notifications.domain import COORDINATOR
from services.notifications.settings import Settings
from services.notifications.store import captured, people
from shared.service import Context


async def run(ctx: Context) -> None:
    """Introduces the coordinator from the settings; forgets captured mail by age, once a day."""
    assert isinstance(ctx.settings, Settings)  # noqa: S101 - wired in app.py
    own = ctx.settings
    async with ctx.db.transaction() as tx:
        await people.introduce(tx, COORDINATOR, own.coordinator_name, own.coordinator_email, own.coordinator_language)
        await commands.release(tx, [COORDINATOR])
    while True:
        async with ctx.db.transaction() as tx:
            await captured.purge(tx, own.capture_keep_days)
        await asyncio.sleep(24 * 3600)
