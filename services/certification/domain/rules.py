"""The base of every rule of certification: a refusal that can be said in Dutch and in English."""

from shared.errors import Conflict, NotKnown, RuleBroken


class Refused(RuleBroken):
    """A rule of the mark refuses this. ``allowed`` is the remedy: what would be accepted instead."""

    def __init__(
        self,
        nl: str,
        en: str,
        *,
        field: str | None = None,
        value: object = None,
        allowed: str | tuple[str, str] | None = None,
    ) -> None:
        allowed_nl, allowed_en = allowed if isinstance(allowed, tuple) else (allowed, allowed)
        super().__init__(en, field=field, value=value, allowed=allowed_en)
        self.nl, self.en = nl, en
        self.allowed_nl, self.allowed_en = allowed_nl, allowed_en

    def said(self, language: str) -> tuple[str, str | None]:
        """The reason and what is allowed; Dutch unless the language starts with ``en``."""
        return (self.en, self.allowed_en) if language.startswith("en") else (self.nl, self.allowed_nl)


class RefusedAsKnown(Refused, Conflict):
    """A rule refuses this because of what is known already (409)."""


class RefusedAsUnknown(Refused, NotKnown):
    """Nothing is known under this key (404)."""
