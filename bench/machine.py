"""What the machine was and how busy, beside every figure: a figure without it means little."""

import os
import platform
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo


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


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, user and system: says what work costs also on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
