"""JSON in and out: the same things as the files, one at a time; lists; and where the clock has come."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, create_model

from shared.db import Tx
from shared.errors import NotKnown
from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, Principal, Who, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands.watch import watch_all
from ..intake.files import take_file
from ..intake.kinds import FILES, KINDS, Kind
from ..intake.rows import RowOf
from ..queries import lists
from ..store.audit import By
from ..store.turns import take_turns

router = APIRouter(prefix="/enrollment/api", tags=["enrollment"])
WRITE, READ = [require("write")], [require("read")]
"""Complaints have people's own words in them: their list is for the coordinator only."""


class UnknownKind(NotKnown):
    """No such kind of file is taken here."""


class NothingUnderThisKey(NotKnown):
    """Nothing is known under this key."""


class Schedule(BaseModel):
    """Everything that fell due up to and including ``ran_until`` (a day in Amsterdam) was told; ``ran_at`` is when."""

    ran_until: date | None
    ran_at: datetime | None


@router.post("/import/{kind}", dependencies=WRITE, status_code=200, responses={422: {"description": "nothing taken"}})
async def import_file(
    kind: str,
    ctx: Ctx,
    who: Who,
    file: Annotated[UploadFile, File(description="CSV (UTF-8) or XLSX")],
    check: Annotated[bool, Query(description="say what would be taken, and take nothing")] = False,
    partial: Annotated[bool, Query(description="take the good rows")] = False,
) -> JSONResponse:
    """Takes a file whole, or says all that is wrong with it."""
    if kind not in FILES:
        raise UnknownKind(_("Deze soort is hier niet bekend."), field="kind", value=kind, allowed=", ".join(FILES))
    taken, summary = await take_file(
        ctx.db,
        FILES[kind],
        file.file,
        filename=file.filename or "",
        language=language(),
        today=ctx.clock.today(),
        by=By(who.subject),
        check=check,
        partial=partial,
    )
    return JSONResponse(summary, 200 if taken else 422)


async def take_one(request: Request, ctx: Ctx, who: Principal, kind: Kind, given: RowOf) -> Response:
    """The path of a file for a single row: 201 when it is new, 200 when it was there, 422 when it is refused."""
    row = kind.body.model_validate({kind.key: new_id(), **given.model_dump(exclude_none=True, exclude_unset=True)})
    key = getattr(row, kind.key)

    async def do(tx: Tx) -> Answer:
        await take_turns(tx, kind.name, [key])
        outcome = await kind.take(tx, [row.made()], ctx.clock.today(), By(who.subject))
        for rule in outcome.refused.values():
            raise rule
        await watch_all(tx, outcome.to_watch, today=ctx.clock.today(), by=By(who.subject))
        found = await lists.one(tx, kind.name, kind.key, key)
        return Answer(
            201 if outcome.new else 200, found, {"Location": f"/enrollment/api/{kind.name}/{key}"} if found else {}
        )

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


def _post(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def post(request: Request, ctx: Ctx, who: Who, given: RowOf) -> Response:
        return await take_one(request, ctx, who, kind, given)

    key = (ClientKey | None, Field(default=None, description="the client's own key; made when not given"))
    fields: dict[str, Any] = {kind.key: key}
    name = kind.row.__name__.removesuffix("Row")
    post.__annotations__["given"] = create_model(name, __base__=kind.body, **fields)
    return post


def _list(name: str, key: str) -> Callable[..., Awaitable[Listing[dict[str, Any]]]]:
    async def listing(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
        async with ctx.db.read() as tx:
            return Listing[dict[str, Any]].of(await lists.some(tx, name, page.after, page.limit), page, key)

    return listing


def _get(kind: Kind) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def get(ctx: Ctx, key: ClientKey) -> dict[str, Any]:
        async with ctx.db.read() as tx:
            found = await lists.one(tx, kind.name, kind.key, key)
        if found is None:
            raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="key", value=key)
        return found

    return get


def _routes() -> None:
    for kind in KINDS.values():
        path, read = f"/{kind.name}", [require("coordinator")] if kind.name == "complaints" else READ
        router.add_api_route(
            path, _post(kind), methods=["POST"], dependencies=WRITE, status_code=201, name=f"give one of {kind.name}"
        )
        router.add_api_route(path, _list(kind.name, kind.key), dependencies=read, name=f"list {kind.name}")
        router.add_api_route(path + "/{key}", _get(kind), dependencies=read, name=f"one of {kind.name}")
    router.add_api_route(
        "/planned-visits", _list("planned-visits", "visit_id"), dependencies=READ, name="list planned visits"
    )


@router.get("/people", dependencies=[require("office")])
async def people(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Everybody who can be told something, by reference (``kind/id``)."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await lists.people(tx, page.after, page.limit), page, "ref")


@router.get("/schedule", dependencies=READ)
async def schedule(ctx: Ctx) -> Schedule:
    """How far the clock was followed."""
    async with ctx.db.read() as tx:
        return Schedule(**await lists.schedule(tx))


_routes()
