"""The postman: claims what is due, hands it to the mail server, and writes down what became of it.

A mail is ``sending`` in the database before the server hears of it. When the process dies between the server's 250 and
our commit, the lease runs out, the mail is recorded as in doubt, and it goes again under the same Message-ID.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

from services.notifications import commands, domain
from services.notifications.domain import Broken, NotAllowed, NotReady, NotTried, Outcome
from services.notifications.mails import Facts, MailBroken, Stored, as_bytes, write
from services.notifications.mails.message import AddressUnusable, addr_spec
from services.notifications.settings import Settings
from services.notifications.smtp import Line
from services.notifications.store import digest, postbag
from services.notifications.store import mails as mail_store
from services.notifications.store.postbag import Settled
from shared.bus import crashpoints
from shared.db import Tx
from shared.errors import DependencyAway
from shared.service import Context

log = structlog.get_logger(__name__)

SWEEP = 30.0
"""Seconds between looks at held mails whose contact arrived in the very moment they were held."""
LONGEST_PAUSE = 5.0
"""Seconds between two attempts to reach a mail server that is away; mail flows again that soon after it is back."""
SETTLE_EVERY = 0.04
"""Seconds between two commits of one batch: the first outcome is written at once, the others some ten at a time."""


async def run(ctx: Context) -> None:
    """Until cancelled. A database that is away ends it, and the service starts it again."""
    assert isinstance(ctx.settings, Settings)  # noqa: S101 - wired in app.py
    postman = Postman(ctx, ctx.settings)
    bell = asyncio.Event()
    try:
        listener = await asyncpg.connect(ctx.settings.database_url, timeout=5, command_timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise DependencyAway("the database") from error
    try:
        await listener.add_listener(mail_store.CHANNEL, lambda *_: bell.set())
        await postman.work(bell, until=lambda: listener.is_closed())
        raise DependencyAway("the database")
    finally:
        await postman.close()
        with contextlib.suppress(OSError, TimeoutError, asyncpg.InterfaceError):
            await listener.close(timeout=1)


class Postman:
    """One process's postman, with a few connections to the mail server."""

    def __init__(self, ctx: Context, settings: Settings) -> None:
        self._db = ctx.db
        self._set = settings
        self._lines = [
            Line(settings.mail_server, timeout=settings.smtp_timeout) for _ in range(settings.smtp_connections)
        ]
        self._register = f"{settings.base_url('certification')}/certification/register"
        self._lease = timedelta(seconds=settings.mail_lease)
        self._stopping = False
        self._pause = 0.0
        self._swept_at = float("-inf")

    async def work(self, bell: asyncio.Event, until: Callable[[], bool]) -> None:
        """Round after round while there is mail, then waits for the bell or for the next look."""
        while not until():
            bell.clear()
            handled = await self._unbroken(self.round())
            if self._pause:
                await asyncio.sleep(self._pause)
            elif handled < self._set.mail_batch:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._set.mail_poll):
                        await bell.wait()

    async def _unbroken(self, work: Awaitable[int]) -> int:
        """A stop asked for in the middle lets the mails on the line end and be written down first."""
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stopping = True
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2 * self._set.smtp_timeout):
                    await task
            raise

    async def round(self) -> int:
        """One batch: claimed, sent, settled; gives how many mails it took up."""
        await self._tidy()
        async with self._db.transaction() as tx:
            claimed = await postbag.claim(tx, self._set.mail_batch, self._lease, self._set.mail_domain)
        if not claimed:
            return 0
        async with self._db.read() as tx:
            facts = await postbag.facts(tx, claimed, self._set.default_scheme)
        away = await self._deliver(claimed, facts)
        if away and not self._stopping:
            if not self._pause:
                log.warning("the mail server is away, mail waits", error=away, count=len(claimed))
            self._pause = min(LONGEST_PAUSE, max(1.0, 2 * self._pause))
        elif self._pause:
            log.info("the mail server is back")
            self._pause = 0.0
        return len(claimed)

    async def _tidy(self) -> None:
        """Leases that ran out become doubts, what goes together is put together; now and then, held mails are looked at
        once more."""
        async with self._db.transaction() as tx:
            left = await postbag.left_behind(tx, self._set.mail_batch)
            if left:
                await self._settle_in(
                    tx, [Settled(row["id"], row["attempts"], domain.lease_ran_out(row["attempts"])) for row in left]
                )
                log.warning("mails in doubt after a stop in the middle", count=len(left))
            await digest.bundle(tx)
            now = asyncio.get_running_loop().time()
            if now - self._swept_at > SWEEP:
                self._swept_at = now
                await mail_store.release(tx)

    async def _deliver(self, claimed: Sequence[Stored], facts: Facts) -> str | None:
        """Sends over all lines at once and settles what has ended meanwhile; gives why the server is away, if it is."""
        bag = _Bag(deque(claimed), {mail.id: mail.attempts for mail in claimed}, self._set.mail_first_retry)
        try:
            async with asyncio.TaskGroup() as group:
                senders = [group.create_task(self._send_from(bag, line, facts)) for line in self._lines]
                renewing = group.create_task(self._renew(bag))
                await self._write_down(bag)
                renewing.cancel()
                await asyncio.wait(senders)
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
        return bag.away

    async def _send_from(self, bag: "_Bag", line: Line, facts: Facts) -> None:
        while bag.mails:
            mail = bag.mails.popleft()
            if bag.away or self._stopping:
                bag.end(mail, NotTried(bag.away or "stopped before its turn"))
                continue
            sent_to, language, outcome = await self._send(mail, line, facts)
            if isinstance(outcome, NotTried):
                bag.away = outcome.error
            bag.end(mail, outcome, sent_to, language)

    async def _send(self, mail: Stored, line: Line, facts: Facts) -> tuple[str | None, str | None, Outcome]:
        """Writes the letter with the names of now and hands it over: to whom, in which language, and how it went."""
        you = facts.parties.get(mail.recipient)
        if you is None or not you.email:
            return None, None, NotReady("contact not known yet")
        if self._set.mail_mode == "allowlist" and not domain.may_go_to(you.email, self._set.allowed):
            return None, you.language, NotAllowed("not on the allow-list")
        scheme = mail.scheme or self._set.default_scheme
        words = facts.schemes.get(scheme)
        sender = self._set.sender(scheme, words.owner if words else "")
        try:
            letter = write(mail, facts, sender, self._register, scheme=scheme)
            message = as_bytes(mail, letter, sender, datetime.now(UTC))
            recipient, own = addr_spec(you.email), addr_spec(sender.address)
        except MailBroken as error:
            log.error("mail cannot be written", mail_id=mail.id, template=mail.template, error=error)
            return None, you.language, Broken(str(error))
        except AddressUnusable as error:
            return None, you.language, Broken(str(error))
        crashpoints.reach("postman.before-send")
        outcome = await line.hand_over(own, recipient, message)
        crashpoints.reach("postman.after-send")
        return you.email, you.language, outcome

    async def _write_down(self, bag: "_Bag") -> None:
        """Writes outcomes as they come: what has arrived by now in one transaction, never waiting for more."""
        while bag.open:
            await bag.something.wait()
            ended, bag.ended = bag.ended, []
            bag.something.clear()
            async with self._db.transaction() as tx:
                await self._settle_in(tx, ended)
            for settled in ended:
                del bag.open[settled.id]
            if bag.open:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SETTLE_EVERY):
                        await bag.all_ended.wait()

    async def _renew(self, bag: "_Bag") -> None:
        """Says every few seconds that this postman is still busy with what has not been written down."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            async with self._db.transaction() as tx:
                await postbag.renew(tx, bag.open, self._lease)

    async def _settle_in(self, tx: Tx, ended: Sequence[Settled]) -> None:
        await commands.tell(tx, await postbag.settle(tx, ended))

    async def close(self) -> None:
        for line in self._lines:
            await line.close()


class _Bag:
    """One batch on its way: what is still to be sent, what is not written down yet, and what can be now."""

    def __init__(self, mails: "deque[Stored]", attempts: dict[str, int], first_retry: float) -> None:
        self.mails = mails
        self._first_retry = timedelta(seconds=first_retry)
        self.open = attempts
        self.away: str | None = None
        self.ended: list[Settled] = []
        self.something = asyncio.Event()
        self.all_ended = asyncio.Event()
        self._left = len(mails)

    def end(self, mail: Stored, outcome: Outcome, sent_to: str | None = None, language: str | None = None) -> None:
        verdict = domain.after(mail.attempts, outcome, self._first_retry)
        self.ended.append(Settled(mail.id, mail.attempts, verdict, sent_to, language))
        self.something.set()
        self._left -= 1
        if not self._left:
            self.all_ended.set()
