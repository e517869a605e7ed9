"""The verbs ``up``, ``down``, ``doctor`` and ``logs``. Each returns a status: 0 good, 1 a problem, 3 not reachable."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

from deploy.local import processes
from deploy.local.home import CHECKOUT, Home, WrongSetting
from deploy.local.log_view import Follower
from deploy.local.postgres import NoOrdinaryUser, PostgresMissing
from deploy.local.rabbitmq import RabbitMQMissing
from deploy.local.settings_check import check_settings
from deploy.local.supervisor import ANOTHER_KEEPS_THIS_HOME, AlreadyRunning, StartFailed, supervise
from deploy.local.words import _
from shared.settings import SERVICES

FAILURES = (StartFailed, AlreadyRunning, NoOrdinaryUser, PostgresMissing, RabbitMQMissing, WrongSetting)
STOP_PATIENCE = 60.0
SECOND_PATIENCE = 300.0
"""Of two that start at once one does it, and the other waits this long, in seconds, for what comes of that."""


def out(line: str = "") -> None:
    print(line, flush=True)


def complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def up(*, detach: bool = False) -> int:
    """Starts everything and keeps it until Ctrl-C; detached, returns when all of it is ready."""
    try:
        home = Home.from_env()
        check_settings(home.environ)
        if processes.running(home, "supervisor"):
            out(_("Keur draait al in {path}").format(path=home.path))
            where_to_look(home)
            return 0
        return _up_detached(home) if detach else _up_here(home)
    except FAILURES as failure:
        complain(str(failure))
        return 1


def _up_here(home: Home) -> int:
    home.make()
    follower = Follower(home)
    said = _("Keur in {path}, poorten vanaf {base}; Ctrl-C stopt het")
    out(said.format(path=home.path, base=home.port_base))

    async def run() -> None:
        following = asyncio.create_task(follower.follow())
        try:
            await supervise(home, lambda line: out(f"keur          {line}"), lambda: where_to_look(home))
        finally:
            following.cancel()

    os.environ |= {"KEUR_HOME": str(home.path), "KEUR_PORT_BASE": str(home.port_base)}
    asyncio.run(run())
    out(_("gestopt"))
    return 0


def _up_detached(home: Home) -> int:
    start_detached(home, out)
    where_to_look(home)
    return 0


def start_detached(home: Home, say: Callable[[str], None], environ: dict[str, str] | None = None) -> None:
    """Starts a supervisor that outlives this process, and waits until all is ready. Raises ``StartFailed``.

    When somebody else starts the same home just now, it waits for theirs.
    """
    check_settings({**home.environ, **(environ or {})})
    home.make()
    told = home.run / "supervisor.json"
    told.unlink(missing_ok=True)
    log_path = home.logs / "supervisor.log"
    seen = log_path.stat().st_size if log_path.exists() else 0
    environment = dict(home.environ) | (environ or {})
    environment |= {"KEUR_HOME": str(home.path), "KEUR_PORT_BASE": str(home.port_base), "KEUR_PROCESS": "supervisor"}
    with log_path.open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.supervisor"],
            env=environment, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    until = time.monotonic() + SECOND_PATIENCE
    while True:
        ended = supervisor.poll() is not None
        lines = log_path.read_bytes()[seen:].decode("utf-8", "replace").splitlines(keepends=True)
        complete = [line for line in lines if line.endswith("\n")]
        seen += sum(len(line.encode()) for line in complete)
        if ended and supervisor.returncode == ANOTHER_KEEPS_THIS_HOME and time.monotonic() < until:
            ended = bool(state(home).get("error")) and not processes.running(home, "supervisor")
        if ended:
            at_once = _("de supervisor stopte meteen: zie {path}").format(path=log_path)
            raise StartFailed(state(home).get("error") or at_once)
        error = (state(home).get("error") or "").partition("\n")[0]
        for moment, _sep, line in (each.rstrip().partition(" ") for each in complete):
            if moment[:4].isdigit() and line != error:  # what goes over several lines is the error, and is said once
                say(line)
        if state(home).get("phase") == "ready":
            return
        time.sleep(0.05)


def down() -> int:
    """Stops everything of this home, also what a killed supervisor left behind."""
    try:
        home = Home.from_env()
    except WrongSetting as wrong:
        complain(str(wrong))
        return 2
    supervisor = processes.running(home, "supervisor")
    if supervisor is not None:
        processes.send(supervisor, signal.SIGTERM)
        processes.end(supervisor, patience=STOP_PATIENCE)
    left = processes.end_leftovers(home) if home.run.is_dir() else []
    if supervisor is None and not left:
        out(_("er draait niets van Keur in {path}").format(path=home.path))
    else:
        ended = _("; beëindigd wat was achtergebleven: {names}").format(names=", ".join(left))
        out(_("gestopt") + (ended if left else ""))
    return 0


def state(home: Home) -> dict[str, Any]:
    """What the supervisor last noted: phase, error and its processes; empty when there is nothing to read."""
    try:
        found: dict[str, Any] = json.loads((home.run / "supervisor.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def doctor(*, as_json: bool = False) -> int:
    """Checks the machine and the home, and names a remedy for each finding."""
    from deploy.local.doctor import examine

    findings = examine()
    if as_json:
        out(json.dumps([finding.told() for finding in findings], indent=1))
    else:
        for finding in findings:
            sign = _("goed ") if finding.good else _("MIS  ")
            out(f"{sign}  {finding.what:<12} {finding.found}")
            if finding.remedy:
                out(f"       {'':<12} → {finding.remedy}")
    return 0 if all(finding.good for finding in findings) else 1


def logs(service: str = "", *, lines: int = 200, follow: bool = False, as_json: bool = False) -> int:
    """The last lines of a process's log, or of all of them by time; ``follow`` goes on until Ctrl-C.

    As JSON it is one object a line, with the process beside what it said.
    """
    try:
        home = Home.from_env()
    except WrongSetting as wrong:
        complain(str(wrong))
        return 2
    there = sorted(path.stem for path in home.logs.glob("*.log")) if home.logs.is_dir() else []
    if service and service not in there:
        known = ", ".join(there) or _("nog geen, hier is nog niets gestart")
        complain(_("geen logboek van {service!r}; er zijn: {known}").format(service=service, known=known))
        return 2
    if not there:
        complain(_("hier is nog niets gestart: keur up --detach"))
        return 0
    follower = Follower(home, only=[service] if service else None, from_end=max(lines, 0), as_json=as_json)
    try:
        follower.show()
        if follow:
            asyncio.run(follower.follow())
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    return 0


def sign_in_link(home: Home) -> str | None:
    """A one-time link that gives an office session, as a notebook server prints one; None when it cannot be had."""
    token = (home.path / "keys" / "admin.token").read_text("ascii").strip()
    try:
        answer = httpx.post(
            home.url("enrollment", "/enrollment/api/login-links"),
            json={}, headers={"Authorization": f"Bearer {token}"}, timeout=5, trust_env=False,
        )  # fmt: skip
        return str(answer.raise_for_status().json()["url"])
    except (httpx.HTTPError, ValueError, KeyError):
        return None


def where_to_look(home: Home) -> None:
    out()
    for what, address in addresses(home).items():
        out(f"  {what:<14} {address}")
    link = sign_in_link(home)
    if link:
        out(f"  {_('eenmalig in'):<14} {link}")
    out()


def addresses(home: Home) -> dict[str, str]:
    """Where a person looks."""
    found = {service: home.url(service, f"/{service}/") for service in SERVICES}
    if home.own_broker:
        found["rabbitmq"] = f"http://127.0.0.1:{home.port('management')} (admin, {_short(home, 'broker-admin')})"
    if home.own_database:
        found["postgresql"] = f"127.0.0.1:{home.port('postgres')} (keur_admin, {_short(home, 'database-admin')})"
    return found


def _short(home: Home, name: str) -> str:
    return _("wachtwoord in {path}").format(path=home.keys / f"{name}.password")
