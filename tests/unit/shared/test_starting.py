"""How the process of a service begins."""

import gc
import subprocess
import sys
from importlib import import_module

import pytest

from shared.starting import _left_out, settle

LOOK = """
import gc, sys
from shared.starting import read
read("ops")
assert not gc.isenabled(), "garbage was looked for while reading"
assert "services.ops.app" in sys.modules
assert not {"rich", "email_validator"} & set(sys.modules), "loaded, or left marked as missing"
import email_validator, rich
"""


def test_a_package_that_is_left_out_seems_not_installed_and_can_be_imported_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "antigravity", raising=False)

    with _left_out(("colorsys", "antigravity")), pytest.raises(ImportError):
        import_module("antigravity")

    assert "antigravity" not in sys.modules
    assert import_module("colorsys").rgb_to_hsv


def test_a_package_that_was_there_already_is_not_left_out() -> None:
    with _left_out(("subprocess",)):
        assert import_module("subprocess") is subprocess

    assert sys.modules["subprocess"] is subprocess


def test_a_service_is_read_without_what_it_does_not_use() -> None:
    subprocess.run([sys.executable, "-c", LOOK], check=True)


def test_garbage_is_looked_for_again_once_a_service_was_read() -> None:
    gc.disable()
    try:
        settle()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()
