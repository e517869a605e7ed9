"""The Inbox and the messages in both languages, walked from link to link with mails in several states."""

import asyncio
from pathlib import Path

import httpx
import pytest

from services.notifications.app import build
from services.notifications.capture import Sink, listen
from shared.web.session import SessionKeys, make_session_keys
from tests.service.walking import walked

from .conftest import EVERYBODY, Notifications, contact, enrolled


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_can_be_reached_and_is_whole(
    notifications: Notifications, tmp_path: Path, language: str
) -> None:
    await notifications.hear(*EVERYBODY, contact("trainee/T2", email="bounce@post.example"))
    await notifications.hear(enrolled(), enrolled("T2"))
    sink = Sink(notifications.db)
    server = await listen(sink, 0)
    keeping = asyncio.create_task(sink.keep())
    port = server.sockets[0].getsockname()[1]
    await notifications.deliver(smtp_url=f"smtp://127.0.0.1:{port}")
    make_session_keys(tmp_path)
    app = build(notifications.settings()).app()
    app.state.ctx = notifications.context()
    token = SessionKeys(tmp_path).sign(subject="office/admin", scopes=["admin"], via="token", seconds=600)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://keur", headers=headers) as http:
        walk = await walked("notifications", language, http, ["/notifications"])
    keeping.cancel()
    server.close()

    assert not walk.faults, "\n".join(walk.faults)
    assert walk.missed() == []
