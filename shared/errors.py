"""What can go wrong, named after the rule that was broken or after the remedy."""

from datetime import UTC, datetime


class RuleBroken(Exception):
    """A rule of the trade refuses this. Subclasses are named after the rule; the class name becomes the problem type.

    ``field`` is the column or field it concerns, ``value`` what was given, ``allowed`` what would be accepted.
    """

    status = 422

    def __init__(
        self, message: str, *, field: str | None = None, value: object = None, allowed: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.allowed = allowed


class NotKnown(RuleBroken):
    """Nothing is known under this id."""

    status = 404


class Conflict(RuleBroken):
    """What is there already contradicts what was asked."""

    status = 409


class Refused(RuleBroken):
    """A refusal said in Dutch and in English. ``allowed`` is the remedy: what would be accepted instead."""

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
        self.also: tuple[Refused, ...] = ()
        """What else the same thing breaks: whoever mends a file wants to know all of it."""

    def said(self, language: str) -> tuple[str, str | None]:
        """The reason and what is allowed; Dutch unless the language starts with ``en``."""
        return (self.en, self.allowed_en) if language.startswith("en") else (self.nl, self.allowed_nl)


class TryAgainLater(Exception):
    """A handler cannot do it yet (something has to arrive first): the message goes to the next retry tier."""


class GiveUp(Exception):
    """A handler will never be able to do it: the message is parked with this reason."""


class DependencyAway(Exception):
    """The database or the broker cannot be reached now. Callers get 503 and when to come back."""

    def __init__(self, what: str, *, retry_after_s: int = 2) -> None:
        super().__init__(f"{what} is away")
        self.what = what
        self.retry_after_s = retry_after_s


def said(error: BaseException) -> str:
    """The text of a failure without the data that it is about: what logs and the operators' desk may hold.

    PostgreSQL quotes values in a detail and in data exceptions, pydantic quotes what it was given.
    """
    errors = getattr(error, "errors", None)
    if type(error).__name__ == "ValidationError" and callable(errors):
        faults = errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['type']}" for fault in faults[:5])
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith("22") or type(error).__name__ == "DataError":
        return f"SQLSTATE {state}" if state else "data that PostgreSQL does not take"
    return str(error.args[0] if state and error.args else error)


def noted(error: BaseException) -> str:
    """A failure in one line with its moment (UTC), as ``/readyz`` and ``keur status`` tell it: no data in it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {type(error).__name__}: {said(error)[:200]}"
