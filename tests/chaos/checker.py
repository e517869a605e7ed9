"""After the faults: what the system holds is put beside what it was asked, and each promise is checked by its name.

Reads what an auditor may read (the views ``v_…``), what the operators' desk tells, and what the mail server kept.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.local import bootstrap
from shared.bus import topology
from shared.settings import SERVICES

from .load import Request, accepted_rows
from .messages import Stranger
from .postbox import Postbox
from .school import EXAMS
from .system import System


@dataclass(frozen=True)
class Violation:
    """``promise`` as in docs/guarantees.md; ``about`` a key; ``sort`` is lost, double, gap, ghost or other."""

    promise: str
    sort: str
    about: str
    words: str

    def __str__(self) -> str:
        return f"{self.promise} ({self.sort}) {self.about}: {self.words}"


@dataclass
class Held:
    """What the system holds, read in one go when it is quiet."""

    exams: list[Any] = field(default_factory=list)
    certificates: list[Any] = field(default_factory=list)
    mails: list[Any] = field(default_factory=list)
    outbox: dict[str, list[Any]] = field(default_factory=dict)
    inbox: dict[str, set[str]] = field(default_factory=dict)
    journal: list[Any] = field(default_factory=list)
    enrolled: set[str] = field(default_factory=set)
    issued_audit: Counter[str] = field(default_factory=Counter)
    failed: list[dict[str, Any]] = field(default_factory=list)
    recorded: list[Any] = field(default_factory=list)
    signatures: list[dict[str, str]] = field(default_factory=list)
    """Each signature ever made, as a witness in the signing process wrote it down."""

    @classmethod
    async def read(cls, system: System) -> "Held":
        held = cls()
        witness = system.path / "run" / "signatures.jsonl"  # read first: who signs on meanwhile records it before
        held.signatures = [json.loads(line) for line in witness.read_text("utf-8").splitlines()]
        for service in SERVICES:
            async with system.database(service, auditor=True) as db:
                held.outbox[service] = await db.fetch("select * from v_outbox order by position")
                rows = await db.fetch("select message_id from v_inbox")
                held.inbox[service] = {row["message_id"] for row in rows}
                if service == "certification":
                    held.exams = await db.fetch("select * from v_exam")
                    held.certificates = await db.fetch("select * from v_certificate order by scheme, year, serial")
                if service == "notifications":
                    held.mails = await db.fetch("select * from v_mail order by number")
                if service == "ops":
                    held.journal = await db.fetch("select * from v_journal order by position")
        async with system.database("certification") as db:
            rows = await db.fetch("select subject, count(*) as n from audit where change like 'issued %' group by 1")
            held.issued_audit = Counter({row["subject"]: row["n"] for row in rows})
            held.recorded = await db.fetch(
                "select number, state, credential ->> 'id' as id, method, begun_at from signing order by signing_id"
            )
        held.enrolled = {row["trainee_id"] for row in await system.items("enrollment", "/enrollment/api/trainees")}
        held.failed = await system.items("ops", "/ops/api/failed", state="all")
        return held


def check(held: Held, requests: Sequence[Request], stranger: Stranger, postbox: Postbox) -> list[Violation]:
    """All promises; empty when all of them hold."""
    enrolled = set(accepted_rows(requests, kind="enrollment"))
    results = accepted_rows(requests, kind="certification").values()
    return [
        *_certificates(held, enrolled, results),
        *_acknowledged(held, requests, requests),
        *_signatures(held),
        *_bus(held, stranger),
        *_order(held),
        *_mails(held, postbox),
    ]


def _signatures(held: Held) -> Iterable[Violation]:
    """I8: what was signed had been recorded, and what was recorded came to an end."""
    known = {
        (row["id"], row["begun_at"].replace(tzinfo=UTC).isoformat(), row["method"])
        for row in held.recorded
        if row["begun_at"]
    }
    for one in held.signatures:
        at = datetime.fromisoformat(one["created"]).isoformat()
        if (one["id"], at, one["method"]) not in known:
            yield Violation("I8", "ghost", one["id"], f"was signed at {one['created']}, which is recorded nowhere")
    for row in held.recorded:
        if row["state"] not in ("signed", "voided"):
            yield Violation("I8", "lost", row["number"], f"its signature is still {row['state']}")


def check_restored(
    held: Held, before: Sequence[Request], requests: Sequence[Request], stranger: Stranger
) -> list[Violation]:
    """The promises for the state of a backup: ``before`` was accepted by then; what is there must hold together."""
    poison = {own for own in stranger.sent if any(row["message_id"] == own for row in held.failed)}
    known = Stranger.__new__(Stranger)
    known.sent = {own: service for own, service in stranger.sent.items() if own in poison}
    known.unsure = stranger.unsure | stranger.sent.keys()
    return [
        *_certificates(held, held.enrolled, [row for row in held.exams if row["state"] == "counted"]),
        *_acknowledged(held, before, requests),
        *_bus(held, known),
        *_order(held),
        *_mails(held, None),
    ]


def _certificates(held: Held, enrolled: Collection[str], results: Iterable[Any]) -> Iterable[Violation]:
    passed: dict[str, set[str]] = defaultdict(set)
    for row in results:
        if float(row["score"]) >= EXAMS[row["exam"]]:
            passed[row["trainee_id"]].add(row["exam"])
    complete = {key for key in enrolled if passed[key] == set(EXAMS)}
    holders = Counter(row["trainee_id"] for row in held.certificates)
    for key in complete - holders.keys():
        yield Violation("I1", "lost", key, "passed everything and has no certificate")
    for key, count in holders.items():
        if count > 1:
            yield Violation("I1", "double", key, f"has {count} certificates")
        if key not in complete:
            yield Violation("I2", "ghost", key, "has a certificate without every requirement")
        if held.issued_audit[f"trainee/{key}"] != count:
            yield Violation(
                "D2", "other", key, f"issued {count} times, in the audit {held.issued_audit[f'trainee/{key}']}"
            )
    series: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in held.certificates:
        series[row["scheme"], row["year"]].append(row)
    for (scheme, year), rows in series.items():
        serials = [row["serial"] for row in rows]
        if serials != list(range(1, len(rows) + 1)):
            missing = sorted(set(range(1, max(serials) + 1)) - set(serials))
            yield Violation("I3", "gap", f"{scheme} {year}", f"numbers missing: {missing[:10]} of {max(serials)}")
    told = Counter(
        json.loads(row["data"])["number"]
        for row in held.journal
        if row["type"] == "certification.certificate-issued.v1"
    )
    for row in held.certificates:
        if told[row["number"]] != 1:
            yield Violation("I6", "lost", row["number"], f"told {told[row['number']]} times")
    for number in told.keys() - {row["number"] for row in held.certificates}:
        yield Violation("I6", "ghost", number, "was told and is not issued")


def _acknowledged(held: Held, requests: Sequence[Request], ever: Sequence[Request]) -> Iterable[Violation]:
    asked = {row["trainee_id"] for one in ever if one.service == "enrollment" for row in one.rows}
    for key in accepted_rows(requests, kind="enrollment").keys() - held.enrolled:
        yield Violation("D1", "lost", key, "the enrolment was accepted and is not there")
    for key in held.enrolled - asked:
        yield Violation("D1", "ghost", key, "is enrolled and nobody asked for it")
    standing = {row["result_id"]: row for row in held.exams if row["state"] != "replaced"}
    revisions = Counter(row["result_id"] for row in held.exams)
    for key, row in accepted_rows(requests, kind="certification").items():
        if key not in standing:
            yield Violation("D1", "lost", key, "the result was accepted and is not there")
            continue
        awaited = standing[key]["state"] == "waiting" and row["trainee_id"] not in held.enrolled
        counts = standing[key]["state"] == "counted" or awaited
        if float(standing[key]["score"]) != float(row["score"]) or not counts:
            yield Violation("D1", "other", key, f"stands as {standing[key]['score']} {standing[key]['state']}")
    for key, count in revisions.items():
        if count > 1:
            yield Violation("D1", "double", key, f"was entered {count} times")


def _bus(held: Held, stranger: Stranger) -> Iterable[Violation]:
    poison = stranger.sent.keys() | stranger.unsure
    parked: dict[str, set[str]] = defaultdict(set)
    for row in held.failed:
        parked[row["service"]].add(row["message_id"])
        own = row["message_id"] in poison or row["reason"].find("missing headers") >= 0
        if not own:
            words = f"{row['service']} gave it up: {row['error']} {row['reason'][:100]}"
            yield Violation("B1", "other", row["message_id"], words)
    for own, service in stranger.sent.items():
        if own not in parked[service]:
            yield Violation("B1", "lost", own, f"poison for {service} was not parked")
    told = {str(row["id"]): row for rows in held.outbox.values() for row in rows}
    listeners: dict[str, list[str]] = defaultdict(list)
    for service, bindings in bootstrap.bindings().items():
        for binding in bindings:
            listeners[binding.exchange + " " + binding.routing_key].append(service)
    for own, row in told.items():
        exchange = topology.PRIVATE if row["private"] else topology.EVENTS
        heard_by = listeners[f"{exchange} {row['type']}"] + ([] if row["private"] else listeners[f"{exchange} #"])
        if row["published_at"] is None:
            yield Violation("B1", "lost", own, "is still in the outbox")
        for service in set(heard_by):
            if own not in held.inbox[service] and own not in parked[service]:
                yield Violation("B1", "lost", own, f"{row['type']} was told and {service} never handled it")
    for service, seen in held.inbox.items():
        for own in seen - told.keys():
            yield Violation("B2", "ghost", own, f"{service} handled what nobody committed")
    for row in held.journal:
        if row["id"] not in told:
            yield Violation("B2", "ghost", row["id"], f"the journal has a {row['type']} that nobody committed")


def _order(held: Held) -> Iterable[Violation]:
    last: dict[tuple[str, str], int] = {}
    for row in held.journal:
        key = (row["source"], row["subject"])
        if row["sequence"] <= last.get(key, 0):
            yield Violation("B3", "other", row["subject"], f"heard {row['sequence']} after {last[key]}")
        last[key] = row["sequence"]


def _mails(held: Held, postbox: Postbox | None) -> Iterable[Violation]:
    wanted = {
        "enrollment.trainee-enrolled.v1": ("mentor_welcome", "trainee_welcome"),
        "certification.exam-passed.v1": ("exam_passed",),
        "certification.exam-failed.v1": ("exam_failed",),
        "certification.certificate-issued.v1": ("certificate_issued", "certificate_issued_company"),
    }
    there = Counter((row["cause"], row["template"]) for row in held.mails)
    for row in held.journal:
        for template in wanted.get(row["type"], ()):
            if there[row["id"], template] != 1:
                sort = "double" if there[row["id"], template] else "lost"
                yield Violation("E1", sort, row["subject"], f"{there[row['id'], template]} × {template}")
    own = {row["message_id"]: row for row in held.mails if row["message_id"]}
    for row in held.mails:
        if row["state"] not in ("sent", "bounced"):
            yield Violation("E1", "lost", row["subject_ref"], f"{row['template']} is {row['state']}: {row['reason']}")
    if postbox is None:
        return
    for row in held.mails:
        key = row["message_id"]
        if row["state"] == "sent" and not postbox.answered[key]:
            yield Violation("E1", "lost", row["subject_ref"], f"{row['template']} is called sent and never arrived")
        copies = postbox.kept[key]
        if copies > 1 and row["doubts"] < copies - 1:
            words = f"{row['template']} arrived {copies} times, in doubt {row['doubts']} times"
            yield Violation("E3", "double", row["subject_ref"], words)
    for key in postbox.kept.keys() - own.keys():
        yield Violation("E4", "ghost", key, "was sent and no mail has this Message-ID")
