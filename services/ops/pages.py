"""The desk's pages: overview, failed messages by group and one by one, events, traces."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.ops import commands, edits, queries
from services.ops.api import READ, WRITE, Command, desk_of, shown
from services.ops.commands import Choice
from services.ops.desk import alarms
from services.ops.domain.failures import ReasonNeeded
from services.ops.domain.references import references
from services.ops.domain.tracing import WIDTH, diagram, lanes, trace
from services.ops.outcomes import outcomes
from services.ops.words import ACTIONS, OUTCOMES, STAGES, STATES, impact, n_, title_of
from shared.errors import NotKnown, Refused, RuleBroken
from shared.web.deps import Ctx, Who
from shared.web.i18n import language, ntranslate
from shared.web.i18n import translate as _
from shared.web.pages import render

router = APIRouter(prefix="/ops", include_in_schema=False)

Key = Annotated[str, Query(max_length=200)]
Position = Annotated[int, Query(ge=0, le=2**62)]
PAGE = 50
COMMANDS: dict[str, Command] = {"retry": commands.retry, "discard": commands.discard, "restore": commands.restore}


@router.get("", dependencies=READ)
@router.get("/", dependencies=READ)
async def overview(request: Request, ctx: Ctx) -> HTMLResponse:
    """Services, queues, oldest age, outbox lag, parked, and what that means for the work."""
    desk = desk_of(request)
    services, queues = await desk.services(), await desk.queues()
    async with ctx.db.read() as tx:
        parked = [(row["service"], row["event_type"], row["count"]) for row in await queries.parked_counts(tx)]
        latest = await queries.events(tx, limit=10, newest=True)
    inboxes = {name: queue for name, queue in queues["queues"].items() if ".retry." not in name}
    retries = {name: queue for name, queue in queues["queues"].items() if ".retry." in name and queue["ready"]}
    return render(
        request,
        "overview.html",
        services=services,
        queues=inboxes,
        retries=retries,
        broker=queues["broker"],
        alarms=[(kind, _alarm(kind, name)) for kind, name in alarms(queues, services)],
        parked=sum(count for *_rest, count in parked),
        impact=[ntranslate(words.one, words.many, count) % {"num": count} for words, count in impact(parked)],
        pending=sum((told.get("outbox") or {}).get("pending") or 0 for told in services.values()),
        oldest=max(((told.get("outbox") or {}).get("oldest_age_s") or 0 for told in services.values()), default=0),
        waiting=sum(queue["ready"] or 0 for name, queue in queues["queues"].items() if name.endswith(".inbox")),
        retrying=sum(queue["ready"] or 0 for queue in retries.values()),
        mail=(services.get("notifications") or {}).get("mail") or {},
        pauses={name: told["paused"] for name, told in services.items() if told.get("paused")},
        latest=latest,
        title_of=title_of,
    )


def _alarm(kind: str, name: str) -> str:
    words = {
        "broker": _("De berichtenmakelaar antwoordt niet: er gaan geen berichten. Niets gaat verloren; het wacht."),
        "service": _("%(name)s is niet gereed."),
        "no-consumer": _("Niemand leest %(name)s."),
        "paused": _("Het lezen van %(name)s is gepauzeerd; de berichten wachten."),
        "unrouted": _("Er zijn gebeurtenissen waar niemand naar luistert (%(name)s)."),
        "failed-waiting": _("Mislukte berichten wachten op deze werkbank (%(name)s)."),
    }
    return words[kind] % {"name": name} if "%(name)s" in words[kind] else words[kind]


@router.get("/failed", dependencies=READ)
async def failed(
    request: Request, ctx: Ctx, group: Key = "", state: Key = "parked", after: Position = 0
) -> HTMLResponse:
    """Failed messages by group; with a group, its messages."""
    state = state if state in ("parked", "redriving", "redriven", "discarded", "edited", "all") else "parked"
    async with ctx.db.read() as tx:
        groups = await queries.groups(tx) if not group and state == "parked" else []
        items = await queries.failed(tx, state=state, group=group, after=after, limit=PAGE)
    return render(
        request,
        "failed.html",
        groups=groups,
        items=items if group or state != "parked" else [],
        group=group,
        state=state,
        next=items[-1]["position"] if len(items) == PAGE else None,
        done=_done(request),
        states=STATES,
        title_of=title_of,
    )


@router.get("/failed/{id}", dependencies=READ)
async def failed_message(request: Request, ctx: Ctx, id: str) -> HTMLResponse:
    """One failed message: why, where, what it says, and what can be done."""
    return await _failed_message(request, ctx, id, {})


async def _failed_message(
    request: Request,
    ctx: Ctx,
    id: str,
    errors: dict[str, str],
    *,
    draft: str | None = None,
    why: str = "",
    diff: list[str] | None = None,
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        found = await queries.failed_message(tx, id)
        if found is None:
            raise NotKnown(_("Dit mislukte bericht is niet bekend."))
        actions = await queries.actions(tx, found["id"])
        edited = await edits.edited_into(tx, found["id"])
    sent = edited["id"] if edited else found["id"] if found["state"].startswith("redriv") else None
    ended = (await outcomes(request, ctx, [sent]))[0]["outcome"] if sent else None
    message = shown(found)
    body = json.dumps(message["data"], indent=2, ensure_ascii=False) if message["data"] is not None else message["text"]
    return render(
        request,
        "failed_message.html",
        status=422 if errors else 200,
        message=message,
        body=body or message["base64"],
        headers=sorted(message["headers"].items()),
        actions=actions,
        action_words=ACTIONS,
        states=STATES,
        errors=errors,
        draft=body if draft is None else draft,
        why=why,
        diff=diff,
        edited=edited,
        outcome=OUTCOMES.get(ended or ""),
        title_of=title_of,
    )


@router.post("/failed/decide", dependencies=WRITE)
async def decide(
    request: Request,
    ctx: Ctx,
    who: Who,
    action: Annotated[str, Form(pattern="^(retry|discard|restore)$")],
    id: Annotated[str, Form(max_length=64)] = "",
    group: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """The buttons of the pages: about one message, or about a group."""
    if not (id or group):
        raise RuleBroken(_("Zeg om welke berichten het gaat."), field="id")
    choice = Choice(ids=[id] if id else None, group=group or None)
    try:
        async with ctx.db.transaction() as tx:
            changed = await COMMANDS[action](tx, choice, actor=who.subject, reason=reason)
    except ReasonNeeded:
        if not id:
            raise
        return await _failed_message(request, ctx, id, {"reason": _("Geef een reden van ten minste drie tekens.")})
    return RedirectResponse(f"/ops/failed?did={action}&count={changed}", 303)


@router.post("/failed/{id}/edit", dependencies=WRITE)
async def edit(
    request: Request,
    ctx: Ctx,
    who: Who,
    id: str,
    data: Annotated[str, Form(max_length=200_000)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    check: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """First shows what would change (`check`), then sends it back changed."""
    try:
        body = json.loads(data)
        if not isinstance(body, dict):
            raise ValueError("no object")  # noqa: TRY004 - of one kind with what is no JSON at all
        async with ctx.db.transaction() as tx:
            told = await edits.edit(tx, id, body, actor=who.subject, reason=reason, dry_run=bool(check))
    except ReasonNeeded:
        errors = {"why": _("Geef een reden van ten minste drie tekens.")}
        return await _failed_message(request, ctx, id, errors, draft=data, why=reason)
    except NotKnown:
        raise
    except Refused as rule:
        errors = {"data": _("Zo past het niet: %(why)s") % {"why": rule.said(language())[0]}}
        return await _failed_message(request, ctx, id, errors, draft=data, why=reason)
    except ValueError:
        errors = {"data": _("Dit is geen JSON-object.")}
        return await _failed_message(request, ctx, id, errors, draft=data, why=reason)
    if check:
        return await _failed_message(request, ctx, id, {}, draft=data, why=reason, diff=told["diff"])
    return RedirectResponse(f"/ops/failed/{told['id']}", 303)


_DONE = {
    "retry": n_("%(num)d bericht wordt opnieuw aangeboden.", "%(num)d berichten worden opnieuw aangeboden."),
    "discard": n_("%(num)d bericht is weggelegd.", "%(num)d berichten zijn weggelegd."),
    "restore": n_("%(num)d bericht staat weer op de werkbank.", "%(num)d berichten staan weer op de werkbank."),
}


def _done(request: Request) -> str:
    count = request.query_params.get("count", "")
    number = int(count) if count.isdigit() and len(count) < 7 else 0
    words = _DONE.get(request.query_params.get("did", ""))
    return ntranslate(words.one, words.many, number) % {"num": number} if words else ""


@router.get("/events", dependencies=READ)
async def events(request: Request, ctx: Ctx, subject: Key = "", type: Key = "") -> HTMLResponse:
    """The newest events, or those about a subject."""
    async with ctx.db.read() as tx:
        items = await queries.events(tx, subject=subject, type=type, limit=PAGE, newest=True)
    return render(request, "events.html", items=items, subject=subject, type=type, title_of=title_of)


@router.get("/events/{id}", dependencies=READ)
async def event(request: Request, ctx: Ctx, id: str) -> HTMLResponse:
    """One event: what it says, what caused it, what came of it."""
    async with ctx.db.read() as tx:
        found = await queries.event(tx, id)
        if found is None:
            raise NotKnown(_("Deze gebeurtenis is niet bekend."))
        causes = [cause for each in found["causes"] if (cause := await queries.event(tx, each))]
        effects = await queries.effects(tx, id)
        stuck = await queries.failed_message(tx, id)
    return render(
        request,
        "event.html",
        event=found,
        causes=causes,
        effects=effects,
        refs=references(found["subject"], found["data"]),
        stuck=stuck,
        title_of=title_of,
    )


@router.get("/trace", dependencies=READ)
async def show_trace(request: Request, ctx: Ctx, subject: Key = "") -> HTMLResponse:
    """What happened to a subject → who decided → who was told → what came back."""
    subject = subject.strip()
    rows: list[dict[str, Any]] = []
    stuck: list[dict[str, Any]] = []
    if subject:
        async with ctx.db.read() as tx:
            rows = await queries.trace_rows(tx, subject)
            stuck = await queries.failed(tx, state="parked", subject=subject)
    steps = trace(rows)
    return render(
        request,
        "trace.html",
        subject=subject,
        steps=steps,
        stuck=stuck,
        marks=diagram(steps),
        lanes=lanes(),
        width=WIDTH,
        stages=STAGES,
        title_of=title_of,
        cut=len(rows) >= queries.TRACE_MOST,
    )
