"""A scheme version is published, once and for good."""

from datetime import datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import SchemeVersionPublished
from shared.ids import stable_id

from ..domain.rules import RefusedAsKnown
from ..domain.schemes import SchemeVersion
from ..store import audit, schemes
from ..store.audit import By


class PublishedVersionNeverChanges(RefusedAsKnown):
    """This version was published with other content. What changes is a new version."""


class ProgrammeOfAnotherScheme(RefusedAsKnown):
    """A programme belongs to one scheme: it decides which scheme a trainee falls under."""


class NumbersOfAnotherScheme(RefusedAsKnown):
    """Another scheme numbers its certificates in this form; one number would mean two certificates."""


async def publish_scheme(tx: Tx, version: SchemeVersion, *, now: datetime, by: By) -> bool:
    """Publishes and tells it; False when the same version with the same content was published before."""
    await schemes.lock(tx)
    published = await schemes.all_versions(tx)
    if check_scheme(version, list(published.values())):
        return False
    await schemes.add(tx, version, published_at=now, published_by=by.actor)
    scheme = version.scheme
    await audit.note(tx, [(by, f"scheme/{scheme.scheme}", f"published {scheme.version}")])
    await outbox.put(tx, _published(version))
    await schemes.note_told(tx, [(scheme.scheme, scheme.version)])
    return True


async def tell_again(tx: Tx) -> int:
    """Versions that were told when listeners kept a part of them only are told once more; how many."""
    await schemes.lock(tx)
    untold = await schemes.untold(tx)
    if not untold:
        return 0
    published = await schemes.all_versions(tx)
    for key in untold:
        event = _published(published[key])
        await outbox.put(tx, event, id=stable_id(event.TYPE, *key, "whole"))
    await schemes.note_told(tx, untold)
    return len(untold)


def _published(version: SchemeVersion) -> SchemeVersionPublished:
    scheme = version.scheme
    return SchemeVersionPublished(
        scheme=scheme.scheme, version=scheme.version, valid_from=scheme.valid_from, content=dict(version.content)
    )


def check_scheme(version: SchemeVersion, published: list[SchemeVersion]) -> bool:
    """True when it is published already; raises the rule that keeps it from being published beside the others."""
    scheme = version.scheme
    for other in (one.scheme for one in published if one.scheme.scheme != scheme.scheme):
        if taken := scheme.programmes.keys() & other.programmes.keys():
            code = min(taken)
            raise ProgrammeOfAnotherScheme(
                f"opleiding {code} hoort bij schema {other.scheme}",
                f"programme {code} belongs to scheme {other.scheme}",
                field=f"programmes.{code}",
                value=code,
                allowed=("een code die nog vrij is", "a code that is still free"),
            )
        if scheme.number_format == other.number_format:
            raise NumbersOfAnotherScheme(
                f"schema {other.scheme} nummert al zo",
                f"scheme {other.scheme} numbers this way already",
                field="number_format",
                value=scheme.number_format,
                allowed=("een ander begin", "another beginning"),
            )
    same = next((one for one in published if one.scheme.scheme == scheme.scheme and _same(one, version)), None)
    if same is None:
        return False
    if same.sha256 != version.sha256:
        raise PublishedVersionNeverChanges(
            f"versie {scheme.version} is al gepubliceerd met een andere inhoud",
            f"version {scheme.version} was published with other content",
            field="version",
            value=scheme.version,
            allowed=("een nieuw versienummer", "a new version number"),
        )
    return True


def _same(one: SchemeVersion, other: SchemeVersion) -> bool:
    return one.scheme.version == other.scheme.version
