"""Logbook entries and complaints: what was written down once and only added to."""

from collections.abc import Iterable, Mapping, Sequence

from shared.db import Tx

from ..domain.complaints import Complaint
from ..domain.logbook import Entry
from ..domain.visits import Place
from .rows import columns, distinct


async def entries(tx: Tx, keys: Iterable[str]) -> dict[str, Entry]:
    rows = await tx.fetch(
        """
        select entry_id, trainee_id, week, place, target, level, hours, mentor_minutes
        from logbook_entry where entry_id = any($1)
        """,
        distinct(keys),
    )
    return {row["entry_id"]: Entry(**row) for row in rows}


async def keep_entries(tx: Tx, entries: Sequence[Entry]) -> None:
    await tx.execute(
        """
        insert into logbook_entry (entry_id, trainee_id, week, monday, place, target, level, hours, mentor_minutes)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::text[],
                             $8::numeric[], $9::int[])
        on conflict (entry_id) do update set
            trainee_id = excluded.trainee_id, week = excluded.week, monday = excluded.monday, place = excluded.place,
            target = excluded.target, level = excluded.level, hours = excluded.hours,
            mentor_minutes = excluded.mentor_minutes
        """,
        *columns(entries, "entry_id", "trainee_id", "week", "monday", "place", "target", "level", "hours"),
        *columns(entries, "mentor_minutes"),
    )


async def complaints(tx: Tx, keys: Iterable[str]) -> dict[str, Complaint]:
    rows = await tx.fetch(
        """
        select complaint_id, trainee_id, received_on, category, confidential, text
        from complaint where complaint_id = any($1)
        """,
        distinct(keys),
    )
    return {row["complaint_id"]: Complaint(**row) for row in rows}


async def keep_complaints(tx: Tx, complaints: Sequence[Complaint], places: Mapping[str, Place]) -> None:
    """``places`` says, by complaint, which place is visited sooner because of it."""
    await tx.execute(
        """
        insert into complaint (complaint_id, trainee_id, received_on, category, confidential, text,
                               place_kind, place_id)
        select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::bool[], $6::text[],
                             $7::text[], $8::text[])
        on conflict (complaint_id) do update set
            trainee_id = excluded.trainee_id, received_on = excluded.received_on, category = excluded.category,
            confidential = excluded.confidential, text = excluded.text, place_kind = excluded.place_kind,
            place_id = excluded.place_id
        """,
        *columns(complaints, "complaint_id", "trainee_id", "received_on", "category", "confidential", "text"),
        [places[one.complaint_id].kind for one in complaints],
        [places[one.complaint_id].id for one in complaints],
    )
