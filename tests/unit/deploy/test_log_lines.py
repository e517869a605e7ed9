"""What `keur logs --json` gives: one object a line, whatever a process wrote."""

import json

from deploy.local.log_view import as_object


def test_a_line_of_ours_names_its_process_beside_what_it_said() -> None:
    assert json.loads(as_object("ops", '{"event": "request", "status": 200}')) == {
        "process": "ops",
        "event": "request",
        "status": 200,
    }


def test_a_line_of_another_program_is_what_happened() -> None:
    for line in ("2026-04-07 LOG: ready", "[1, 2]", '{"half'):
        assert json.loads(as_object("postgres", line)) == {"process": "postgres", "event": line}
