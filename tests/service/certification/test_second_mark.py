"""The welders' mark beside another: no code for it, only its scheme. A person decides; it stands three years."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.certification.commands import deciding
from services.certification.domain.deciding import DeciderInvolved
from services.certification.domain.results import Entry
from services.certification.domain.scheme_file import read_scheme
from services.certification.queries import verification
from services.certification.store.audit import By
from shared import clock
from shared.events.certification import CertificateIssued, CertificationDecided

from .conftest import OFFICE, Certification, enrolled, named

ROOT = Path(__file__).resolve().parents[3]
WELDERS = ROOT / "deploy" / "demo" / "welders" / "scheme.yaml"
TODAY = date(2026, 7, 3)


async def test_a_welder_is_certified_by_an_uninvolved_decider_for_three_years(certification: Certification) -> None:
    version = read_scheme(WELDERS.read_text("utf-8"))
    await certification.publish(version)
    await certification.certify("T1")
    await certification.hear(
        enrolled("W1", scheme=version.scheme.scheme, scheme_version="3.0", programme="lasmeester"), named("W1")
    )
    await certification.enter(
        *(
            Entry(f"W1-{exam}", "W1", exam, 1, date(2026, 6, 2), Decimal(80), False, "EX7")
            for exam in ("theory", "weld_plate", "weld_pipe")
        )
    )
    await certification.hears_itself()
    assert await certification.value("select state from candidate where trainee_id = 'W1'") == "eligible"

    async with certification.db.transaction() as tx:
        for person, ties in (("office/mentor", [("mentor", "M1")]), ("office/anna", [])):
            await deciding.name_decider(tx, person, ties, active=True, now=clock.now(), today=TODAY, by=OFFICE)
    with pytest.raises(DeciderInvolved):
        async with certification.db.transaction() as tx:
            await deciding.grant(tx, "W1", now=clock.now(), today=TODAY, by=By("office/mentor"))
    async with certification.db.transaction() as tx:
        await deciding.grant(tx, "W1", now=clock.now(), today=TODAY, by=By("office/anna"))

    decided = await certification.told("certification-decided")
    issued = await certification.told("certificate-issued")
    assert [one.mode for one in decided if isinstance(one, CertificationDecided)] == ["automatic", "reviewed"]
    assert [(one.number, one.valid_until) for one in issued if isinstance(one, CertificateIssued)] == [
        ("SM-2026-00001", None),
        ("LM20260001", date(2029, 7, 3)),
    ]
    async with certification.db.read() as tx:
        assert (await verification.verify(tx, lambda method: None))["violations"] == []


def test_no_code_names_a_mark() -> None:
    """What differs between marks is data: the demo's files may say whose it is, the product does not."""
    marks = re.compile(r"\b(smo|lasmeester)\b", re.IGNORECASE)
    kinds = {".py", ".html", ".sql", ".jinja", ".mjml", ".txt", ".po", ".typ", ".css", ".yml"}
    demo = ROOT / "deploy" / "demo"
    naming = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("services", "shared", "deploy")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in kinds and demo not in path.parents
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]

    assert naming == []
