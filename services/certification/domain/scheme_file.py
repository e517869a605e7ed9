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

from shared.errors import Refused

from .scheme_references import Fault, reference_faults
from .scheme_words import ALLOWED, WORDS, Said, bounds, say
from .schemes import FORMS, Scheme, SchemeVersion, Text

MOST_CHARACTERS = 262_144
MOST_NESTED = 12


@dataclass(frozen=True)
class SchemeFault:
    """One thing to mend in a scheme file. ``line`` counts from 1; ``path`` reads ``exams.theory.pass_mark``."""

    line: int
    path: str
    message: Said
    value: str | None = None
    allowed: Said | str | None = None

    def in_language(self, language: str) -> dict[str, Any]:
        """As it is answered; ``field`` repeats the path for whoever shows errors per field."""
        return {
            "line": self.line,
            "path": self.path,
            "field": self.path or None,
            "value": self.value,
            "message": say(self.message, language),
            "allowed": say(self.allowed, language),
        }


class SchemeNotValid(Refused):
    """The file is no valid scheme; ``faults`` names everything that is wrong with it."""

    def __init__(self, faults: list[SchemeFault]) -> None:
        first = faults[0]
        super().__init__(
            f"regel {first.line}: {first.path or 'het bestand'} {first.message[0]}",
            f"line {first.line}: {first.path or 'the file'} {first.message[1]}",
            field=first.path or None,
        )
        self.faults = faults

    @classmethod
    def because(cls, line: int, kind: str, **values: object) -> "SchemeNotValid":
        """The file as a whole is no scheme."""
        return cls([_fault(line, "", kind, **values)])


def _fault(line: int, path: str, kind: str, **values: object) -> SchemeFault:
    nl, en = WORDS[kind]
    return SchemeFault(line, path, (nl.format(**values), en.format(**values)), None, ALLOWED.get(kind))


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
        raise SchemeNotValid.because(1, "too_long", most=MOST_CHARACTERS)
    try:
        if faults := list(_refused_constructs(text)):
            raise SchemeNotValid(faults)
        tree = _yaml().load(StringIO(text))
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        said = str(wrong.problem or wrong.context or "cannot be read").splitlines()[0]
        raise SchemeNotValid.because(mark.line + 1 if mark else 1, "not_yaml", said=said) from wrong
    except (YAMLError, ValueError, RecursionError) as wrong:
        said = str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__
        raise SchemeNotValid.because(1, "not_yaml", said=said) from wrong
    if not isinstance(tree, CommentedMap):
        raise SchemeNotValid.because(1, "no_scheme")
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
            yield _fault(line, "", "alias")
        elif isinstance(event, CollectionStartEvent | ScalarEvent) and event.tag is not None:
            yield _fault(line, "", "tag", said=event.tag)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MOST_NESTED:
            yield _fault(line, "", "too_deep", most=MOST_NESTED)
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
    allowed: Said | str | None = ALLOWED.get(kind)
    match kind:
        case "extra_forbidden":
            allowed = _fields_allowed(path[:-1])
        case "literal_error" | "union_tag_invalid":
            allowed = str(given.get("expected") or given.get("expected_tags")).replace("'", "").replace(" or ", ", ")
        case "string_pattern_mismatch":
            allowed = FORMS.get(given.get("pattern", ""))
        case _ if said := bounds(given):
            kind, allowed = kind if kind in WORDS else "bounds", said
    return Fault(path, kind, None if kind == "missing" else error.get("input"), allowed)


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
    nl, en = WORDS.get(fault.kind, WORDS["other"])
    message = (nl.format(other=fault.other), en.format(other=fault.other))
    value = None if fault.value is None else _shortly(fault.value)
    return SchemeFault(line, ".".join(shown), message, value, fault.allowed or ALLOWED.get(fault.kind))


def _shortly(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
