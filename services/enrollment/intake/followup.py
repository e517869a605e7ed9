"""Bodies of what follows from talking: actions, programme reviews."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.tabular import ClientKey, Day, Line, Text

from ..domain.actions import Asked
from ..domain.reviews import PARTIES, Record

Owner = Annotated[str, Field(pattern=r"^[a-z]{1,20}/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A person reference, ``kind/id``."""


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActionBody(Body):
    """Who does what by when. The key is made when it is not given."""

    action_id: ClientKey | None = None
    owner: Owner
    text: Text
    due_on: Day

    def asked(self) -> Asked:
        return Asked(self.owner, self.text, self.due_on, self.action_id)


Actions = Annotated[tuple[ActionBody, ...], Field(max_length=50)]


class ReviewBody(Body):
    """A programme review that was held. ``confirmed_by`` names who of the two stood by it when it was written down."""

    review_id: ClientKey | None = None
    trainee_id: ClientKey
    held_on: Day
    topics: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    agreements: Text | None = None
    confirmed_by: tuple[Literal["instructor", "mentor"], ...] = ()
    actions: Actions = ()

    def made(self, key: str) -> Record:
        record = Record(key, self.trainee_id, self.held_on, self.topics, self.agreements or "")
        for party in PARTIES:
            if party in self.confirmed_by:
                record = record.confirmed(party, self.held_on)
        return record


class ConfirmationBody(Body):
    party: Literal["instructor", "mentor"]


class DoneBody(Body):
    """The day on which it was done; today when it is not given."""

    done_on: Day | None = None
