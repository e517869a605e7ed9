"""Bodies of the steps of a complaint."""

from typing import Annotated

from pydantic import Field

from shared.tabular import Day, Text

from ..domain.complaints import Complainant
from .followup import Actions, Body

Sentence = Annotated[str, Field(max_length=500)]
"""Words for the agenda; empty is left to the rules, which say when they cannot do without."""


class NothingBody(Body):
    """A step that needs no words."""


class InHandBody(Body):
    """``agenda_words`` are the coordinator's own, such as the company may read them; they may follow later."""

    agenda_words: Sentence = ""


class WordsBody(Body):
    agenda_words: Text


class DiscussedBody(Body):
    """The day on which it was spoken of; today when it is not given."""

    on: Day | None = None


class WaiveBody(Body):
    reason: Sentence


class ResolveBody(Body):
    resolution: Annotated[str, Field(max_length=4000)]
    actions: Actions = ()


class AppealText(Body):
    text: Text


class AppealBody(AppealText):
    by: Complainant
