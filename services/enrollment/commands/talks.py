"""Evaluation talks: who took part, what was said, what follows from it, and which complaints were spoken of."""

from dataclasses import dataclass
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import EvaluationTalkHeld

from ..domain.actions import Asked, no_owner
from ..domain.refusals import TalkInFuture, UnknownPlace
from ..domain.rules import unknown
from ..domain.visits import Place
from ..store import actions, audit, enrolments, places, visits
from ..store.audit import By
from ..store.talks import keep_talk
from .actions import assign
from .complaints import discuss


@dataclass(frozen=True, slots=True)
class Talk:
    """``participants`` are person references, ``kind/id``."""

    talk_id: str
    held_on: date
    place: Place
    participants: tuple[str, ...]
    summary: str
    trainee_id: str | None = None
    actions: tuple[Asked, ...] = ()
    complaints: tuple[str, ...] = ()


async def hold_talk(tx: Tx, talk: Talk, *, today: date, by: By) -> bool:
    """Records a talk that was held; False when it was there already.

    Raises ``UnknownPlace``, ``UnknownTrainee``, ``UnknownOwner``, ``TalkInFuture``, and what its parts raise.
    """
    if not await places.names(tx, talk.place.kind, [talk.place.id]):
        raise UnknownPlace.named(*talk.place)
    if talk.trainee_id and not await enrolments.known_trainees(tx, [talk.trainee_id]):
        raise unknown("trainee_id", talk.trainee_id)
    known = await actions.known_owners(tx, talk.participants)
    for one in talk.participants:
        if one not in known:
            raise no_owner(one)
    if talk.held_on > today:
        raise TalkInFuture.named(talk.held_on, today)
    if not await keep_talk(tx, talk.talk_id, talk.held_on, talk.place, talk.trainee_id, talk.participants,
                                  talk.summary, by.actor):  # fmt: skip
        return False
    scheme = (await visits.place_files(tx, [talk.place], today))[talk.place].scheme
    made = await assign(
        tx,
        talk.actions,
        origin="talk",
        origin_id=talk.talk_id,
        on=talk.held_on,
        trainee_id=talk.trainee_id,
        place=talk.place,
        scheme=scheme,
        today=today,
        by=by,
    )
    await discuss(tx, talk.complaints, on=talk.held_on, today=today, by=by)
    await audit.note(tx, by, [("/".join(talk.place), f"evaluation talk held on {talk.held_on}")])
    await outbox.put(
        tx,
        EvaluationTalkHeld(
            talk_id=talk.talk_id,
            place_kind=talk.place.kind,
            place_id=talk.place.id,
            trainee_id=talk.trainee_id,
            held_on=talk.held_on,
            participants=talk.participants,
            actions=len(made),
            complaint_ids=talk.complaints,
            scheme=scheme,
        ),
    )
    return True
