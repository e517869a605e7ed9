"""The agenda of a visit in sentences: a signal says what was seen, in the words of its own page."""

from collections.abc import Mapping
from typing import Any

from ..domain.signals import Kind, Signal
from . import signals as signal_words
from .risk import NO_TITLES, titled


def worded(items: list[dict[str, Any]], titles: Mapping[tuple[str, str], str] = NO_TITLES) -> list[dict[str, Any]]:
    """The items, each signal with its sentence, each gap with its target's title; a signal without a sentence is named
    by its kind."""
    return [_worded(item, titles) for item in items]


def _worded(item: dict[str, Any], titles: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    match item["kind"]:
        case "signal":
            return {**item, "text": _sentence(item, titles)}
        case "gap":
            return {**item, "about": titles.get((item["trainee_id"], item["about"]), item["about"])}
        case _:
            return item


def _sentence(item: dict[str, Any], titles: Mapping[tuple[str, str], str]) -> str | None:
    seen = Signal(item["trainee_id"], Kind(item["signal"]), item["about"] or "", item["since"], item["evidence"] or {})
    return signal_words.plain(titled(seen, titles))
