"""Candidates are admitted, named, assessed by the rules, and given their certificate."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from shared.bus import crashpoints, outbox
from shared.db import Tx
from shared.errors import GiveUp
from shared.events.base import Event
from shared.events.certification import (
    CandidateEligible,
    CandidateNotYetEligible,
    CertificateCheckCodeMade,
    CertificateIssued,
    CertificationDecided,
)
from shared.ids import new_id

from ..domain.candidates import Admission, Candidate, State
from ..domain.certificates import Certificate, issue
from ..domain.decisions import Dossier, Granted, NotYet, decide
from ..domain.schemes import SchemeVersion
from ..store import audit, candidates, certificates, facts, results, schemes
from ..store.audit import By
from .results import settle_results

Causes = Mapping[str, Event | None]
"""The event behind it, by trainee id; None when the clock or a person made it happen."""

RULES = "rules"
"""The actor of what no person decides."""


class SchemeVersionNotPublished(GiveUp):
    """An enrolment names a scheme version that was never published here. Publish it, then take the message again."""


async def admit_trainees(
    tx: Tx, admissions: Mapping[str, Admission], *, causes: Causes, now: datetime, today: date
) -> None:
    """Trainees enrolled: they become candidates, and results that waited for them count from now on."""
    published = await schemes.versions(tx, {(one.scheme, one.scheme_version) for one in admissions.values()})
    for one in admissions.values():
        if (one.scheme, one.scheme_version) not in published:
            raise SchemeVersionNotPublished(f"{one.scheme} {one.scheme_version}")
    known = await candidates.lock_or_add(tx, admissions.keys(), now=now)
    admitted = [
        candidate.admit(admissions[trainee_id])
        for trainee_id, candidate in known.items()
        if candidate.state is State.AWAITED
    ]
    if not admitted:
        return
    await candidates.admit(tx, admitted, now=now)
    await audit.note(
        tx, [(_by(causes, one.trainee_id), f"trainee/{one.trainee_id}", State.ADMITTED) for one in admitted]
    )
    await settle_results(tx, admitted, causes=causes, now=now)
    early = {
        one.trainee_id: causes[one.trainee_id]
        for one in admitted
        if one.version_key and asks_for_facts(published[one.version_key])
    }
    if early:  # evidence from the training may have come before the enrolment
        await assess_candidates(tx, early, now=now, today=today)


async def name_holders(
    tx: Tx, holders: Sequence[tuple[str, str | None, date | None, int]], *, causes: Causes, now: datetime, today: date
) -> None:
    """Names of trainees became known, or must be forgotten. Whoever waited only for a name gets the certificate."""
    if not holders:
        return
    await candidates.lock_or_add(tx, [trainee_id for trainee_id, _, _, _ in holders], now=now)
    named = await candidates.name_holders(tx, holders)
    known = await candidates.lock(tx, named)
    waiting = {one.trainee_id: causes[one.trainee_id] for one in known.values() if one.state is State.ELIGIBLE}
    if waiting:
        await assess_candidates(tx, waiting, now=now, today=today)


async def assess_candidates(tx: Tx, causes: Causes, *, now: datetime, today: date) -> None:
    """Puts each dossier beside the rules of its scheme version; issues where all are met and the scheme says so.

    It looks at what is known now and not at what an event says, so repeated and reordered events come to the same.
    """
    known = await candidates.lock(tx, causes.keys())
    changed: list[Candidate] = []
    changes: list[tuple[By, str, str]] = []
    ready: list[Case] = []
    for case in await cases_of(tx, [known[trainee_id] for trainee_id in causes if trainee_id in known], today=today):
        before = case.candidate
        after = before.assessed(case.decision)
        await _tell_assessment(tx, case, after, causes[before.trainee_id])
        if after.state is State.ELIGIBLE and case.goes_on_to_a_certificate:
            ready.append(case)
            after = after.granted()
        if after != before:
            changed.append(after)
            what = after.doubt or " ".join((after.state, *after.missing))
            changes.append((_by(causes, after.trainee_id), f"trainee/{after.trainee_id}", what))
    if ready:
        changes += await _issue(tx, ready, causes=causes, now=now, today=today)
    if changed:
        await candidates.save(tx, changed, now=now)
        await audit.note(tx, changes)


@dataclass(frozen=True, slots=True)
class Case:
    """A candidate beside the rules: the dossier, the scheme version, and what comes out."""

    candidate: Candidate
    version: SchemeVersion
    dossier: Dossier
    decision: Granted | NotYet

    @property
    def granted(self) -> Granted:
        """The decision, where every requirement is met."""
        match self.decision:
            case Granted():
                return self.decision
            case NotYet():
                raise AssertionError(self.candidate.trainee_id)

    @property
    def goes_on_to_a_certificate(self) -> bool:
        """An eligible candidate of a reviewed scheme waits for a person; one without a name waits for the name."""
        return self.version.scheme.decision_mode == "automatic" and self.candidate.holder is not None


async def cases_of(tx: Tx, some: Sequence[Candidate], *, today: date, under: SchemeVersion | None = None) -> list[Case]:
    """These candidates beside their rules, or beside those of another version ``under`` which they could come.
    Evidence from the training is read only where a rule asks for it."""
    versions = await schemes.versions(tx, {one.version_key for one in some if one.version_key})
    standing = await results.current(tx, [one.trainee_id for one in some])
    wanting = [one.trainee_id for one in some if one.version_key and asks_for_facts(under or versions[one.version_key])]
    known = await facts.of(tx, wanting, counted_on=today) if wanting else {}
    cases = []
    for one in some:
        if one.admission is None or one.version_key is None:
            continue  # results count from the enrolment on; admission assesses what waited
        version = under or versions[one.version_key]
        programme = version.scheme.programmes.get(one.admission.programme)
        dossier = Dossier.of(
            one.trainee_id,
            one.admission.programme,
            standing.get(one.trainee_id, ()),
            known.get(one.trainee_id),
            programme.targets if programme else (),
        )
        cases.append(Case(one, version, dossier, decide(version, dossier)))
    return cases


def asks_for_facts(version: SchemeVersion) -> bool:
    """Whether its rules look at more than exam results."""
    return version.scheme.rules() != {"all_exams_passed"}


async def _tell_assessment(tx: Tx, case: Case, after: Candidate, cause: Event | None) -> None:
    """Told when it is news: the first time, and when other requirements are open than before."""
    before, scheme = case.candidate, case.version.scheme
    if (after.state, after.missing) == (before.state, before.missing):
        return
    common = {"trainee_id": after.trainee_id, "scheme": scheme.scheme, "scheme_version": scheme.version}
    if after.state is State.ELIGIBLE:
        await outbox.put(tx, CandidateEligible(**common), cause=cause)
    else:
        await outbox.put(tx, CandidateNotYetEligible(**common, missing=after.missing), cause=cause)


async def _issue(
    tx: Tx, ready: Sequence[Case], *, causes: Causes, now: datetime, today: date
) -> list[tuple[By, str, str]]:
    """Decides and issues in the order given: decision, number, certificate, and what is told, in one transaction."""
    decided = [(new_id(), case) for case in ready]
    await certificates.add_decisions(
        tx, [(id, case.version, case.dossier, case.granted) for id, case in decided],
        decided_on=today, decided_at=now, decided_by=RULES,
    )  # fmt: skip
    numbers = await issue_decided(tx, decided, causes=causes, now=now, today=today)
    return [
        (_by(causes, case.candidate.trainee_id), f"trainee/{case.candidate.trainee_id}", f"issued {number}")
        for (_, case), number in zip(decided, numbers, strict=True)
    ]


async def issue_decided(
    tx: Tx, decided: Sequence[tuple[str, Case]], *, causes: Causes, now: datetime, today: date
) -> list[str]:
    """Numbers and issues what was granted under these decision ids, and tells it; the numbers in the order given."""
    ready = [case for _, case in decided]
    serials = await _take_serials(tx, ready, today.year)
    crashpoints.reach("issuing.after-number")
    issued: list[Certificate] = []
    for decision_id, case in decided:
        if case.candidate.holder is None:
            raise AssertionError(case.candidate.trainee_id)
        issued.append(
            issue(
                case.version,
                case.dossier,
                case.granted,
                certificate_id=new_id(),
                decision_id=decision_id,
                holder=case.candidate.holder,
                issued_on=today,
                serial=next(serials[case.version.scheme.scheme]),
                choose=secrets.choice,
            )
        )
    await certificates.add(tx, issued, issued_at=now)
    crashpoints.reach("issuing.after-certificate")
    for certificate, case in zip(issued, ready, strict=True):
        cause = causes[certificate.trainee_id]
        await outbox.put(tx, *_told(certificate, case.version, case.granted), cause=cause)
    return [one.number for one in issued]


async def _take_serials(tx: Tx, ready: Sequence[Case], year: int) -> dict[str, Iterator[int]]:
    """As many serials per scheme as there are certificates to issue; counters are locked in the order of schemes."""
    wanted = Counter(case.version.scheme.scheme for case in ready)
    return {scheme: count(await certificates.take_serials(tx, scheme, year, n)) for scheme, n in sorted(wanted.items())}


def _told(certificate: Certificate, version: SchemeVersion, granted: Granted) -> Iterator[Event]:
    yield CertificationDecided(
        decision_id=certificate.decision_id,
        trainee_id=certificate.trainee_id,
        scheme=certificate.scheme,
        scheme_version=certificate.scheme_version,
        outcome="granted",
        mode=version.scheme.decision_mode,
        dossier_sha256=granted.dossier_sha256,
    )
    yield CertificateCheckCodeMade(
        certificate_id=certificate.certificate_id,
        number=certificate.number,
        trainee_id=certificate.trainee_id,
        check_code=certificate.check_code,
        scheme=certificate.scheme,
    )
    yield CertificateIssued(
        certificate_id=certificate.certificate_id,
        number=certificate.number,
        trainee_id=certificate.trainee_id,
        scheme=certificate.scheme,
        scheme_version=certificate.scheme_version,
        programme=certificate.programme,
        decision_id=certificate.decision_id,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
    )


def _by(causes: Causes, trainee_id: str) -> By:
    cause = causes[trainee_id]
    return By(RULES, cause.envelope.id if cause is not None and cause.was_heard else None)
