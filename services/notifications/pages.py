"""The Inbox of captured mail, and the messages page: what became of each mail, in plain words."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications import commands, queries
from services.notifications.api import READ, WRITE
from services.notifications.domain import RETRYABLE, State
from services.notifications.mails import KINDS
from services.notifications.words import ABOUT, STATES, in_words
from shared.errors import NotKnown
from shared.web.deps import Ctx, Who
from shared.web.i18n import translate as _
from shared.web.pages import render

router = APIRouter(prefix="/notifications", include_in_schema=False)

PAGE = 50
Search = Annotated[str, Query(max_length=200)]
Id = Annotated[str, Query(max_length=64)]
Position = Annotated[int, Query(ge=0, le=2**62)]

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups"
"""For the HTML of a mail: it runs nothing, loads nothing and is not of our origin; its links open a new window."""


class NoSuchMail(NotKnown):
    """There is no mail with this id."""


@router.get("", dependencies=READ)
@router.get("/", dependencies=READ)
async def home() -> Response:
    return RedirectResponse("/notifications/inbox", 303)


@router.get("/inbox", dependencies=READ)
async def inbox(request: Request, ctx: Ctx, q: Search = "", after: Id = "") -> HTMLResponse:
    """Captured mail, the newest first."""
    async with ctx.db.read() as tx:
        items = await queries.inbox(tx, search=q.strip(), before=after, limit=PAGE)
    following = items[-1]["id"] if len(items) == PAGE else None
    mode = getattr(ctx.settings, "mail_mode", "capture")
    return render(request, "inbox.html", items=items, q=q, next=following, title_of=title_of, mode=mode)


@router.get("/inbox/{captured_id}", dependencies=READ)
async def inbox_mail(request: Request, ctx: Ctx, captured_id: str) -> HTMLResponse:
    """One captured mail: HTML, text, headers, source, and why it was sent."""
    mail, message = await _captured(ctx, captured_id)
    return render(
        request,
        "mail.html",
        mail=mail,
        title_of=title_of,
        headers=[(name, str(value)) for name, value in message.items()],
        text=_body(message, "plain"),
        has_html=_body(message, "html") is not None,
        source=mail["raw"].decode("utf-8", "replace"),
    )


@router.get("/inbox/{captured_id}/html", dependencies=READ)
async def inbox_html(ctx: Ctx, captured_id: str) -> HTMLResponse:
    """The HTML part alone, in a sandbox."""
    _mail, message = await _captured(ctx, captured_id)
    return HTMLResponse(_body(message, "html") or "", headers={"Content-Security-Policy": SANDBOX})


@router.get("/inbox/{captured_id}/raw", dependencies=READ)
async def inbox_source(ctx: Ctx, captured_id: str) -> Response:
    """The message as it stood on the wire, for a mail program."""
    mail, _message = await _captured(ctx, captured_id)
    name = f'attachment; filename="{mail["id"]}.eml"'
    return Response(mail["raw"], media_type="message/rfc822", headers={"Content-Disposition": name})


@router.get("/messages", dependencies=READ)
async def messages(
    request: Request, ctx: Ctx, state: Search = "", about: Search = "", after: Position = 2**62
) -> HTMLResponse:
    """Every mail with its state, and counts to begin with."""
    state = state if state in set(State) else ""
    async with ctx.db.read() as tx:
        counts = await queries.summary(tx)
        items = await queries.messages(tx, state=state, about=about.strip(), before=after, limit=PAGE)
    totals: dict[str, int] = {}
    for row in counts:
        totals[row["state"]] = totals.get(row["state"], 0) + row["count"]
    return render(
        request,
        "messages.html",
        items=items,
        totals=[(name, STATES[name], totals[name]) for name in State if totals.get(name)],
        state=state,
        about=about,
        next=items[-1]["number"] if len(items) == PAGE else None,
        states=STATES,
        in_words=in_words,
        filter_states=[(name.value, _(STATES[name][0])) for name in State],
        title_of=title_of,
    )


@router.get("/messages/{mail_id}", dependencies=READ)
async def message(request: Request, ctx: Ctx, mail_id: str, again: bool = False) -> HTMLResponse:
    """What became of one mail, and what can be done."""
    async with ctx.db.read() as tx:
        mail = await queries.message(tx, mail_id)
    if mail is None:
        raise NoSuchMail(_("Er is geen bericht met dit nummer."), field="mail_id")
    return render(
        request,
        "message.html",
        mail=mail,
        states=STATES,
        about=ABOUT[State(mail["state"])],
        can_retry=mail["state"] in RETRYABLE,
        again=again,
        in_words=in_words,
        title_of=title_of,
    )


@router.post("/messages/{mail_id}/retry", dependencies=WRITE)
async def retry(ctx: Ctx, who: Who, mail_id: str, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Sends it again now."""
    async with ctx.db.transaction() as tx:
        await commands.retry(tx, mail_id, actor=who.subject, reason=reason)
    return RedirectResponse(f"/notifications/messages/{mail_id}?again=true", 303)


def title_of(template: str | None) -> str:
    """What the office calls this mail."""
    return _(KINDS[template].title) if template in KINDS else _("onbekend")


async def _captured(ctx: Any, captured_id: str) -> tuple[dict[str, Any], EmailMessage]:
    async with ctx.db.read() as tx:
        mail = await queries.captured(tx, captured_id)
    if mail is None:
        raise NoSuchMail(_("Er is geen bericht met dit nummer."), field="captured_id")
    return mail, message_from_bytes(mail["raw"], _class=EmailMessage, policy=default)


def _body(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    if part is None:
        return None
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return None
    return content.decode(part.get_content_charset("utf-8"), "replace")
