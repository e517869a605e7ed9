"""Decisions, certificates and their numbers: written once, in the transaction that decides."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.db import Tx

from ..domain.certificates import Certificate
from ..domain.decisions import Dossier, Granted
from ..domain.schemes import SchemeVersion
from ..log import Kind, LogEntry, append


async def take_serials(tx: Tx, scheme: str, year: int, count: int) -> int:
    """The first of ``count`` serials of a scheme and year. The counter's row stays locked until commit, so numbers come
    in the order of issue and a rollback leaves no gap (invariant I3)."""
    last: int = await tx.fetchval(
        """
        insert into number_counter as n (scheme, year, last) values ($1, $2, $3)
        on conflict (scheme, year) do update set last = n.last + excluded.last
        returning last
        """,
        scheme,
        year,
        count,
    )
    return last - count + 1


async def add_decisions(
    tx: Tx,
    decisions: Sequence[tuple[str, SchemeVersion, Dossier, Granted]],
    *,
    decided_on: date,
    decided_at: datetime,
    decided_by: str,
) -> None:
    """Each decision with its id and all that it rests on."""
    await tx.execute(
        """
        insert into decision (decision_id, trainee_id, scheme, scheme_version, scheme_sha256, outcome, mode, evidence,
                              dossier, dossier_sha256, decided_on, decided_at, decided_by)
        select decision_id, trainee_id, scheme, version, sha256, 'granted', mode, string_to_array(evidence, ' '),
               dossier, dossier_sha256, $10, $11, $12
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
                    $9::text[])
             as t(decision_id, trainee_id, scheme, version, sha256, mode, evidence, dossier, dossier_sha256)
        """,
        [decision_id for decision_id, _, _, _ in decisions],
        [dossier.trainee_id for _, _, dossier, _ in decisions],
        [version.scheme.scheme for _, version, _, _ in decisions],
        [version.scheme.version for _, version, _, _ in decisions],
        [version.sha256 for _, version, _, _ in decisions],
        [version.scheme.decision_mode for _, version, _, _ in decisions],
        [" ".join(granted.evidence) for _, _, _, granted in decisions],  # unnest would flatten an array of arrays
        [dossier.as_data() for _, _, dossier, _ in decisions],
        [granted.dossier_sha256 for _, _, _, granted in decisions],
        decided_on,
        decided_at,
        decided_by,
    )


_COLUMNS = (
    "number",
    "certificate_id",
    "scheme",
    "scheme_version",
    "year",
    "serial",
    "trainee_id",
    "programme",
    "decision_id",
    "issued_on",
    "valid_until",
    "check_code",
    "document",
    "document_sha256",
)


async def add(
    tx: Tx,
    certificates: Sequence[Certificate],
    *,
    issued_at: datetime,
    kind: Kind = Kind.ISSUED,
    replaces: str | None = None,
) -> None:
    """Each with its leaf of ``kind`` in the log. ``replaces``: the withdrawn one whose place a new one takes."""
    await tx.execute(
        """
        insert into certificate (number, certificate_id, scheme, scheme_version, year, serial, trainee_id, programme,
                                 decision_id, issued_on, valid_until, check_code, document, document_sha256, issued_at,
                                 replaces)
        select *, $15, $16::text
        from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[],
                    $9::uuid[], $10::date[], $11::date[], $12::text[], $13::jsonb[], $14::text[])
        """,
        *([getattr(one, name) for one in certificates] for name in _COLUMNS),
        issued_at,
        replaces,
    )
    await append(tx, [LogEntry(one.number, kind, issued_at, one.document_sha256) for one in certificates])
