"""What the postman takes out, what he needs to write the letters, and what he puts back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from services.notifications.domain import Verdict
from services.notifications.mails import Facts, Party, SchemeWords, Stored
from services.notifications.store.mails import Fate
from shared.db import Tx


@dataclass(frozen=True)
class Settled:
    """What one attempt made of a mail; the attempt's number tells it from a later one by somebody else."""

    id: str
    attempt: int
    verdict: Verdict
    sent_to: str | None = None
    language: str | None = None


async def claim(tx: Tx, limit: int, lease: timedelta, domain: str) -> list[Stored]:
    """Takes due mails for one postman: state sending, the attempt counted, a Message-ID for good."""
    rows = await tx.fetch(
        """
        with picked as (
            select id from mail where state in ('due', 'in_doubt') and due_at <= now()
            order by due_at, number limit $1 for update skip locked
        )
        update mail set state = 'sending', attempts = attempts + 1, lease_until = now() + $2,
                        message_id = coalesce(message_id, '<' || mail.id || '@' || $3 || '>')
        from picked where mail.id = picked.id
        returning mail.id, template, recipient, cause, subject_ref, scheme, correlation, data, attempts, message_id
        """,
        limit,
        lease,
        domain,
    )
    return [Stored(**row) for row in rows]


async def left_behind(tx: Tx, limit: int) -> list[asyncpg.Record]:
    """Mails whose postman's lease ran out, locked: id and attempts."""
    return list(
        await tx.fetch(
            """
            select id, attempts from mail where state = 'sending' and lease_until < now()
            order by lease_until limit $1 for update skip locked
            """,
            limit,
        )
    )


async def renew(tx: Tx, attempts: Mapping[str, int], lease: timedelta) -> None:
    """Keeps the lease of these mails (id and attempt), where it is still this attempt's."""
    await tx.execute(
        """
        update mail set lease_until = now() + $3 from unnest($1::text[], $2::int[]) as t(id, attempt)
        where mail.id = t.id and state = 'sending' and attempts = t.attempt
        """,
        list(attempts),
        list(attempts.values()),
        lease,
    )


async def settle(tx: Tx, settled: Sequence[Settled]) -> list[Fate]:
    """Writes what became of the mails; gives those that were still ours to write."""
    rows = await tx.fetch(
        """
        with given as (
            select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::interval[], $6::bool[], $7::text[],
                                 $8::text[])
                as t(id, attempt, state, reason, pause, counted, sent_to, language)
        ), written as (
            update mail set
                state = case given.state when 'held' then first_state(recipient, needs) else given.state end,
                reason = case when given.state = 'held' and first_state(recipient, needs) = 'suppressed' then 'erased'
                              else given.reason end,
                lease_until = null,
                attempts = attempts - case when given.counted then 0 else 1 end,
                doubts = doubts + case when given.state = 'in_doubt' then 1 else 0 end,
                due_at = case when given.pause is null then due_at else now() + given.pause end,
                sent_at = case when given.state = 'sent' then now() else sent_at end,
                sent_to = coalesce(given.sent_to, mail.sent_to), language = coalesce(given.language, mail.language)
            from given where mail.id = given.id and mail.state = 'sending' and mail.attempts = given.attempt
            returning mail.id, template, recipient, cause, subject_ref, scheme, correlation, trace, mail.attempts,
                      mail.reason, mail.state, given.counted
        ), told as (
            insert into mail_history (mail_id, state, attempt, reason, actor)
            select id, state, attempts, reason, 'postman' from written where counted or state <> 'due'
        )
        select id, template, recipient, cause, subject_ref, scheme, correlation, trace, attempts, reason, state
        from written
        """,
        [one.id for one in settled],
        [one.attempt for one in settled],
        [one.verdict.state.value for one in settled],
        [one.verdict.reason for one in settled],
        [one.verdict.retry_in for one in settled],
        [one.verdict.counted for one in settled],
        [one.sent_to for one in settled],
        [one.language for one in settled],
    )
    return [Fate(**row) for row in rows]


async def facts(tx: Tx, mails: Sequence[Stored], default_scheme: str) -> Facts:
    """The names, codes and titles that these mails need, as they are at this moment."""
    refs = {ref for mail in mails for ref in mail.mentions()}
    return Facts(
        parties=await _parties(tx, refs),
        check_codes=await _check_codes(tx, [mail.data["number"] for mail in mails if "number" in mail.data]),
        schemes=await _schemes(tx, {mail.scheme or default_scheme for mail in mails}),
        passed=await _passed(tx, {mail.subject_ref for mail in mails if "exam" in mail.data}),
    )


async def _parties(tx: Tx, refs: set[str]) -> dict[str, Party]:
    rows = await tx.fetch(
        """
        select ref, name, email, language, organisation, city from person
        where ref = any($1) and name is not null and erased_at is null
        union all  -- a school has no contact of its own yet: its instructors say what it is called
        select 'school/' || school_id, '', null, 'nl', organisation, null
        from unnest($2::text[]) as s(school_id) cross join lateral (
            select p.organisation from enrolment e join person p on p.ref = 'instructor/' || e.instructor_id
            where e.school_id = s.school_id and p.organisation is not null limit 1
        ) as named where not exists (select from person where ref = 'school/' || school_id and name is not null)
        """,
        list(refs),
        [ref.removeprefix("school/") for ref in refs if ref.startswith("school/")],
    )
    return {row["ref"]: Party.of(**row) for row in rows}


async def _check_codes(tx: Tx, numbers: Sequence[str]) -> dict[str, str]:
    rows = await tx.fetch("select number, code from check_code where number = any($1)", numbers) if numbers else []
    return {row["number"]: row["code"] for row in rows}


async def _schemes(tx: Tx, schemes: set[str]) -> dict[str, SchemeWords]:
    rows = await tx.fetch(
        """
        select distinct on (scheme) scheme, title, owner, exams, programmes from scheme_words where scheme = any($1)
        order by scheme, valid_from desc
        """,
        list(schemes),
    )
    if "" in schemes:  # no scheme is named and none is set: the mark that was here first
        rows += await tx.fetch(
            """
            select '' as scheme, title, owner, exams, programmes from scheme_words
            where scheme = (select scheme from scheme_words order by valid_from, scheme limit 1)
            order by valid_from desc limit 1
            """
        )
    return {row["scheme"]: SchemeWords(row["title"], row["owner"], row["exams"], row["programmes"]) for row in rows}


async def _passed(tx: Tx, subjects: set[str]) -> dict[str, frozenset[str]]:
    if not subjects:
        return {}
    rows = await tx.fetch(
        """
        select subject_ref, array_agg(data ->> 'exam') as exams from mail
        where subject_ref = any($1) and template = 'exam_passed' group by subject_ref
        """,
        list(subjects),
    )
    return {row["subject_ref"]: frozenset(row["exams"]) for row in rows}
