"""The base of every rule of certification: a refusal that can be said in Dutch and in English."""

from shared.errors import Conflict, NotKnown
from shared.errors import Refused as Refused


class RefusedAsKnown(Refused, Conflict):
    """A rule refuses this because of what is known already (409)."""


class RefusedAsUnknown(Refused, NotKnown):
    """Nothing is known under this key (404)."""
