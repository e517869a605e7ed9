"""Two school years of the shipped files, seen from outside: the account, the mails, the register, the journal."""

import csv
import re

import httpx
import pytest

from deploy.demo.school_years import FILES, SchoolYears

from .conftest import Played

pytestmark = pytest.mark.timeout(480)
YEARS = SchoolYears()
CERTIFIED = sorted(YEARS.passed_everything())


def by_key(kind: str) -> dict[str, dict[str, str]]:
    with (FILES / "smo" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {next(iter(row.values())): row for row in rows}


def test_the_shipped_files_hold_89_who_passed_everything() -> None:
    assert len(CERTIFIED) == 89


def test_the_demo_says_that_it_adds_up_and_prints_what_happened(played: Played) -> None:
    assert "It adds up." in played.printed, played.printed
    assert re.search(r"enrolled +200 ", played.printed)
    assert re.search(r"certificates +89 \(SMO-2026-00001 … SMO-2026-00089\)", played.printed)
    assert "89 of 100 = 89.0%, 95 % interval 81.4% – 93.7%" in played.printed
    assert re.search(r"parked +none", played.printed)
    assert re.search(r"sign in once +http://127\.0\.0\.1:", played.printed)


def test_exactly_those_who_passed_everything_hold_a_certificate(played: Played) -> None:
    issued = played.get("certification", "/certification/api/certificates", limit=1000)["items"]

    assert sorted(item["trainee_id"] for item in issued) == CERTIFIED
    assert sorted(item["number"] for item in issued) == [f"SMO-2026-{n:05d}" for n in range(1, 90)]


def test_an_employer_checks_a_certificate_with_number_and_code(played: Played) -> None:
    issued = played.get("certification", "/certification/api/certificates", limit=1000)["items"][0]
    address = played.url("certification", f"/certification/register/{issued['number']}")
    as_json = {"Accept": "application/json"}

    shown = httpx.get(address, params={"code": issued["check_code"]}, headers=as_json, trust_env=False)
    refused = httpx.get(address, params={"code": "AAAA-AAAA"}, headers=as_json, trust_env=False)
    page = httpx.get(address, params={"code": issued["check_code"]}, headers={"Accept": "text/html"}, trust_env=False)

    assert shown.status_code == 200
    assert shown.json()["status"] == "valid"
    assert shown.json()["holder"] == by_key("trainees")[issued["trainee_id"]]["name"]
    assert refused.status_code == 404
    assert page.status_code == 200
    assert issued["number"] in page.text


def test_each_mentor_was_welcomed_once_for_each_trainee_at_the_right_address(played: Played) -> None:
    mails, mentors = sent(played, "mentor_welcome"), by_key("mentors")

    told = {mail["subject_ref"]: mail["to"] for mail in mails}

    assert len(mails) == len(told) == 200
    for key, row in by_key("trainees").items():
        assert told[f"trainee/{key}"] == mentors[row["mentor_id"]]["email"]


def test_holder_and_company_are_mailed_when_a_certificate_is_issued(played: Played) -> None:
    trainees, companies = by_key("trainees"), by_key("companies")

    holders = {mail["subject_ref"]: mail["to"] for mail in sent(played, "certificate_issued")}
    employers = {mail["subject_ref"]: mail["to"] for mail in sent(played, "certificate_issued_company")}

    assert holders == {f"trainee/{key}": trainees[key]["email"] for key in CERTIFIED}
    assert employers == {f"trainee/{key}": companies[trainees[key]["company_id"]]["contact_email"] for key in CERTIFIED}


def test_the_inbox_opens_with_the_sign_in_link_and_shows_the_mail(played: Played) -> None:
    link = re.search(r"sign in once +(\S+)", played.printed)
    assert link is not None
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as browser:
        closed = browser.get(played.url("notifications", "/notifications/inbox"), headers={"Accept": "text/html"})
        browser.post(link[1], headers={"Origin": played.url("enrollment", "")})
        opened = browser.get(played.url("notifications", "/notifications/inbox"), headers={"Accept": "text/html"})

    assert "@" not in closed.text.partition("<main")[2]
    assert opened.status_code == 200
    assert "@obrien-metaal.example" in opened.text or ".example" in opened.text


def test_a_trace_tells_what_happened_to_a_trainee_and_who_was_told(played: Played) -> None:
    told = played.keur("events", "trace", f"trainee/{CERTIFIED[0]}")

    assert told.returncode == 0, told.stderr
    for fact in ("trainee-enrolled", "exam-passed", "certification-decided", "certificate-issued", "mail-sent"):
        assert fact in told.stdout


def test_the_journal_knows_no_names_or_addresses(played: Played) -> None:
    journal = played.keur("export", "events").stdout

    assert "certification.certificate-issued.v1" in journal
    for row in (*by_key("trainees").values(), *by_key("mentors").values()):
        assert row["email"] not in journal
        assert row["name"] not in journal


def test_the_same_file_again_changes_nothing(played: Played) -> None:
    for kind in ("companies", "mentors", "trainees", "logbook", "results"):
        told = played.json("import", kind, str(FILES / "smo" / f"{kind}.csv"))

        assert (told["new"], told["changed"], told["refused"]) == (0, 0, 0), kind
        assert told["unchanged"] == told["rows"] > 0


def test_everything_issued_holds_when_it_is_checked_again(played: Played) -> None:
    verified = played.keur("verify")

    assert verified.returncode == 0, verified.stdout + verified.stderr


def sent(played: Played, template: str) -> list[dict[str, str]]:
    after: int | None = 0
    found: list[dict[str, str]] = []
    while after is not None:
        page = played.get("notifications", "/notifications/api/mail", after=after, limit=1000)
        found += [mail for mail in page["items"] if mail["template"] == template and mail["state"] == "sent"]
        after = page["next"]
    return found
