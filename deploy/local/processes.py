"""Processes of a home: pid files, whether a pid is really ours, who holds a port, and ending what was left behind."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.local.home import LOOPBACK, Home
from shared.settings import SERVICES

LISTENING = "0A"
STOP_ORDER = (("supervisor",), SERVICES, ("capture",), ("rabbitmq", "postgres"), ("epmd",))
"""Who goes together: a service may still write to the servers while it ends."""
PROCESSES = tuple(name for group in STOP_ORDER for name in group)


def write_atomically(path: Path, text: str) -> None:
    """Whoever reads the file sees the old text or the new one, never a half."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def read_pid(home: Home, process: str) -> int | None:
    try:
        return int((home.run / f"{process}.pid").read_text("ascii"))
    except (OSError, ValueError):
        return None


def write_pid(home: Home, process: str, pid: int) -> None:
    write_atomically(home.run / f"{process}.pid", f"{pid}\n")


def forget_pid(home: Home, process: str) -> None:
    (home.run / f"{process}.pid").unlink(missing_ok=True)


def alive(pid: int) -> bool:
    """True while the process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def is_ours(home: Home, pid: int) -> bool:
    """True when the process was started for this home: its environment or its command line says so.

    A pid file may outlive its process, and the number may belong to a stranger by then.
    """
    mark = f"KEUR_HOME={home.path}".encode()
    try:
        if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            return pid != os.getpid()
        return str(home.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def running(home: Home, process: str) -> int | None:
    """The pid of a process of this home that is alive and ours, or None."""
    pid = read_pid(home, process)
    return pid if pid is not None and alive(pid) and is_ours(home, pid) else None


def working_in(folder: Path) -> Iterator[int]:
    """Processes whose current folder this is: PostgreSQL's own, also those whose parent was killed."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder and alive(int(entry.name)):
                    yield int(entry.name)
            except OSError:
                continue


def end_leftovers(home: Home, *, patience: float = 15.0) -> list[str]:
    """Ends what pid files name and is ours, services before servers; returns the names of what was still running."""
    ended: list[str] = []
    for group in STOP_ORDER:
        left = {process: pid for process in group if (pid := running(home, process)) is not None}
        for process, pid in left.items():
            send(pid, signal.SIGINT if process == "postgres" else signal.SIGTERM)
        for pid in left.values():
            end(pid, patience=patience)
        for process in group:
            forget_pid(home, process)
        ended += left
    return ended


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def end(pid: int, *, patience: float) -> None:
    """Waits for a process that was asked to end, then kills it."""
    if not wait_gone([pid], patience):
        send(pid, signal.SIGKILL)
        wait_gone([pid], 5)


def wait_gone(pids: Sequence[int], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> tuple[int, str] | None:
    """Pid and command of the process that listens on the port, when this user may see it."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    if not sockets:
        return None
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(fd) in sockets for fd in (entry / "fd").iterdir()):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
                return int(entry.name), command[:120]
        except OSError:
            continue
    return None
