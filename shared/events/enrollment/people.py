"""Who people are and how to reach them: on the private exchange only."""

from datetime import date
from typing import Literal

from ..base import Event


class PersonDetailsChanged(Event, type="enrollment.person-details-changed.v1", subject="{person}", private=True):
    """Who somebody is. ``person`` is ``kind/id``, such as ``trainee/T20240001``."""

    person: str
    name: str
    birth_date: date | None = None


class ContactPointChanged(Event, type="enrollment.contact-point-changed.v1", subject="{person}", private=True):
    """Where and in which language somebody can be told something; for ``company/…`` its contact person."""

    person: str
    name: str
    email: str
    language: Literal["nl", "en"] = "nl"
    organisation: str | None = None
    city: str | None = None


class PersonErased(Event, type="enrollment.person-erased.v1", subject="{person}", private=True):
    """Somebody's personal data must be forgotten by whoever copied it."""

    person: str


class ComplainantAnswered(Event, type="enrollment.complainant-answered.v1", subject="{person}", private=True):
    """Who complained is to be told that the complaint was received and is seen to, or that the appeal was.

    ``resolve_by`` is the last day on which they hear what came of it, where the scheme has a norm. Without any words of
    the complaint; what came of it travels as an action link.
    """

    person: str
    complaint_id: str
    step: Literal["acknowledged", "appealed"]
    received_on: date
    answered_on: date
    resolve_by: date | None = None


class ActionLinkMade(Event, type="enrollment.action-link-made.v1", subject="{person}", private=True):
    """Somebody without an account is asked to do one thing by a link that works once, until its last day.

    ``purpose`` says what (it names the mail), ``about`` whom or what it is about, ``place`` a company or school,
    ``trainee`` a trainee that the mail may name.
    """

    person: str
    purpose: str
    about: str
    url: str
    ends_on: date
    place: str = ""
    trainee: str = ""
