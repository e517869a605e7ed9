"""What the machine was and how busy, beside every figure: a figure without it means little."""

import os
import platform
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.home import Home


def described() -> dict[str, object]:
    """Processor, cores, Python, the load of the last minute and the moment, for the head of a report."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    return {
        "date": datetime.now(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-%d %H:%M"),
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def busy_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The share of all cores' time that was not idle between two readings of ``ticks``."""
    total = after[1] - before[1]
    return round((after[0] - before[0]) / total, 2) if total else 0.0


def ticks() -> tuple[int, int]:
    """Busy and all processor ticks since the machine started."""
    fields = [int(value) for value in Path("/proc/stat").read_text("utf-8").splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return sum(fields[:8]) - idle, sum(fields[:8])


def memory_mb(pid: int | str = "self", *, peak: bool = False) -> float:
    """Resident memory of a process in MB (10**6 bytes), now or at its peak."""
    name = "VmHWM" if peak else "VmRSS"
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith(name):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    return 0.0


def forget_peak(pid: int) -> None:
    """The peak of a process's memory counts from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, user and system: says what work costs also on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> dict[int, float]:
    """A process with its children and theirs: the processor seconds of each, those of ended children included."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            used[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    found, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        found[one] = used.get(one, 0.0)
        waiting += children.get(one, ())
    return found


def family_seconds(pid: int) -> float:
    """Processor time of a process and of its children and theirs: a server as a whole."""
    return sum(family(pid).values())


def family_mb(pid: int, *, peak: bool = True) -> float:
    """Resident memory of a process and of its children and theirs in MB; pages that they share count each time."""
    total = 0.0
    for one in family(pid):
        try:
            total += memory_mb(one, peak=peak)
        except OSError:
            continue
    return round(total, 1)


def home_seconds(home: Home) -> dict[str, float]:
    """Processor time so far of each process of a running home, by its name."""
    found = {}
    for file in sorted(home.run.glob("*.pid")):
        if file.stem not in ("supervisor", "epmd"):
            found[file.stem] = family_seconds(int(file.read_text("ascii").split()[0]))
    return found


SERVERS = ("postgres", "rabbitmq")


def servers_seconds() -> dict[str, float]:
    """Processor time so far of the database and the broker of the home that runs; nothing when none does."""
    return {name: used for name, used in home_seconds(Home.from_env()).items() if name in SERVERS}


def spent_ms(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, float]:
    """Milliseconds for each of ``count`` between two readings, and their sum."""
    each = {name: round((after[name] - used) / count * 1000, 1) for name, used in before.items() if name in after}
    return {**each, "all": round(sum(each.values()), 1)}
