"""What the fields of a scheme must be to each other: names that point at nothing, lines that contradict."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .scheme_words import Said, bounds


class Fault(NamedTuple):
    """What is wrong at ``path`` (keys and list positions) of a scheme: ``kind`` is a name of ``scheme_words.WORDS``."""

    path: tuple[str | int, ...]
    kind: str
    value: object
    allowed: Said | str | None = None
    other: str = ""


def reference_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Where one part names another that is not there, or two parts contradict. Parts of a wrong type are passed over:
    the model names those, and both lists go to the author at once."""
    exams, targets, equipment = (_mapping(data.get(key)) for key in ("exams", "targets", "equipment"))
    for code, exam in exams.items():
        yield from _pass_mark_on_scale(code, _mapping(exam))
    for code, target in targets.items():
        yield from _known(("targets", code, "equipment"), _mapping(target).get("equipment"), equipment)
    for code, programme in _mapping(data.get("programmes")).items():
        yield from _known(("programmes", code, "targets"), _mapping(programme).get("targets"), targets)
    yield from _known(("recertification", "exams"), _mapping(data.get("recertification")).get("exams"), exams)
    yield from _transition(data)
    lines = _mapping(data.get("completion"))
    for lower, higher in (("baseline", "target"), ("target", "stretch")):
        low: Any = lines.get(lower)
        high: Any = lines.get(higher)
        if _are_numbers(low, high) and low > high:
            yield Fault(("completion", higher), "below", high, bounds({"ge": low}), lower)
    yield from _practice(data.get("eligibility"))
    points = _mapping(data.get("risk"))
    raised: Any = points.get("raised_from")
    high_from: Any = points.get("high_from")
    if _are_numbers(raised, high_from) and raised > high_from:
        yield Fault(("risk", "high_from"), "below", high_from, bounds({"ge": raised}), "raised_from")


def _transition(data: Mapping[str, Any]) -> Iterator[Fault]:
    """A day of transition is named exactly where something happens on it, and not before the version is in force."""
    rule = _mapping(data.get("transition"))
    who, day, start = rule.get("who_started_before"), rule.get("on"), data.get("valid_from")
    if who in ("moves", "chooses") and day is None:
        yield Fault(("transition", "on"), "missing", None)
    elif who == "stays" and day is not None:
        yield Fault(
            ("transition", "on"), "not_here", day, ("alleen bij moves en chooses", "only with moves and chooses")
        )
    elif day is not None and start is not None and str(day) < str(start):
        yield Fault(("transition", "on"), "too_early", day, bounds({"ge": start}))


def _practice(rules: object) -> Iterator[Fault]:
    """Of the months that are asked for, not more than all may come from elsewhere."""
    for position, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        asked: Any = _mapping(rule).get("at_least")
        most: Any = _mapping(rule).get("elsewhere")
        if _are_numbers(asked, most) and most > asked:
            yield Fault(("eligibility", position, "elsewhere"), "above", most, bounds({"le": asked}), "at_least")


def _pass_mark_on_scale(code: str, exam: Mapping[str, Any]) -> Iterator[Fault]:
    scale: Any = exam.get("scale")
    mark: Any = exam.get("pass_mark")
    whole = isinstance(scale, list | tuple) and len(scale) == 2 and _are_numbers(*scale, mark)
    if whole and not scale[0] <= mark <= scale[1]:
        yield Fault(("exams", code, "pass_mark"), "off_scale", mark, f"{scale[0]} – {scale[1]}")


def _known(path: tuple[str | int, ...], names: object, known: Mapping[str, Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, name in enumerate(names if isinstance(names, list | tuple) else ()):
        if isinstance(name, str) and name not in known:
            yield Fault((*path, position), "unknown_name", name, ", ".join(known) or None)
        elif isinstance(name, str) and name in seen:
            yield Fault((*path, position), "named_twice", name)
        seen.add(str(name))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
