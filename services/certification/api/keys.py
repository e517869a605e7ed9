"""JSON of the keys that sign: a proposal, its approval by another person, and how far it is carried out."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.service import Context
from shared.tabular import Moment
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Text, Who, require
from shared.web.idempotency import Answer, once

from ..commands import key_changes
from ..commands.key_drill import MOST, drill
from ..commands.papers import Press
from ..domain.key_change import KeyChange
from ..domain.key_rules import ChangeNotKnown
from ..queries import keys
from ..settings import CertificationSettings
from ..store.audit import By

router = APIRouter(
    prefix="/certification/api/signing-keys", tags=["signing keys"], dependencies=[require("office", "decide")]
)
ChangeId = Annotated[str, Path(max_length=40)]


class ProposalBody(StrictModel):
    """Which keys are to be replaced, and why. ``since`` belongs to ``compromised``: from when somebody else may have
    the key; without it nothing that the key ever signed counts any more."""

    change_id: UUID | None = None
    keys: list[Literal["credential", "paper"]] = Field(default=["credential"], max_length=2)
    reason: Annotated[str, Field(max_length=40)]
    words: Annotated[Text, Field(max_length=2000)]
    since: Moment | None = None


class NothingBody(StrictModel):
    """There is nothing to say but yes."""


class DrillBody(StrictModel):
    certificates: Annotated[int, Field(ge=1, le=MOST)] = 100


class ChangeOf(BaseModel):
    """A change of keys as it stands."""

    change_id: str
    keys: list[str]
    reason: str
    words: str
    since: datetime | None
    state: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None

    @classmethod
    def of(cls, one: KeyChange) -> "ChangeOf":
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


@router.get("")
async def all_keys(ctx: Ctx) -> dict[str, Any]:
    """Every key that signs or ever signed, and every change of keys with how far it is."""
    async with ctx.db.read() as tx:
        return {"keys": await keys.keys(tx), "changes": await keys.changes(tx)}


@router.post("/changes", status_code=201, response_model=ChangeOf)
async def propose(request: Request, ctx: Ctx, who: Who, given: ProposalBody) -> Response:
    """Nothing changes until somebody else approves it."""
    settings = CertificationSettings.of(ctx.settings)

    async def do(tx: Tx) -> Answer:
        made = await key_changes.propose(
            tx,
            settings,
            keys=list(given.keys),
            reason=given.reason,
            words=given.words,
            since=given.since,
            clock=ctx.clock,
            by=By(who.subject),
            change_id=str(given.change_id) if given.change_id else None,
        )
        return Answer(201, ChangeOf.of(made))

    return await once(request, ctx, given, do)


@router.post("/changes/{change_id}/approve", status_code=201, response_model=ChangeOf)
async def approve(request: Request, ctx: Ctx, who: Who, change_id: ChangeId, given: NothingBody) -> Response:
    """By another person than who proposed it: from here on the old key signs no more, and the new one is made."""

    async def do(tx: Tx) -> Answer:
        settings = CertificationSettings.of(ctx.settings)
        approved = await key_changes.approve(tx, settings, change_id, clock=ctx.clock, by=By(who.subject))
        return Answer(201, ChangeOf.of(approved))

    answer = await once(request, ctx, given, do)
    await new_keys_at_once(ctx)
    return answer


@router.post("/changes/{change_id}/withdraw", status_code=201, response_model=ChangeOf)
async def withdraw(request: Request, ctx: Ctx, who: Who, change_id: ChangeId, given: NothingBody) -> Response:
    """The proposal is taken off the table."""

    async def do(tx: Tx) -> Answer:
        return Answer(201, ChangeOf.of(await key_changes.withdraw(tx, change_id, clock=ctx.clock, by=By(who.subject))))

    return await once(request, ctx, given, do)


@router.get("/changes/{change_id}")
async def one_change(ctx: Ctx, change_id: ChangeId) -> dict[str, Any]:
    """How far a change is: certificates made out again, waiting, left because they had ended, failed."""
    async with ctx.db.read() as tx:
        found = await keys.change(tx, change_id)
    if found is None:
        raise ChangeNotKnown(change_id)
    return found


@router.get("/changes/{change_id}/certificates")
async def certificates_of(ctx: Ctx, page: Paging, change_id: ChangeId) -> Listing[dict[str, Any]]:
    """What came of each certificate that the old key had signed."""
    async with ctx.db.read() as tx:
        rows = await keys.reissues(tx, change_id, page.after, page.limit)
    return Listing[dict[str, Any]].of(rows, page, "number")


@router.post("/drill", status_code=201)
async def try_it(request: Request, ctx: Ctx, who: Who, given: DrillBody) -> Response:
    """What would happen if the issuing key were stolen: done for some certificates, measured, and rolled back."""
    press = Press.of(CertificationSettings.of(ctx.settings))

    async def do(tx: Tx) -> Answer:
        made = await drill(ctx.db, press, certificates=given.certificates, clock=ctx.clock, by=By(who.subject))
        return Answer(201, made.as_json())

    return await once(request, ctx, given, do)


async def new_keys_at_once(ctx: Context) -> None:
    """Whoever approved need not wait for the schedule."""
    await key_changes.make_new_keys(ctx.db, CertificationSettings.of(ctx.settings), clock=ctx.clock)
