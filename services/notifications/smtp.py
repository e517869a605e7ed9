"""One connection to a mail server, reused for mail after mail, and what its answers mean."""

import asyncio

import aiosmtplib

from services.notifications.domain import Accepted, Broken, Deferred, NoAnswer, NotTried, Outcome, Refused
from services.notifications.settings import MailServer

CONNECT_WITHIN = 10.0
CLOSING = 421
"""The server says goodbye (RFC 5321, 3.8): nothing about this mail is meant."""


class Line:
    """Hands over one mail at a time. ``timeout`` in seconds bounds the envelope, and again the message."""

    def __init__(self, server: MailServer, *, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._client: aiosmtplib.SMTP | None = None

    async def hand_over(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Sends one message. Whatever goes wrong is an outcome, never an exception."""
        reused = self._client is not None and self._client.is_connected
        outcome = await self._once(sender, recipient, message)
        if isinstance(outcome, NotTried) and reused:  # a server may close a line that was silent for long
            outcome = await self._once(sender, recipient, message)
        return outcome

    async def _once(self, sender: str, recipient: str, message: bytes) -> Outcome:
        try:
            async with asyncio.timeout(min(self._timeout, CONNECT_WITHIN)):
                client = await self._open()
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            self.hang_up()
            return NotTried(_said("the mail server cannot be reached", error))
        outcome = await self._converse(client, sender, recipient, message)
        if not isinstance(outcome, Accepted):
            await self._start_over(client, outcome)
        return outcome

    async def _converse(self, client: aiosmtplib.SMTP, sender: str, recipient: str, message: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout):
                await client.mail(sender)
                await client.rcpt(recipient)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code >= 500:
                return Broken(f"the mail server refuses our sender: smtp {error.code}")
            return NotTried(f"smtp {error.code}") if error.code == CLOSING else Deferred(error.code)
        except aiosmtplib.SMTPResponseException as error:
            if error.code == CLOSING:
                return NotTried(f"smtp {error.code}")
            return Refused(error.code) if error.code >= 500 else Deferred(error.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return NotTried(_said("the mail server went away", error))
        try:
            async with asyncio.timeout(self._timeout):
                await client.data(message)
        except aiosmtplib.SMTPResponseException as error:
            return Refused(error.code) if error.code >= 500 else Deferred(error.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return NoAnswer(type(error).__name__)
        return Accepted()

    async def _open(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            server = self._server
            self._client = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                timeout=self._timeout,
                use_tls=server.tls == "implicit",
                start_tls=True if server.tls == "starttls" else None,  # None: when the server offers it
                username=server.user,
                password=server.password,
            )
            await self._client.connect()
        return self._client

    async def _start_over(self, client: aiosmtplib.SMTP, outcome: Outcome) -> None:
        """After a refusal the conversation goes on with the next mail; after anything else on a new line."""
        if isinstance(outcome, Refused | Deferred | Broken):
            try:
                async with asyncio.timeout(self._timeout):
                    await client.rset()
                return
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                pass
        self.hang_up()

    async def close(self) -> None:
        """Says goodbye when the server still listens."""
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                async with asyncio.timeout(1):
                    await client.quit()
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()

    def hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _said(what: str, error: BaseException) -> str:
    """What is kept and shown: the kind of trouble, never the server's own words (they may quote an address)."""
    return f"{what}: {type(error).__name__}"
