"""Each import contract holds, and breaks when violated on purpose: one that cannot break guards nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("services", "shared", "deploy", "tests")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([tool, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the project, to be violated."""
    folder = tmp_path_factory.mktemp("violated")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=lambda _, names: {n for n in names if not _is_code(n)})
    return folder


def _is_code(name: str) -> bool:
    return name.endswith(".py") or ("." not in name and name != "__pycache__")


def test_every_import_contract_holds(copied: Path) -> None:
    done = lint(copied)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("Services know each other only by events", "services/enrollment/commands/__init__.py", "import services.ops"),
        ("shared knows no service", "shared/ids.py", "import services.enrollment"),
        ("Inside a service calls go down", "services/certification/store/__init__.py", "from .. import handlers"),
        ("The domain does no input or output", "services/enrollment/domain/__init__.py", "import asyncpg"),
        ("The domain does no input or output", "services/notifications/domain.py", "import shared.bus.outbox"),
        ("Nothing imports the tests", "deploy/local/home.py", "import tests.servers"),
    ],
)
def test_an_import_contract_breaks_when_it_is_violated(copied: Path, contract: str, module: str, line: str) -> None:
    file = copied / module
    before = file.read_text("utf-8")
    try:
        file.write_text(f"{before}\n{line}\n", "utf-8")
        done = lint(copied)
    finally:
        file.write_text(before, "utf-8")

    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout, done.stdout
