"""What may keep Keur from running on this machine, each finding with its remedy."""

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from deploy.local import postgres, processes, rabbitmq
from deploy.local.home import LOOPBACK, Home, WrongSetting
from deploy.local.supervisor import taken
from deploy.local.system import servers, services
from deploy.local.words import _

SPACE_NEEDED = 2 * 1024**3
YEAR_OF_THIS_RELEASE = 2026


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    found: str
    remedy: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    """Looks at everything; changes nothing."""
    try:
        home = Home.from_env()
    except WrongSetting as wrong:
        return [Finding("settings", False, str(wrong), _("zet KEUR_PORT_BASE, of laat het weg voor 8400"))]
    findings = [
        _python(),
        _program("RabbitMQ", rabbitmq.installed_version, home.own_broker),
        _program("Erlang", lambda: str(rabbitmq.epmd()), home.own_broker),
        _program("PostgreSQL", postgres.installed_version, home.own_database),
        _space(home),
        _clock(),
        _loopback(),
        _folder(home),
    ]
    findings += _ports(home)
    findings += _elsewhere(home)
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        "Python", good, f"{version} ({sys.executable})", "" if good else _("installeer Python 3.11, 3.12 of 3.13")
    )


def _program(what: str, find: Callable[[], str], wanted: bool) -> Finding:
    if not wanted:
        return Finding(what, True, _("niet nodig: de omgeving noemt een server elders"))
    try:
        return Finding(what, True, find())
    except (rabbitmq.RabbitMQMissing, postgres.PostgresMissing) as missing:
        problem, _sep, remedy = str(missing).partition(": ")
        return Finding(what, False, problem, remedy)


def _space(home: Home) -> Finding:
    folder = home.path
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    remedy = (
        ""
        if free >= SPACE_NEEDED
        else _("maak 2 GB vrij op de schijf van {folder}, of zet KEUR_HOME op een andere schijf").format(folder=folder)
    )
    return Finding("disk", free >= SPACE_NEEDED, _("{n:.1f} GB vrij").format(n=free / 1024**3), remedy)


def _clock() -> Finding:
    moment = time.gmtime()
    good = moment.tm_year >= YEAR_OF_THIS_RELEASE
    remedy = "" if good else _("zet de klok van de machine goed: sessies en toegangsbewijzen eindigen erop")
    return Finding("clock", good, time.strftime("%Y-%m-%d %H:%M:%S UTC", moment), remedy)


def _loopback() -> Finding:
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo("localhost", None, socket.AF_INET)}
    except OSError:
        addresses = set()
    good = LOOPBACK in addresses
    found = ", ".join(map(str, sorted(addresses, key=str))) or _("localhost heeft geen adres")
    return Finding("localhost", good, found, "" if good else _("zet de regel '127.0.0.1 localhost' in /etc/hosts"))


def _folder(home: Home) -> Finding:
    folder = home.path
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "home", False, _("{path} is niet te schrijven").format(path=home.path), _("zet KEUR_HOME op een eigen map")
        )
    if home.own_database and os.geteuid() == 0 and home.data.is_dir():
        try:
            postgres.as_ordinary_user(home)
        except postgres.NoOrdinaryUser as problem:
            return Finding("home", False, str(home.path), str(problem))
    return Finding("home", True, _("{path}, poorten vanaf {base}").format(path=home.path, base=home.port_base))


def _ports(home: Home) -> Iterator[Finding]:
    supervisor = processes.running(home, "supervisor")
    if supervisor is not None:
        yield Finding("ports", True, _("in gebruik door Keur zelf (supervisor pid {pid})").format(pid=supervisor))
        return
    left = [name for name in processes.PROCESSES if processes.running(home, name)]
    if left:
        yield Finding(
            "processes",
            False,
            _("achtergelaten door een gedode supervisor: {names}").format(names=", ".join(left)),
            _("draai  ./keur down"),
        )
    problems = False
    for program in [*servers(home), *services(home)]:
        for name in program.ports:
            port = home.port(name)
            if program.name not in left and not processes.port_is_free(port):
                problems = True
                found, _sep, remedy = taken(home, name, port).rpartition(": ")
                yield Finding("ports", False, found, remedy)
    if not problems and not left:
        yield Finding(
            "ports", True, _("{first} tot {last} zijn vrij").format(first=home.port_base + 1, last=home.port_base + 15)
        )


def _elsewhere(home: Home) -> Iterator[Finding]:
    for name, value in sorted(home.environ.items()):
        if name.startswith("KEUR_") and name.endswith(("_AMQP_URL", "_DATABASE_URL", "_SMTP_URL")) and value:
            yield _reach(name, value)


def _reach(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    try:
        port = parts.port or {"amqp": 5672, "amqps": 5671, "smtp": 25}.get(parts.scheme, 5432)
        socket.create_connection((parts.hostname or LOOPBACK, port), timeout=3).close()
    except (OSError, ValueError) as error:
        where = f"{parts.hostname}:{parts.port}" if parts.hostname else "its address"
        return Finding(
            name,
            False,
            _("{where} antwoordt niet ({why})").format(where=where, why=type(error).__name__),
            _("start die, of haal {name} weg").format(name=name),
        )
    return Finding(name, True, _("{where} antwoordt").format(where=f"{parts.hostname}:{port}"))
