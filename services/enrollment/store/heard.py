"""What certification told, as far as figures need it: exams, certificates, and what a mark measures itself against."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.db import Tx
from shared.events.certification import CertificateIssued, ExamFailed, ExamPassed

from .rows import columns


async def keep_exams(tx: Tx, events: Sequence[ExamPassed | ExamFailed]) -> None:
    """The latest of what was told about each result; the same events again, in any order, change nothing."""
    latest: dict[str, ExamPassed | ExamFailed] = {}
    for event in sorted(events, key=lambda one: one.envelope.sequence):
        latest[event.result_id] = event
    exams = [latest[key] for key in sorted(latest)]
    await tx.execute(
        """
        insert into exam_heard as known (result_id, trainee_id, scheme, exam, attempt, taken_on, passed, sequence)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::date[], $7::boolean[],
                             $8::bigint[])
        on conflict (result_id) do update set
            trainee_id = excluded.trainee_id, scheme = excluded.scheme, exam = excluded.exam,
            attempt = excluded.attempt, taken_on = excluded.taken_on, passed = excluded.passed,
            sequence = excluded.sequence
        where excluded.sequence > known.sequence
        """,
        *columns(exams, "result_id", "trainee_id", "scheme", "exam", "attempt", "taken_on"),
        [isinstance(event, ExamPassed) for event in exams],
        [event.envelope.sequence for event in exams],
    )


async def keep_certificates(tx: Tx, events: Sequence[CertificateIssued]) -> None:
    """Each number once, as it was told last."""
    latest = {event.number: event for event in sorted(events, key=lambda one: one.envelope.sequence)}
    issued = [latest[number] for number in sorted(latest)]
    await tx.execute(
        """
        insert into certificate_heard as known (number, trainee_id, scheme, programme, issued_on, sequence)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[])
        on conflict (number) do update set
            trainee_id = excluded.trainee_id, scheme = excluded.scheme, programme = excluded.programme,
            issued_on = excluded.issued_on, sequence = excluded.sequence
        where excluded.sequence > known.sequence
        """,
        *columns(issued, "number", "trainee_id", "scheme", "programme", "issued_on"),
        [event.envelope.sequence for event in issued],
    )


async def keep_goals(tx: Tx, scheme: str, version: str, content: Mapping[str, Any]) -> None:
    """The title of the mark, the shares of its ``completion`` block (null without), and the titles of its exams."""
    completion = content.get("completion") or {}
    await tx.execute(
        """
        insert into scheme_goal (scheme, version, title, baseline, target, stretch, exams)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (scheme, version) do update set
            title = excluded.title, baseline = excluded.baseline, target = excluded.target,
            stretch = excluded.stretch, exams = excluded.exams
        """,
        scheme,
        version,
        content.get("title") or {"nl": scheme},
        *(_share(completion.get(name)) for name in ("baseline", "target", "stretch")),
        {code: exam.get("title") or {"nl": code} for code, exam in (content.get("exams") or {}).items()},
    )


def _share(given: object) -> float | None:
    return None if given is None else float(str(given))
