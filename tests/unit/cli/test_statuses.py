"""0 good, 1 a problem was found, 2 wrong use, 3 not reachable: scripts rely on these."""

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest

from .answers import ROOT, Services, nobody_there

TAKEN = {
    "kind": "companies", "file": "c.csv", "rows": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 0, "errors": [],
}  # fmt: skip
ERROR = {"row": 3, "column": "name", "value": "=1", "message": "starts like a formula", "allowed": "no ="}
REFUSED = TAKEN | {"new": 1, "refused": 1, "errors": [ERROR]}
IMPORT = "/enrollment/api/import/companies"


def readiness(service: str = "x", **more: Any) -> dict[str, Any]:
    counters = {"handled": 5, "published": 5, "in_flight": 0}
    outbox = {"pending": 0, "oldest_age_s": 0.0}
    return {"ready": True, "pid": 1, "since": "2026-04-07T09:00:00", "version": "1", "last_error": None} | {
        "counters": counters, "outbox": outbox, "mail": {"due": 0, "sending": 0, "in_doubt": 0, "failed": 0}, **more,
    }  # fmt: skip


def queues(**more: Any) -> dict[str, Any]:
    idle = {"ready": 0, "unacked": 0, "consumers": 1, "parked": 0, "in_rate": 0, "out_rate": 0, "bytes": 0}
    return {"broker": True, "queues": {"keur.ops.inbox": idle | more}}


def test_help_names_every_verb_and_waits_for_no_library(services: Services) -> None:
    environ = {"KEUR_HOME": str(services.home), "PATH": "/usr/bin:/bin", "PYTHONPROFILEIMPORTTIME": "1"}
    command = [sys.executable, "-m", "deploy.cli", "--help"]
    answer = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in answer.stderr.splitlines()}

    assert answer.returncode == 0
    assert "argparse" in imported
    assert not imported & {"asyncio", "asyncpg", "aio_pika", "httpx", "pydantic", "fastapi", "structlog", "shared"}
    for verb in ("demo", "up", "down", "status", "doctor", "logs", "test", "check", "import", "export", "verify"):
        assert f"\n  {verb} " in answer.stdout


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["import", "nonsense", "file.csv"],
        ["import", "companies"],
        ["import", "companies", "not-there.csv"],
        ["import", "companies", "not-there.csv", "--check", "--partial"],
        ["export", "nonsense"],
        ["status", "--nonsense"],
        ["dead", "retry"],
        ["dead", "list", "--filter", "nonsense"],
        ["dead", "discard", "--all"],
        ["dead", "discard", "--all", "--reason", "because"],
        ["events", "trace", "nonsense"],
        ["export", "events", "--after", "nonsense"],
        ["verify", "not-there.jsonl"],
    ],
)
def test_wrong_use_ends_with_2_and_a_line_that_says_how(services: Services, argv: list[str]) -> None:
    services.answers["/ops/api/failed/discard"] = (200, {"matched": 1, "changed": 0})

    answer = services.keur(*argv)

    assert answer.returncode == 2, answer.stderr
    assert answer.stderr or argv == []
    assert "Traceback" not in answer.stderr
    assert not [asked for asked in services.asked if b'"dry_run": false' in asked.body]


@pytest.mark.parametrize(
    "argv",
    [
        ["queues"], ["dead", "list"], ["events", "tail"], ["export", "people"], ["verify"], ["report", "completion"],
        ["user", "login-link"], ["certificate", "show", "X-1"], ["status"], ["status", "--json"],
    ],
)  # fmt: skip
def test_nobody_there_ends_with_3_and_the_next_command(services: Services, argv: list[str]) -> None:
    answer = services.keur(*argv, KEUR_BASE_URL=nobody_there())

    assert answer.returncode == 3
    assert "--json" in argv or "keur " in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_home_without_a_token_names_the_command_that_makes_one(services: Services) -> None:
    (services.home / "keys" / "admin.token").unlink()

    answer = services.keur("queues")

    assert answer.returncode == 3
    assert "keur up" in answer.stderr


def test_a_dependency_that_is_away_is_not_reachable(services: Services) -> None:
    services.answers["/ops/api/failed"] = (503, {"detail": "the database is away"})

    answer = services.keur("dead", "list")

    assert (answer.returncode, "the database is away" in answer.stderr) == (3, True)


def test_import_says_what_was_taken(services: Services) -> None:
    services.answers[IMPORT] = (200, TAKEN)
    file = services.home / "c.csv"
    file.write_text("a,b\n1,2\n3,4\n")

    answer = services.keur("import", "companies", str(file))

    assert (answer.returncode, answer.stdout) == (0, "2 rows: 2 new, 0 changed, 0 unchanged, 0 refused\n")
    (asked,) = services.asked
    assert b"a,b\n1,2\n3,4\n" in asked.body
    assert asked.headers["Authorization"] == "Bearer a-token"


def test_import_of_a_refused_file_ends_with_1_and_names_every_place(services: Services) -> None:
    services.answers[IMPORT] = (422, REFUSED)
    file = services.home / "c.csv"
    file.write_text("a\n")

    plain = services.keur("import", "companies", str(file))
    machine = services.keur("import", "companies", str(file), "--json")

    assert (plain.returncode, machine.returncode) == (1, 1)
    assert "row 3, name: '=1' starts like a formula (allowed: no =)" in plain.stdout
    assert json.loads(machine.stdout)["errors"] == [ERROR]


def test_a_partial_import_writes_the_refused_rows_beside_the_file(services: Services) -> None:
    services.answers[IMPORT] = (200, REFUSED)
    file = services.home / "c.csv"
    file.write_text("id,name\nC1,good\nC2,=1\n")

    answer = services.keur("import", "companies", str(file), "--partial")

    assert answer.returncode == 1
    assert (services.home / "c.rest.csv").read_text().splitlines() == ["id,name", "C2,'=1"]
    assert "partial=true" in services.asked[0].path


def test_an_export_is_one_object_a_line_over_all_pages(services: Services) -> None:
    services.answers["/enrollment/api/people"] = (200, {"items": [{"ref": "a/1"}, {"ref": "a/2"}], "next": None})

    lines = services.keur("export", "people", "--jsonl")
    array = services.keur("export", "people", "--json")

    assert [json.loads(line)["ref"] for line in lines.stdout.splitlines()] == ["a/1", "a/2"]
    assert len(json.loads(array.stdout)) == 2


def test_a_reader_that_goes_away_is_no_error(services: Services) -> None:
    services.answers["/enrollment/api/people"] = (200, {"items": [{"ref": "x" * 1000}] * 1000, "next": None})
    environ = {"KEUR_HOME": str(services.home), "KEUR_BASE_URL": services.url, "PATH": "/usr/bin:/bin"}

    command = f"{sys.executable} -m deploy.cli export people | head -n 1"
    answer = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, env=environ, capture_output=True, text=True)

    assert "Traceback" not in answer.stderr


def test_status_is_quiet_only_when_nothing_waits_anywhere(services: Services) -> None:
    services.answers |= {"/readyz": (200, readiness()), "/ops/api/queues": (200, queues())}
    quiet = services.keur("status", "--json")
    told = json.loads(quiet.stdout)

    assert (quiet.returncode, told["quiet"]) == (0, True)
    assert told["queues"]["keur.ops.inbox"] == {"ready": 0, "unacked": 0, "consumers": 1, "parked": 0}
    assert set(told["services"]["enrollment"]) >= {"pid", "ready", "since", "version", "last_error"}

    for busy in (
        {"/ops/api/queues": (200, queues(ready=1))},
        {"/ops/api/queues": (200, queues() | {"broker": False})},
        {"/readyz": (200, readiness(outbox={"pending": 1, "oldest_age_s": 1.0}))},
        {"/readyz": (200, readiness(counters={"handled": 5, "published": 5, "in_flight": 1}))},
        {"/readyz": (200, readiness(mail={"due": 1, "sending": 0, "in_doubt": 0, "failed": 0}))},
        {"/readyz": (200, readiness(mail={"due": 0, "sending": 0, "in_doubt": 1, "failed": 0}))},
        {"/readyz": (200, readiness(failed={"parked": 0, "redriving": 1}))},
        {"/readyz": (200, readiness(schedule={"ran_until": "2026-04-07", "to_look_at": 1}))},
        {"/readyz": (200, readiness(signing={"waiting": 1}))},
        {"/readyz": (503, readiness(ready=False))},
    ):
        before = dict(services.answers)
        services.answers |= busy
        assert json.loads(services.keur("status", "--json").stdout)["quiet"] is False, busy
        services.answers = before


def test_status_is_not_quiet_while_a_message_hops_from_queue_to_queue_unseen(services: Services) -> None:
    handled = itertools.count()

    def moving() -> dict[str, Any]:
        return readiness(counters={"handled": next(handled), "published": 0, "in_flight": 0})

    services.answers |= {"/readyz": (200, moving), "/ops/api/queues": (200, queues())}

    assert json.loads(services.keur("status", "--json").stdout)["quiet"] is False


def test_status_ends_with_1_when_a_service_is_not_ready(services: Services) -> None:
    services.answers |= {"/readyz": (503, readiness(ready=False)), "/ops/api/queues": (200, queues())}

    assert services.keur("status").returncode == 1


def test_queues_ends_with_1_when_nobody_reads_an_inbox_or_messages_are_parked(services: Services) -> None:
    told = {"notifications": readiness()}
    for more, status in (({}, 0), ({"consumers": 0}, 1), ({"parked": 2}, 1)):
        services.answers["/ops/api/overview"] = (200, {"services": told, **queues(**more)})
        assert services.keur("queues", "--json").returncode == status, more


def test_discarding_with_yes_sends_the_reason(services: Services) -> None:
    services.answers["/ops/api/failed/discard"] = (200, {"matched": 2, "changed": 2})

    answer = services.keur("dead", "discard", "--group", "abc", "--reason", "entered twice", "--yes")

    assert answer.returncode == 0
    assert json.loads(services.asked[0].body)["reason"] == "entered twice"
    assert "Idempotency-Key" in services.asked[0].headers


def test_verify_ends_with_1_and_names_what_does_not_hold(services: Services) -> None:
    certificate = {"number": "SMO-1", "trainee_id": "T1", "scheme": "smo", "status": "valid"}
    services.answers |= {
        "/certification/api/verify": (200, {"violations": []}),
        "/certification/api/certificates": (200, {"items": [certificate], "next": None}),
        "/certification/api/register": (200, {"items": [certificate], "next": None}),
        "/ops/api/events": (200, {"items": [{"data": {"number": "SMO-1"}}], "next": None}),
    }
    good = services.keur("verify")
    services.answers["/certification/api/register"] = (200, {"items": [], "next": None})
    bad = services.keur("verify", "--json")

    assert good.returncode == 0
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["violations"] == [
        {"check": "register", "about": "SMO-1", "message": "is not in the register"}
    ]


def test_verify_lays_an_earlier_export_beside_what_there_is_and_beside_the_log(services: Services) -> None:
    certificate = {"number": "SMO-1", "trainee_id": "T1", "scheme": "smo", "status": "valid", "document_sha256": "aa"}
    leaf = {"position": 0, "number": "SMO-1", "kind": "issued", "document_sha256": "aa"}
    imported = {"number": "93-0017", "status": "valid", "imported": True}
    export = services.home / "certificates.jsonl"
    export.write_text(json.dumps(certificate) + "\n")
    services.answers |= {
        "/certification/api/verify": (200, {"violations": []}),
        "/certification/api/certificates": (200, {"items": [certificate], "next": None}),
        "/certification/api/register": (200, {"items": [imported, certificate], "next": None}),
        "/certification/api/log": (200, {"items": [leaf], "next": None}),
        "/ops/api/events": (200, {"items": [{"data": {"number": "SMO-1"}}], "next": None}),
    }

    good = services.keur("verify", str(export))
    export.write_text(json.dumps(certificate | {"document_sha256": "bb"}) + "\n")
    bad = services.keur("verify", str(export))

    assert good.returncode == 0, good.stdout
    assert bad.returncode == 1
    assert "the log knows no version 1 with document bb" in bad.stdout


def test_into_a_pipe_there_are_no_colours_and_no_control_characters(services: Services) -> None:
    item = {"id": "1", "service": "s", "event_type": "\x1b[31mred", "subject": "", "error": "E", "parked_at": "2026"}
    services.answers["/ops/api/failed"] = (200, {"items": [item | {"group": "g"}], "next": None})
    services.answers["/ops/api/failed/groups"] = (200, {"items": []})

    assert "\x1b" not in services.keur("dead", "list").stdout
