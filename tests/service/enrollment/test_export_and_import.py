"""D4: what the lists give back is a file that an empty system takes, and its lists give the same back."""

from datetime import date
from pathlib import Path
from typing import Any

from shared.db import Database
from shared.events.certification import SchemeVersionPublished
from tests.conftest import DatabaseUrl

from .conftest import Enrollment, csv_of
from .rows import COLUMNS
from .test_whole_files import IN_ORDER, SHIPPED, shipped_scheme

SOME_LOGBOOK = 400


async def with_scheme(system: Enrollment) -> Enrollment:
    await system.hear(
        SchemeVersionPublished(scheme="smo", version="2024.1", valid_from=date(2024, 8, 1), content=shipped_scheme())
    )
    return system


async def everything(system: Enrollment) -> dict[str, list[dict[str, Any]]]:
    """All lists, with the columns that a file has."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in IN_ORDER:
        found[kind], after = [], ""
        while after is not None:
            answer = await system.http.get(f"/enrollment/api/{kind}", params={"limit": 1000, "after": after})
            page = answer.raise_for_status().json()
            found[kind] += [{name: item[name] for name in COLUMNS[kind]} for item in page["items"]]
            after = page["next"]
    return found


async def test_export_import_and_export_again_are_equal(
    enrollment: Enrollment, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    await with_scheme(enrollment)
    for kind in IN_ORDER:
        lines = (SHIPPED / f"{kind}.csv").read_bytes().splitlines(keepends=True)
        given = lines[: SOME_LOGBOOK + 1] if kind == "logbook" else lines
        answer = await enrollment.file(kind, b"".join(given))
        assert answer.status_code == 200, answer.text[:500]
    first = await everything(enrollment)

    url = await database_url("enrollment")
    db = Database(url, name="other", max_size=2)
    await db.open()
    try:
        other = await with_scheme(Enrollment(db, tmp_path, url))
        for kind, rows in first.items():
            answer = await other.file(kind, csv_of(kind, rows))
            assert answer.status_code == 200, answer.text[:500]
        second = await everything(other)
        await other.http.aclose()
    finally:
        await db.close()

    assert {kind: len(rows) for kind, rows in first.items()} == IN_ORDER | {"logbook": SOME_LOGBOOK}
    assert second == first
