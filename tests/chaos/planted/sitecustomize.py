"""Loaded by Python itself when a process of a test starts: arms one crash point for one life, or plants a mistake.

Nothing of this is in the product; the tests put this folder in front of PYTHONPATH.
"""

import os
from pathlib import Path

_process = os.environ.get("KEUR_PROCESS", "")
_home = os.environ.get("KEUR_HOME", "")
if _process and _home:
    _note = Path(_home) / "run" / f"{_process}.crash-at"
    if _note.exists():
        os.environ["KEUR_CRASH_AT"] = _note.read_text("ascii").strip()
        _note.unlink()
if _process == "certification" and _home:
    import planting

    planting.witness(Path(_home) / "run" / "signatures.jsonl")
if _process in ("enrollment", "certification", "notifications", "ops") and os.environ.get("KEUR_TEST_PLANT"):
    import planting

    planting.plant(os.environ["KEUR_TEST_PLANT"])
if _process == "supervisor" and os.environ.get("KEUR_TEST_RESTART_AT_ONCE"):
    import planting

    planting.restart_at_once()
