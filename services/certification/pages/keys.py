"""The desk's page of the keys that sign: which there are, the proposal that waits, and a form for a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared.clock import AMSTERDAM
from shared.web.deps import Ctx, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.keys import new_keys_at_once
from ..commands import key_changes
from ..commands.keyring import take_over
from ..domain.rules import Refused
from ..queries import keys
from ..settings import CertificationSettings
from ..store.audit import By
from ..words import keys as words

router = APIRouter(
    prefix="/certification/signing-keys", include_in_schema=False, dependencies=[require("office", "decide")]
)
Typed = Annotated[str, Form(max_length=2000)]


@router.get("")
async def page(request: Request, ctx: Ctx, who: Who) -> Response:
    return await _show(request, ctx, who)


@router.post("")
async def decide(
    request: Request,
    ctx: Ctx,
    who: Who,
    what: Typed = "",
    change_id: Typed = "",
    key: Annotated[list[str] | None, Form()] = None,
    reason: Typed = "",
    words: Typed = "",
    since: Typed = "",
) -> Response:
    """A proposal made, approved or withdrawn; the same as by JSON."""
    settings, by = CertificationSettings.of(ctx.settings), By(who.subject)
    given = {"key": key or [], "reason": reason, "words": words, "since": since}
    try:
        async with ctx.db.transaction() as tx:
            match what:
                case "propose":
                    said, moment = clean_text(words, multi_line=True), _moment(since)
                    await key_changes.propose(
                        tx, settings, keys=key or [], reason=reason, words=said, since=moment, clock=ctx.clock, by=by
                    )
                case "approve":
                    await key_changes.approve(tx, settings, change_id, clock=ctx.clock, by=by)
                case "withdraw":
                    await key_changes.withdraw(tx, change_id, clock=ctx.clock, by=by)
    except Refused as rule:
        message, allowed = rule.said(language())
        said = f"{message} ({allowed})" if allowed else message
        return await _show(request, ctx, who, given=given, errors={_field(rule.field): said})
    except ValueError:
        return await _show(request, ctx, who, given=given, errors={"since": _("Schrijf een dag en een tijd.")})
    if what == "approve":
        await new_keys_at_once(ctx)
    return RedirectResponse("/certification/signing-keys", 303)


async def _show(
    request: Request,
    ctx: Ctx,
    who: Who,
    given: Mapping[str, object] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    async with ctx.db.transaction() as tx:
        await take_over(tx, ctx.settings.home)
    async with ctx.db.read() as tx:
        known, changes = await keys.keys(tx), await keys.changes(tx)
    return render(
        request,
        "signing_keys.html",
        status=422 if errors else 200,
        keys=known,
        changes=changes,
        waiting=next((one for one in changes if one["state"] == "proposed"), None),
        me=who.subject,
        words=words,
        reasons=[(code, _(word)) for code, word in words.REASONS.items()],
        given=given or {},
        errors=errors or {},
    )


def _field(name: str | None) -> str:
    return name if name in ("reason", "words", "since") else "key"


def _moment(typed: str) -> datetime | None:
    """As a form gives it, in Amsterdam. Raises ValueError."""
    if not typed.strip():
        return None
    moment = datetime.fromisoformat(typed.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
