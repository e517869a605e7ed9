"""The agenda of a visit in sentences: a signal says what was seen, in the words of its own page."""

from typing import Any

from ..domain.signals import Kind, Signal
from . import signals as signal_words


def worded(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items, each signal with its sentence; one without a sentence is named by its kind."""
    return [{**item, "text": _sentence(item)} if item["kind"] == "signal" else item for item in items]


def _sentence(item: dict[str, Any]) -> str | None:
    seen = Signal(item["trainee_id"], Kind(item["signal"]), item["about"] or "", item["since"], item["evidence"] or {})
    return signal_words.plain(seen)
