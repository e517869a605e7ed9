"""Bodies about visits: a report, a move, a waiver, an evaluation talk."""

from typing import Annotated, Literal

from pydantic import Field

from shared.tabular import ClientKey, Day, Text

from ..commands.talks import Talk
from ..domain.visits import Held, Place
from .followup import Actions, Body, Owner
from .rows import VisitRow


class VisitBody(VisitRow):
    """A visit by JSON: the columns of the file, what follows from it, and the day of the next where it was agreed."""

    actions: Actions = ()
    next_on: Day | None = None

    def made(self) -> Held:
        return Held(
            self.visit_id,
            self.place_kind,
            self.place_id,
            self.held_on,
            self.findings,
            self.next_in_weeks,
            tuple(one.asked() for one in self.actions),
            self.next_on,
        )


class MoveBody(Body):
    to: Day


class WaiverBody(Body):
    reason: Annotated[str, Field(max_length=500)]


class TalkBody(Body):
    """An evaluation talk that was held. ``complaints`` were spoken of in it."""

    talk_id: ClientKey | None = None
    held_on: Day
    place_kind: Literal["company", "school"]
    place_id: ClientKey
    trainee_id: ClientKey | None = None
    participants: Annotated[tuple[Owner, ...], Field(min_length=1, max_length=30)]
    summary: Text
    actions: Actions = ()
    complaints: Annotated[tuple[ClientKey, ...], Field(max_length=50)] = ()

    def made(self, key: str) -> Talk:
        return Talk(
            key,
            self.held_on,
            Place(self.place_kind, self.place_id),
            self.participants,
            self.summary,
            self.trainee_id,
            tuple(one.asked() for one in self.actions),
            self.complaints,
        )
