"""Schemes as certification tells them become what the training is watched by; read anew by code that reads more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.db import Tx

from ..domain.cadences import Cadences
from ..domain.schemes import SchemeVersion
from ..store import audit, cadences, coverage, heard, risk, schemes, watching
from ..store.audit import By
from .coverage import find_gaps_under
from .reviews import plan_reviews_under


async def learn(tx: Tx, version: SchemeVersion, content: Mapping[str, Any], *, today: date, by: By) -> None:
    """A version was told: kept whole, and what follows from it worked out anew."""
    await coverage.lock(tx, alone=True)
    scheme, number = version.scheme, version.version
    if await schemes.keep(tx, version):
        await audit.note(tx, by, [(f"scheme/{scheme}", f"version {number} known")])
    if await schemes.keep_content(tx, scheme, number, content):
        await watching.look_soon_under(tx, scheme, number)
    await find_gaps_under(tx, scheme, number, today=today, by=by)
    await risk.look_again_under(tx, scheme, number)
    await cadences.keep(tx, scheme, number, Cadences.from_content(content), today)
    await plan_reviews_under(tx, scheme, number, today=today, by=by)


async def read_again(tx: Tx, *, today: date, by: By) -> int:
    """At the start of the service: a norm that the code before did not read yet holds from now on; how many versions.

    A version of which all is known already costs two statements and changes nothing.
    """
    changed = 0
    await coverage.lock(tx, alone=True)
    for version, content in await schemes.contents(tx):
        scheme, number = version.scheme, version.version
        news = await schemes.keep(tx, version)
        news = await cadences.keep(tx, scheme, number, Cadences.from_content(content), today) or news
        if not news:
            continue
        changed += 1
        await heard.keep_goals(tx, scheme, number, content)
        await watching.look_soon_under(tx, scheme, number)
        await find_gaps_under(tx, scheme, number, today=today, by=by)
        await risk.look_again_under(tx, scheme, number)
        await plan_reviews_under(tx, scheme, number, today=today, by=by)
        await audit.note(tx, by, [(f"scheme/{scheme}", f"version {number} read anew")])
    return changed
