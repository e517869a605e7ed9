"""What a correction or a smaller scope changes on the document of a certificate."""

from collections.abc import Sequence
from typing import Any

from .life import Standing
from .life_rules import NothingIsCorrected, ProgrammeNotInScheme, ScopeDoesNotShrink
from .schemes import SchemeVersion


def corrections(
    standing: Standing, version: SchemeVersion, *, holder: str | None, programme: str | None
) -> dict[str, Any]:
    """The fields of the document that become others. A programme brings its own level."""
    changes: dict[str, Any] = {}
    if holder and holder.strip() != standing.document["holder"]:
        changes["holder"] = holder.strip()
    if programme and programme != standing.document["programme"]:
        found = version.scheme.programmes.get(programme)
        if found is None:
            raise ProgrammeNotInScheme(programme, list(version.scheme.programmes))
        changes |= {"programme": programme, "level": found.level, "eqf": found.eqf}
        if standing.document.get("scope"):
            raise ProgrammeNotInScheme(programme, [str(standing.document["programme"])])
    if not changes:
        raise NothingIsCorrected()
    return changes


def scope_of(standing: Standing, version: SchemeVersion) -> tuple[str, ...]:
    """The attainment targets that the certificate vouches for."""
    if standing.document.get("scope"):
        return tuple(standing.document["scope"])
    programme = version.scheme.programmes.get(standing.programme)
    return programme.targets if programme else ()


def smaller_scope(standing: Standing, version: SchemeVersion, targets: Sequence[str]) -> dict[str, Any]:
    """The targets that remain, in the scheme's order."""
    now = scope_of(standing, version)
    kept = [target for target in now if target in targets]
    if not kept or len(kept) == len(now) or set(targets) - set(now):
        raise ScopeDoesNotShrink(now)
    return {"scope": kept}
