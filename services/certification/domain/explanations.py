"""The assessment line by line: what each requirement asks, what is known, and why it is not met yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from .canonical import plain_number
from .decisions import Dossier, Finding, Granted, NotYet
from .schemes import PracticeMonths, SchemeVersion, SchoolAttendance, TargetsSignedOff


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence: its id, what it is about, its day, and its value when it has one."""

    id: str
    about: str
    on: date
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A requirement beside what is known. ``because`` is a code of ``words.BECAUSE``; ``values`` fill its sentence.
    ``open`` names what is missing within it, such as targets that are not signed off."""

    requirement: str
    met: bool
    because: str
    values: dict[str, Any]
    open: tuple[str, ...] = ()
    evidence: tuple[Proof, ...] = ()


def explained(version: SchemeVersion, dossier: Dossier, decision: Granted | NotYet) -> list[Line]:
    """A line for each finding of the decision, in its order."""
    proofs = {proof.id: proof for proof in _proofs(dossier)}
    rules: dict[str, object] = {requirement.rule: requirement for requirement in version.scheme.requirements()}
    lines = []
    for finding in decision.findings:
        evidence = tuple(proofs[id] for id in finding.evidence if id in proofs)
        if finding.requirement in version.scheme.exams:
            because, values, missing = _exam(version, dossier, finding)
        else:
            because, values, missing = _figure(version, dossier, rules[finding.requirement])
        lines.append(Line(finding.requirement, finding.met, because, values, missing, evidence))
    return lines


def _proofs(dossier: Dossier) -> Iterator[Proof]:
    for one in dossier.results:
        yield Proof(one.id, one.exam, one.taken_on, plain_number(one.score))
    if dossier.facts is None:
        return
    for signed in dossier.facts.signed_off:
        yield Proof(signed.id, signed.target, signed.signed_on)
    if measured := dossier.facts.attendance:
        value = f"{plain_number(measured.attended_days)}/{plain_number(measured.expected_days)}"
        yield Proof(measured.id, "school_attendance", measured.up_to, value)
    for placement in dossier.facts.practice:
        yield Proof(placement.id, "practice_months", placement.starts_on)
    for gained in dossier.facts.elsewhere:
        yield Proof(gained.id, "practice_months", gained.starts_on)


def _exam(version: SchemeVersion, dossier: Dossier, finding: Finding) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    exam = version.scheme.exams[finding.requirement]
    taken = [one for one in dossier.results if one.exam == finding.requirement]
    values: dict[str, Any] = {"wanted": exam.pass_mark, "left": max(0, exam.attempts - len(taken))}
    if not taken:
        return "exam-not-taken", values, ()
    best = max(taken, key=lambda one: (exam.passes(one.score, knocked_out=one.knocked_out), one.score))
    values |= {"known": best.score}
    if finding.met:
        return "exam-passed", values, ()
    return ("exam-knocked-out" if best.knocked_out and best.score >= exam.pass_mark else "exam-failed"), values, ()


def _figure(version: SchemeVersion, dossier: Dossier, rule: object) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    facts = dossier.facts
    match rule:
        case TargetsSignedOff(share=share):
            programme = version.scheme.programmes.get(dossier.programme)
            asked = programme.targets if programme else ()
            signed = {one.target for one in facts.signed_off} if facts else set()
            missing = tuple(target for target in asked if target not in signed)
            return (
                "targets",
                {"known": len(asked) - len(missing), "of": len(asked), "wanted": share},
                missing,
            )
        case SchoolAttendance(at_least=share):
            if facts is None or facts.attendance is None or dossier.school_attendance is None:
                return "attendance-not-measured", {"wanted": share}, ()
            known = dossier.school_attendance
            return "attendance", {"known": known, "wanted": share, "up_to": facts.attendance.up_to}, ()
        case PracticeMonths(at_least=months, elsewhere=most):
            own = dossier.practice_months or 0
            counted = facts.practice_counting(most) if facts else own
            if counted > own:
                return "practice-elsewhere", {"known": counted, "wanted": months, "elsewhere": counted - own}, ()
            return "practice", {"known": own, "wanted": months}, ()
    raise AssertionError(rule)
