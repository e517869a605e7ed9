"""The life of a certificate as rules: whatever is tried in whatever order, only what the product allows happens."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.domain import appeals, life_rules, mark_use, renewal
from services.certification.domain.certificates import Status
from services.certification.domain.life import (
    MOVES,
    NEW_VERSION,
    REASONS,
    Kind,
    Standing,
    Step,
    Words,
    new_version,
    status_at,
    take_step,
)
from services.certification.domain.rules import Refused

DAY = date(2026, 7, 3)
ALLOWED = {
    (Status.VALID, Status.SUSPENDED),
    (Status.SUSPENDED, Status.VALID),
    (Status.VALID, Status.EXPIRED),
    (Status.SUSPENDED, Status.EXPIRED),
    (Status.VALID, Status.WITHDRAWN),
    (Status.SUSPENDED, Status.WITHDRAWN),
    (Status.VALID, Status.VALID),
    (Status.SUSPENDED, Status.SUSPENDED),
}


def issued(**more: Any) -> Standing:
    document = {"holder": "A", "programme": "p", "valid_until": "2029-07-03"}
    given: dict[str, Any] = {
        "number": "N1", "certificate_id": "c", "trainee_id": "T1", "scheme": "s", "scheme_version": "1",
        "programme": "p", "issued_on": DAY, "state": Status.VALID, "steps": 0, "head": "h0", "version": 1,
        "valid_until": date(2029, 7, 3), "until_on": None, "document": document, "document_sha256": "h0",
    }  # fmt: skip
    return Standing(**{**given, **more})


def stepped(standing: Standing, kind: Kind, on: date) -> tuple[Standing, Step]:
    made = new_version(standing, kind, {}) if kind in NEW_VERSION else None
    step = take_step(
        standing,
        kind,
        reason=REASONS[kind][0],
        words=Words("because", (), "salt"),
        decided_by="office/a",
        now=datetime(on.year, on.month, on.day, tzinfo=UTC),
        today=on,
        appeal_days=42,
        made=made,
    )
    version = step.version or standing.version
    return issued(state=step.state, steps=step.position, head=step.hash, version=version), step


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 200)), max_size=12))
def test_whatever_is_tried_only_moves_of_the_product_happen_and_the_end_is_the_end(
    tried: list[tuple[Kind, int]],
) -> None:
    standing, on, before = issued(), DAY, Status.VALID
    for kind, days in tried:
        on += timedelta(days=days)
        try:
            after, step = stepped(standing, kind, on)
        except Refused:
            continue
        assert before not in (Status.WITHDRAWN, Status.EXPIRED)
        assert (before, step.state) in ALLOWED
        assert step.previous == standing.head
        assert step.position == standing.steps + 1
        standing, before = after, step.state


@given(st.sampled_from(Kind), st.sampled_from([Status.WITHDRAWN, Status.EXPIRED]))
def test_nothing_follows_on_the_end(kind: Kind, end: Status) -> None:
    assert end not in MOVES[kind]
    with pytest.raises(Refused):
        stepped(issued(state=end), kind, DAY)


def test_after_the_last_day_nothing_but_the_end_follows_though_the_clock_was_not_there_yet() -> None:
    with pytest.raises(life_rules.CertificateHasEnded):
        stepped(issued(), Kind.SUSPENDED, date(2029, 7, 4))

    assert stepped(issued(), Kind.EXPIRED, date(2029, 7, 4))[1].state is Status.EXPIRED


def test_a_step_that_says_something_else_has_another_hash() -> None:
    _, one = stepped(issued(), Kind.SUSPENDED, DAY)
    _, other = stepped(issued(head="h1"), Kind.SUSPENDED, DAY)

    assert one.hash != other.hash


@given(st.integers(-3, 40))
def test_a_day_is_answered_by_the_last_step_before_its_end(days: int) -> None:
    tenth, twentieth = DAY + timedelta(days=10), DAY + timedelta(days=20)
    steps = [
        (DAY, Status.VALID, None),
        (tenth, Status.SUSPENDED, None),
        (tenth, Status.VALID, None),
        (twentieth, Status.WITHDRAWN, None),
    ]

    expected = None if days < 0 else Status.VALID if days < 20 else Status.WITHDRAWN
    assert status_at(DAY, steps, DAY + timedelta(days=days)) is expected


REFUSALS = [
    (life_rules.CertificateNotKnown("N1"), "Er is geen certificaat N1.", "There is no certificate N1."),
    (life_rules.CertificateHasEnded("N1", "withdrawn"), "Certificaat N1 is ingetrokken; dat blijft zo.",
     "Certificate N1 is withdrawn; that is for good."),
    (life_rules.SuspendedAlready("N1"), "Certificaat N1 is al geschorst.", "Certificate N1 is suspended already."),
    (life_rules.NotSuspended("N1"), "Certificaat N1 is niet geschorst, dus er is niets te herstellen.",
     "Certificate N1 is not suspended, so there is nothing to reinstate."),
    (life_rules.ValidOnly("N1", "suspended"), "Certificaat N1 is geschorst; dit kan alleen met een geldig certificaat.",
     "Certificate N1 is suspended; this can be done with a valid certificate only."),
    (life_rules.ReasonNotGiven(), "Zeg waarom: wie later kijkt moet het kunnen begrijpen.",
     "Say why: whoever looks later must be able to understand it."),
    (life_rules.ReasonNotKnown("x", ["lost"]), "Dit is geen reden voor deze stap.", "This is no reason for this step."),
    (life_rules.SuspensionEndsTooEarly(DAY, DAY), "De schorsing moet na vandaag eindigen.",
     "The suspension must end after today."),
    (life_rules.NothingIsCorrected(), "Hiermee verandert er niets aan het certificaat.",
     "This changes nothing on the certificate."),
    (life_rules.ProgrammeNotInScheme("x", ["p"]), "Deze opleiding staat niet in de schemaversie van het certificaat.",
     "This programme is not in the certificate's scheme version."),
    (life_rules.ScopeDoesNotShrink([]), "Noem de eindtermen die blijven: minder dan nu, en minstens één.",
     "Name the targets that remain: fewer than now, and at least one."),
    (renewal.NoRecertification("s"), "Dit schema kent geen hercertificering.", "This scheme has no recertification."),
    (renewal.WindowNotOpen(DAY), "Hercertificeren kan vanaf 3 juli 2026.",
     "Recertification is possible from 3 July 2026."),
    (renewal.RecertificationExamMissing(["e"]), "Niet elk examen voor hercertificering is binnen het venster gehaald.",
     "Not every exam for recertification was passed within the window."),
    (renewal.PracticeTooShort(3, 18), "Er is te weinig praktijk in het vak aangetoond.",
     "Too little practice in the trade was shown."),
    (renewal.ExaminerDecides("EX1"), "Wie examineerde mag niet beslissen.", "Who examined may not decide."),
    (appeals.NothingToAppealAgainst("N1"), "Over certificaat N1 is geen besluit genomen waartegen beroep kan.",
     "No decision that can be appealed against was taken about certificate N1."),
    (appeals.NoAppealInScheme(), "Toen dit besluit viel noemde het schema geen termijn voor beroep.",
     "When this decision was taken the scheme named no term of appeal."),
    (appeals.AppealedAlready(), "Tegen dit besluit is al beroep ingesteld.",
     "There is an appeal against this decision already."),
    (appeals.AppealNotKnown("x"), "Dit beroep is niet bekend.", "This appeal is not known."),
    (appeals.AppealDecidedAlready(), "Op dit beroep is al beslist.", "This appeal was decided already."),
    (appeals.HadAPart("a", "trained"), "U leidde de houder op, dus iemand anders beslist op het beroep.",
     "You trained the holder, so somebody else decides on the appeal."),
    (mark_use.MarkNotKnown("x", []), "Dit keurmerk is hier niet bekend.", "This mark is not known here."),
    (mark_use.LicenceEndsBeforeItBegins(DAY), "De licentie eindigt voor zij begint.",
     "The licence ends before it begins."),
    (mark_use.WordsMissing("what"), "Hier hoort een zin.", "A sentence belongs here."),
    (mark_use.LicenceRunsAlready("C1", "s"), "Voor C1 loopt al een licentie van s.",
     "A licence of s runs for C1 already."),
    (mark_use.LicenceNotKnown("x"), "Onder dit kenmerk loopt geen licentie.", "No licence runs under this key."),
    (mark_use.CaseNotKnown("x"), "Deze zaak is niet bekend.", "This case is not known."),
    (mark_use.CaseIsClosed("x"), "Deze zaak is gesloten.", "This case is closed."),
]  # fmt: skip


@pytest.mark.parametrize(("refusal", "nl", "en"), REFUSALS, ids=[type(one[0]).__name__ for one in REFUSALS])
def test_a_refusal_is_said_in_dutch_and_in_english(refusal: Refused, nl: str, en: str) -> None:
    assert refusal.said("nl")[0] == nl
    assert refusal.said("en")[0] == en
