"""JSON of invitations: somebody of the office gets a mail with a link that signs them in once."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.bus import outbox
from shared.db import Tx
from shared.errors import Refused
from shared.events.enrollment import ActionLinkMade
from shared.tabular import Email, LanguageCode, Line
from shared.web.deps import Ctx, Principal, StrictModel, require
from shared.web.idempotency import Answer, once

from .. import accounts
from ..commands.people import name_office
from ..domain.people import Contact
from ..sign_in import SIGN_IN

router = APIRouter(prefix="/enrollment/api", tags=["access"])

Scope = Literal["office", "coordinator", "board", "operator", "read", "decide"]


class CoordinatorIsASetting(Refused):
    """Who the coordinator is, and where to write to, stands in the settings; an invitation does not change it."""


class Invitation(StrictModel):
    """Whom, where to write to, and what they may do."""

    subject: str = Field(pattern=r"^office/[a-z0-9-]{1,40}$")
    name: Line
    email: Email
    language: LanguageCode = "nl"
    scopes: tuple[Scope, ...] = Field(default=("coordinator",), min_length=1)


class Invited(BaseModel):
    """The link itself is in the mail alone."""

    subject: str
    scopes: tuple[Scope, ...]
    expires_at: datetime


@router.post("/invitations", status_code=201, response_model=Invited)
async def invite(
    request: Request, ctx: Ctx, who: Annotated[Principal, require("admin")], given: Invitation
) -> Response:
    """Mails a link that signs them in once, within fifteen minutes; who came too late is invited again."""
    if given.subject == accounts.OFFICE:
        raise CoordinatorIsASetting(
            "wie de coördinator is, staat in de instellingen",
            "who the coordinator is stands in the settings",
            field="subject",
            value=given.subject,
            allowed=("een andere naam, zoals office/jan", "another name, such as office/jan"),
        )
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        await name_office(tx, Contact(given.subject, given.name, given.email, given.language))
        secret, ends_at = await accounts.make_login_link(
            tx, subject=given.subject, scopes=given.scopes, lands_on=None, made_by=who.subject
        )
        url = f"{request.app.state.bases['enrollment']}{SIGN_IN}/{secret}"
        await outbox.put(
            tx,
            ActionLinkMade(
                person=given.subject, purpose="sign-in-invitation", about=given.subject, url=url, ends_on=today
            ),
        )
        return Answer(201, Invited(subject=given.subject, scopes=given.scopes, expires_at=ends_at))

    return await once(request, ctx, given, do)
