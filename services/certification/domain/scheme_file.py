"""Reading a scheme from YAML: either a scheme, or every fault at once with its line and what is allowed there."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

from shared.errors import RuleBroken

from .scheme_references import Fault, reference_faults
from .schemes import FORMS, Scheme, SchemeVersion, Text

MOST_CHARACTERS = 262_144
MOST_NESTED = 12


@dataclass(frozen=True)
class SchemeFault:
    """One thing to mend in a scheme file. ``line`` counts from 1; ``path`` reads ``exams.theory.pass_mark``."""

    line: int
    path: str
    message: str
    value: str | None = None
    allowed: str | None = None


class SchemeNotValid(RuleBroken):
    """The file is no valid scheme; ``faults`` names everything that is wrong with it."""

    def __init__(self, faults: list[SchemeFault]) -> None:
        first = faults[0]
        super().__init__(f"line {first.line}: {first.path or 'the file'} {first.message}", field=first.path or None)
        self.faults = faults


def read_scheme(text: str) -> SchemeVersion:
    """The scheme that the YAML text holds.

    Raises ``SchemeNotValid`` with all faults. Anchors, aliases and tags are refused: a scheme is plain data, and
    aliases can be made to grow without end.
    """
    tree = _tree(text)
    content = _plain(tree)
    found = list(reference_faults(content))
    try:
        scheme = Scheme.model_validate(_tuples(content))
    except ValidationError as wrong:
        found = [_fault_of(error) for error in wrong.errors()] + found
        scheme = None
    if scheme is None or found:
        located = (_located(tree, fault) for fault in found)
        raise SchemeNotValid(sorted(located, key=lambda fault: (fault.line, fault.path)))
    return SchemeVersion.of(scheme, content)


def _tree(text: str) -> CommentedMap:
    if len(text) > MOST_CHARACTERS:
        raise SchemeNotValid([SchemeFault(1, "", f"is longer than {MOST_CHARACTERS} characters")])
    try:
        if faults := list(_refused_constructs(text)):
            raise SchemeNotValid(faults)
        tree = _yaml().load(StringIO(text))
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        said = str(wrong.problem or wrong.context or "cannot be read").splitlines()[0]
        raise SchemeNotValid([SchemeFault(mark.line + 1 if mark else 1, "", f"is not YAML: {said}")]) from wrong
    except (YAMLError, ValueError, RecursionError) as wrong:
        said = str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__
        raise SchemeNotValid([SchemeFault(1, "", f"is not YAML: {said}")]) from wrong
    if not isinstance(tree, CommentedMap):
        raise SchemeNotValid([SchemeFault(1, "", "holds no scheme", allowed="keys such as scheme, title, version")])
    return tree


class _DatesAsText(RoundTripConstructor):
    """Leaves dates as they are written, so that the model names a wrong one with its line."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda constructor, node: node.value)


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _DatesAsText
    return yaml


def _refused_constructs(text: str) -> Iterator[SchemeFault]:
    depth = 0
    for event in _yaml().parse(StringIO(text)):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or (
            isinstance(event, CollectionStartEvent | ScalarEvent) and event.anchor is not None
        ):
            yield SchemeFault(line, "", "holds an anchor or alias", allowed="write the value out")
        elif isinstance(event, CollectionStartEvent | ScalarEvent) and event.tag is not None:
            yield SchemeFault(line, "", f"holds the tag {event.tag}", allowed="plain values")
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MOST_NESTED:
            yield SchemeFault(line, "", f"is nested deeper than {MOST_NESTED} levels")
            return


def _plain(node: Any) -> Any:
    """The tree without ruamel's types."""
    match node:
        case CommentedMap():
            plain = {str(key): _plain(value) for key, value in node.items()}
            return _rejoined(plain) if "nl" in plain and node.fa.flow_style() else plain
        case CommentedSeq():
            return [_plain(value) for value in node]
        case bool() | None:
            return node
        case int():
            return int(node)
        case float():
            return float(node)
    return str(node)


def _rejoined(words: dict[str, Any]) -> dict[str, Any]:
    """``{nl: Traag, soms stil, en: Slow}`` holds a comma that YAML takes for a new key without a value. In words for
    people that can only mean the rest of the sentence, so it is put back where the author wrote it."""
    whole: dict[str, Any] = {}
    last = None
    for key, value in words.items():
        if value is None and last is not None and key not in Text.model_fields and isinstance(whole[last], str):
            whole[last] = f"{whole[last]}, {key}"
        else:
            whole[key] = value
            last = key
    return whole


def _tuples(node: Any) -> Any:
    """Lists as tuples, as the strict model wants its frozen fields."""
    match node:
        case dict():
            return {key: _tuples(value) for key, value in node.items()}
        case list():
            return tuple(_tuples(value) for value in node)
    return node


def _fault_of(error: ErrorDetails) -> Fault:
    kind, given = error["type"], error.get("ctx", {})
    path = tuple(step for step in error["loc"] if step != "[key]")
    message = error["msg"].removeprefix("Value error, ")
    allowed: str | None = given.get("allowed")
    match kind:
        case "extra_forbidden":
            message, allowed = "is not known here", _fields_allowed(path[:-1])
        case "missing":
            message = "is missing"
        case "literal_error" | "union_tag_invalid":
            message, allowed = "is none of the allowed values", str(given.get("expected") or given.get("expected_tags"))
        case "string_pattern_mismatch":
            message, allowed = "has another form than allowed", FORMS.get(given.get("pattern", ""))
        case "string_type":
            message, allowed = "is not text", 'text; write a number in quotes, such as "2024.1"'
        case "is_instance_of":
            message, allowed = "is no number", "a number such as 5.5"
        case _ if bound := {k: v for k, v in given.items() if k in ("ge", "le", "gt", "lt")}:
            words = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}
            message = "is out of bounds"
            allowed = ", ".join(f"{words[key]} {limit}" for key, limit in bound.items())
    return Fault(path, message, None if kind == "missing" else error.get("input"), allowed)


def _fields_allowed(path: tuple[str | int, ...]) -> str | None:
    """The fields that the model has at ``path``, for an author who wrote another."""
    model: Any = Scheme
    for step in path:
        field = getattr(model, "model_fields", {}).get(step)
        if field is None:
            return None
        parts = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next((part for part in parts if hasattr(part, "model_fields")), None)
    return ", ".join(model.model_fields) if model else None


def _located(tree: CommentedMap, fault: Fault) -> SchemeFault:
    """The fault with its line: of the key itself, or of the nearest part around it where the key is missing."""
    node: Any = tree
    line = 1
    shown: list[str] = []
    for step in fault.path:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
            node = node[step]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
            node = node[step]
        elif isinstance(node, CommentedSeq) or (isinstance(node, CommentedMap) and step != fault.path[-1]):
            continue  # a step of the model's own (the name of a rule), which is no place in the file
        shown.append(str(step))
    value = None if fault.value is None else _shortly(fault.value)
    return SchemeFault(line, ".".join(shown), fault.message, value, fault.allowed)


def _shortly(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
