"""Who people are and who belongs to whom, as last heard. An older event never takes back what a newer one said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.db import Tx
from shared.events.certification import CertificateCheckCodeMade, SchemeVersionPublished
from shared.events.enrollment import (
    ContactPointChanged,
    PersonDetailsChanged,
    PersonErased,
    PlacementStarted,
    TraineeEnrolled,
)


@dataclass(frozen=True)
class Belongs:
    """Where a trainee learns, and with whom, by the newest placement."""

    trainee_id: str
    company_id: str
    mentor_id: str
    programme: str


async def keep_contacts(tx: Tx, events: Sequence[ContactPointChanged]) -> None:
    await tx.execute(
        """
        with given as (
            select distinct on (ref) *
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                as t(ref, name, email, language, organisation, city, sequence)
            order by ref, sequence desc
        )
        insert into person as p (ref, name, email, language, organisation, city, name_sequence, contact_sequence)
        select ref, name, email, language, organisation, city, sequence, sequence from given order by ref
        on conflict (ref) do update set
            name = case when excluded.name_sequence > p.name_sequence then excluded.name else p.name end,
            name_sequence = greatest(excluded.name_sequence, p.name_sequence),
            email = excluded.email, language = excluded.language, organisation = excluded.organisation,
            city = excluded.city, contact_sequence = excluded.contact_sequence, erased_at = null
        where excluded.contact_sequence > p.contact_sequence
        """,
        [event.person for event in events],
        [event.name for event in events],
        [event.email for event in events],
        [event.language for event in events],
        [event.organisation for event in events],
        [event.city for event in events],
        [event.envelope.sequence for event in events],
    )


async def keep_names(tx: Tx, events: Sequence[PersonDetailsChanged]) -> None:
    await tx.execute(
        """
        with given as (
            select distinct on (ref) * from unnest($1::text[], $2::text[], $3::bigint[]) as t(ref, name, sequence)
            order by ref, sequence desc
        )
        insert into person as p (ref, name, name_sequence)
        select ref, name, sequence from given order by ref
        on conflict (ref) do update set name = excluded.name, name_sequence = excluded.name_sequence, erased_at = null
        where excluded.name_sequence > p.name_sequence
        """,
        [event.person for event in events],
        [event.name for event in events],
        [event.envelope.sequence for event in events],
    )


async def erase(tx: Tx, event: PersonErased) -> list[str]:
    """Forgets a person, and with a trainee the guardian; gives the references that were erased.

    The row stays, empty: what was told before the erasure and arrives after it changes nothing.
    """
    refs = [event.person]
    if event.person.startswith("trainee/"):
        refs.append("guardian/" + event.person.removeprefix("trainee/"))
    await tx.execute(
        """
        insert into person as p (ref, erased_at, name_sequence, contact_sequence)
        select ref, now(), case when n = 1 then $2 else 0 end, case when n = 1 then $2 else 0 end
        from unnest($1::text[]) with ordinality as t(ref, n)
        on conflict (ref) do update set
            name = null, email = null, organisation = null, city = null, erased_at = now(),
            name_sequence = greatest(p.name_sequence, excluded.name_sequence),
            contact_sequence = greatest(p.contact_sequence, excluded.contact_sequence)
        """,
        refs,
        event.envelope.sequence,
    )
    await tx.execute("delete from check_code where trainee_id = $1", event.person.removeprefix("trainee/"))
    await tx.execute("update mail set sent_to = null where recipient = any($1)", refs)
    await tx.execute(
        """
        delete from captured_mail using mail
        where mail.message_id = captured_mail.message_id
          and (mail.recipient = any($1) or mail.subject_ref = any($1) or mail.needs && $1)
        """,
        refs,
    )
    return refs


async def keep_enrolments(tx: Tx, events: Sequence[TraineeEnrolled]) -> None:
    await tx.execute(
        """
        with given as (
            select distinct on (t.trainee_id) t.*
            from jsonb_to_recordset($1) as t(trainee_id text, scheme text, scheme_version text, programme text,
                school_id text, instructor_id text, company_id text, mentor_id text, starts_on date, planned_end date,
                minor boolean, sequence bigint)
            order by t.trainee_id, t.sequence desc
        )
        insert into enrolment as e (trainee_id, scheme, scheme_version, programme, school_id, instructor_id, company_id,
                                    mentor_id, starts_on, planned_end, minor, sequence)
        select trainee_id, scheme, scheme_version, programme, school_id, instructor_id, company_id, mentor_id,
               starts_on, planned_end, minor, sequence from given order by trainee_id
        on conflict (trainee_id) do update set
            scheme = excluded.scheme, scheme_version = excluded.scheme_version, programme = excluded.programme,
            school_id = excluded.school_id, instructor_id = excluded.instructor_id, company_id = excluded.company_id,
            mentor_id = excluded.mentor_id, starts_on = excluded.starts_on, planned_end = excluded.planned_end,
            minor = excluded.minor, sequence = excluded.sequence
        where excluded.sequence > e.sequence
        """,
        [_row(event) for event in events],
    )


async def keep_placements(tx: Tx, events: Sequence[PlacementStarted]) -> None:
    await tx.execute(
        """
        with given as (
            select distinct on (t.trainee_id) t.*
            from jsonb_to_recordset($1) as t(trainee_id text, placement_id text, company_id text, mentor_id text,
                                             starts_on date, sequence bigint)
            order by t.trainee_id, t.sequence desc
        )
        insert into placement as p (trainee_id, placement_id, company_id, mentor_id, starts_on, sequence)
        select trainee_id, placement_id, company_id, mentor_id, starts_on, sequence from given order by trainee_id
        on conflict (trainee_id) do update set
            placement_id = excluded.placement_id, company_id = excluded.company_id, mentor_id = excluded.mentor_id,
            starts_on = excluded.starts_on, sequence = excluded.sequence
        where excluded.sequence > p.sequence
        """,
        [_row(event) for event in events],
    )


async def belongs(tx: Tx, trainee_ids: Sequence[str]) -> dict[str, Belongs]:
    """Where each trainee learns; who is not enrolled as far as we have heard is not in it."""
    rows = await tx.fetch(
        """
        select e.trainee_id, coalesce(p.company_id, e.company_id) as company_id,
               coalesce(p.mentor_id, e.mentor_id) as mentor_id, e.programme
        from enrolment e left join placement p using (trainee_id) where e.trainee_id = any($1)
        """,
        list(trainee_ids),
    )
    return {row["trainee_id"]: Belongs(**row) for row in rows}


async def keep_check_codes(tx: Tx, events: Sequence[CertificateCheckCodeMade]) -> None:
    await tx.execute(
        """
        insert into check_code (number, trainee_id, code)
        select distinct on (number) * from unnest($1::text[], $2::text[], $3::text[]) as t(number, trainee_id, code)
        on conflict (number) do nothing
        """,
        [event.number for event in events],
        [event.trainee_id for event in events],
        [event.check_code for event in events],
    )


async def keep_scheme_words(tx: Tx, event: SchemeVersionPublished) -> None:
    """The titles of a scheme, of its exams and programmes; the rules are not ours."""
    content: dict[str, Any] = event.content
    exams = {code: exam.get("title", {"nl": code}) for code, exam in content.get("exams", {}).items()}
    programmes = {code: one["title"] for code, one in content.get("programmes", {}).items() if one.get("title")}
    await tx.execute(
        """
        insert into scheme_words (scheme, version, valid_from, title, owner, exams, programmes)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (scheme, version) do nothing
        """,
        event.scheme,
        event.version,
        event.valid_from,
        content.get("title") or {"nl": event.scheme.upper()},
        (content.get("owner") or {}).get("name", ""),
        exams,
        programmes,
    )


def _row(event: TraineeEnrolled | PlacementStarted) -> dict[str, Any]:
    return event.model_dump(mode="json") | {"sequence": event.envelope.sequence}


async def introduce(tx: Tx, ref: str, name: str, email: str, language: str) -> None:
    """Somebody whom no event tells about, from the settings; what an event told since stands above it."""
    await tx.execute(
        """
        insert into person as p (ref, name, email, language) values ($1, $2, $3, $4)
        on conflict (ref) do update set name = excluded.name, email = excluded.email, language = excluded.language
        where p.contact_sequence = 0 and p.name_sequence = 0 and p.erased_at is null
        """,
        ref,
        name,
        email,
        language,
    )


async def reachable(tx: Tx, refs: Sequence[str]) -> set[str]:
    """Those of these whom a mail can reach now."""
    rows = await tx.fetch("select ref from person where ref = any($1::text[]) and email is not null", list(refs))
    return {row["ref"] for row in rows}
