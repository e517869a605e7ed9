"""What has to be there before the first mail, and what goes with age."""

from services.notifications import commands
from services.notifications.domain import COORDINATOR
from services.notifications.settings import Settings
from services.notifications.store import people
from shared.bus.retention import Rule
from shared.service import Context


async def run(ctx: Context) -> None:
    """Introduces the coordinator from the settings."""
    assert isinstance(ctx.settings, Settings)  # noqa: S101 - wired in app.py
    own = ctx.settings
    async with ctx.db.transaction() as tx:
        await people.introduce(tx, COORDINATOR, own.coordinator_name, own.coordinator_email, own.coordinator_language)
        await commands.release(tx, [COORDINATOR])


def captured_mail(own: Settings) -> Rule:
    """The texts of captured mails; what was sent to whom, and when, stays with the mail."""
    return Rule("captured-mail", "captured_mail", "received_at", own.capture_keep_days)
