"""The verbs ``test`` and ``check``: what has to hold before a change is kept."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.local.home import CHECKOUT

ALL = (
    ("tests/chaos",),
    ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--ignore=tests/chaos"),
)
"""First the tests about faults, alone: what comes back within seconds should not wait for another test. Then all others
in two processes, in half the time. Whoever names some tests, or a way to run them, gets one process."""


@dataclass(frozen=True)
class Outcome:
    good: bool
    said: str = ""


def test(args: Sequence[str], *, browser: bool = False, chaos: bool = False) -> int:  # noqa: PT028 - a verb, no test
    """Runs the tests with pytest's own arguments. ``--browser`` and ``--slow`` add the tests of that kind;
    ``--chaos`` runs the chaos run alone, with the schedule of ``--seed``."""
    rest = list(args)
    if chaos or "--chaos" in args:
        return _chaos(rest)
    browser = browser or "--browser" in args
    left_out = ["chaos"] if "--slow" in args else ["chaos", "slow"]
    rest = [word for word in args if word not in ("--browser", "--slow")]
    if browser and not chromium():
        _loud("BROWSER TESTS ARE LEFT OUT: there is no Chromium here. To run them: apt-get install -y chromium")
        browser = False
    if not browser:
        left_out.append("browser")
    runs: Sequence[Sequence[str]] = ALL if not rest and "KEUR_TEST_SERVERS" not in os.environ else (rest,)
    if left_out and not any(word == "-m" or word.startswith("-m=") for word in rest):
        runs = [("-m", " and ".join(f"not {kind}" for kind in left_out), *words) for words in runs]
    settings = {"KEUR_CHROMIUM": chromium() or ""} if browser else {}
    return max(_pytest(words, settings) for words in runs)


def _chaos(args: list[str]) -> int:
    """``--seed N`` repeats a schedule of faults, ``--seconds N`` plays a longer or shorter one than two minutes."""
    settings = {}
    for option, name in (("--seed", "KEUR_TEST_SEED"), ("--seconds", "KEUR_TEST_SECONDS")):
        for place, word in enumerate(args):
            if word == option and place + 1 < len(args):
                settings[name] = args[place + 1]
                del args[place : place + 2]
                break
    rest = [word for word in args if word != "--chaos"]
    return _pytest(["-m", "chaos", "tests/chaos", *rest], settings)


def _pytest(words: Sequence[str], settings: dict[str, str]) -> int:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KEUR_") or name.startswith("KEUR_TEST_")
    } | settings
    sys.stdout.flush()
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=CHECKOUT, env=environment, check=False
    ).returncode


def chromium() -> str | None:
    """Where Chromium is: ``KEUR_CHROMIUM``, or in the path."""
    given = os.environ.get("KEUR_CHROMIUM")
    return given or next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


def check() -> int:
    """Lint, types, import contracts, and what is generated or locked in step with its source; 1 names what failed."""
    works: dict[str, Callable[[], Outcome]] = {
        "lint": lambda: _tool("ruff", "check", "--quiet", "."),
        "types": lambda: _tool("mypy"),
        "imports": lambda: _tool("lint-imports", "--no-cache"),
        "lock": lock_in_step,
        "events": _events_in_step,
    }
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = dict(zip(works, pool.map(lambda work: work(), works.values()), strict=True))
    for name, outcome in outcomes.items():
        print(f"{'good ' if outcome.good else 'WRONG'} {name}")
        if not outcome.good:
            print("\n".join(f"      {line}" for line in outcome.said.strip().splitlines()[-60:]))
    failed = [name for name, outcome in outcomes.items() if not outcome.good]
    summary = f"{', '.join(failed)} did not pass" if failed else "all checks passed"
    print(f"{summary} ({time.monotonic() - began:.0f} s)")
    return 1 if failed else 0


def _tool(name: str, *args: str) -> Outcome:
    tool = shutil.which(name, path=os.path.dirname(sys.executable)) or name
    try:
        done = subprocess.run([tool, *args], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return Outcome(False, f"{name} is not installed: run ./keur check, which installs requirements.lock")
    return Outcome(done.returncode == 0, done.stdout + done.stderr)


def lock_in_step() -> Outcome:
    """Every package that pyproject.toml names is locked within its range, with hashes and without an address."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (CHECKOUT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    locked = {}
    wrong = []
    for entry in entries:
        found = re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry)
        if found is None:
            wrong.append(f"not one exact version: {entry.splitlines()[0]}")
            continue
        locked[canonicalize_name(found[1])] = found[2]
        if "--hash=sha256:" not in entry:
            wrong.append(f"{found[1]} has no hash")
    if re.search(r"^\s*(--(extra-)?index-url|--find-links|-i )|https?://", text, re.MULTILINE):
        wrong.append("requirements.lock names an address; only names, versions and hashes belong there")
    named = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    for requirement in map(Requirement, named):
        version = locked.get(canonicalize_name(requirement.name))
        if version is None:
            wrong.append(f"{requirement.name} is in pyproject.toml and not in requirements.lock")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is locked at {version}, pyproject.toml asks {requirement.specifier}")
    return Outcome(not wrong, "\n".join(wrong))


def _events_in_step() -> Outcome:
    """docs/events is what the generator makes of shared/events now."""
    return _tool(sys.executable, "-m", "deploy.events", "--check")


def _loud(line: str) -> None:
    bar = "=" * min(len(line), 100)
    print(f"{bar}\n{line}\n{bar}", flush=True)
