"""The scheme's own names of programmes and machines, for pages; codes stay codes in data and events."""

from collections.abc import Iterable

from shared.db import Tx
from shared.web.i18n import language
from shared.web.i18n import translate as _


async def programmes(tx: Tx) -> dict[str, str]:
    """Code to ``Lasser, niveau 3`` in the reader's language, of the newest version that has the programme."""
    rows = await tx.fetch(
        """
        select distinct on (programme.key) programme.key as code, programme.value -> 'level' as level,
               coalesce(programme.value -> 'title' ->> $1, programme.value -> 'title' ->> 'nl') as title
        from scheme_curriculum join scheme_version using (scheme, version),
             jsonb_each(content -> 'programmes') as programme
        order by programme.key, valid_from desc
        """,
        language(),
    )
    return {row["code"]: _named(row["title"], row["level"]) for row in rows if row["title"]}


def _named(title: str, level: int | None) -> str:
    return _("%(programme)s, niveau %(level)s") % {"programme": title, "level": level} if level else title


async def machines(tx: Tx) -> dict[str, str]:
    """Code of a machine to its name; one that no scheme names is not here."""
    rows = await tx.fetch(
        """
        select distinct on (machine.key) machine.key as code,
               coalesce(machine.value ->> $1, case when $1 <> 'nl' then replace(machine.key, '_', ' ') end) as name
        from scheme_curriculum join scheme_version using (scheme, version),
             jsonb_each(content -> 'equipment') as machine
        order by machine.key, valid_from desc
        """,
        language(),
    )
    return {row["code"]: row["name"] for row in rows if row["name"]}


async def targets(tx: Tx, trainees: Iterable[str]) -> dict[tuple[str, str], str]:
    """By trainee and code: ``T01 Turning …``, as the scheme version of the trainee calls the target."""
    rows = await tx.fetch(
        """
        select e.trainee_id, target.key as code,
               coalesce(target.value -> 'title' ->> $1, target.value -> 'title' ->> 'nl') as title
        from enrolment e join scheme_curriculum s on (s.scheme, s.version) = (e.scheme, e.scheme_version),
             jsonb_each(s.content -> 'targets') as target
        where e.trainee_id = any($2)
        """,
        language(),
        list(set(trainees)),
    )
    return {(row["trainee_id"], row["code"]): f"{row['code']} {row['title']}" for row in rows if row["title"]}
