"""What a scheme version asks to be learned: per programme its attainment targets, per target the equipment it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Words(NamedTuple):
    """The scheme's own words; where it has none in English, the Dutch ones, or for a machine its code."""

    nl: str
    en: str

    def said(self, language: str) -> str:
        return self.en if language.startswith("en") else self.nl


NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class Target:
    """An attainment target (eindterm). ``equipment`` are the codes of all machines it takes to learn it."""

    code: str
    equipment: frozenset[str] = frozenset()
    title: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Curriculum:
    """One scheme version's targets and programmes. ``open_targets_need_plan`` is the scheme's own rule (P3)."""

    targets: Mapping[str, Target] = field(default_factory=dict)
    programmes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    equipment: Mapping[str, Words] = field(default_factory=dict)
    open_targets_need_plan: bool = False

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "Curriculum":
        """Reads the scheme's data as certification tells it."""
        return cls(
            {
                code: Target(code, frozenset(one.get("equipment") or ()), _words(one.get("title"), code))
                for code, one in (content.get("targets") or {}).items()
            },
            {code: tuple(one.get("targets") or ()) for code, one in (content.get("programmes") or {}).items()},
            {
                code: _words(one, plain, plain)
                for code, one in (content.get("equipment") or {}).items()
                for plain in [code.replace("_", " ")]
            },
            bool((content.get("norms") or {}).get("open_targets_need_plan")),
        )

    def of(self, programme: str) -> list[Target]:
        """The targets of a programme, in the scheme's order; those of a programme not named here are none."""
        return [self.targets[code] for code in self.programmes.get(programme, ()) if code in self.targets]

    def must_be_covered(self, programme: str) -> bool:
        """Whether no placement begins with a target of this programme that is open and has no plan."""
        return self.open_targets_need_plan and bool(self.of(programme))


def _words(given: Mapping[str, str] | None, otherwise: str, english: str | None = None) -> Words:
    nl = (given or {}).get("nl") or otherwise
    return Words(nl, (given or {}).get("en") or english or nl)
