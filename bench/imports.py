"""How long an import of many logbook rows takes on a running home, and again when nothing is new."""

import csv
import io
import time
from typing import Any

from bench import machine
from bench.home import Office

COLUMNS = ("entry_id", "trainee_id", "week", "place", "target", "level", "hours", "mentor_minutes")


async def measure(*, rows: int) -> list[dict[str, Any]]:
    """``rows`` entries of 100 trainees. Memory is the resident memory of enrollment after the import, in MB."""
    office = Office.of_running_home()
    await office.publish_scheme()
    trainees = await office.enrol(100)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number in range(rows):
        week = 1 + number // len(trainees) // 2 % 52
        place = ("company", "school")[number // len(trainees) % 2]
        trainee = trainees[number % len(trainees)]
        writer.writerow((f"{office.prefix}L{number}", trainee, f"2025-W{week:02d}", place, "T01", "assist", 6, 90))
    content = text.getvalue().encode()
    pid = int((office.home.run / "enrollment.pid").read_text("ascii").split()[0])
    found = []
    for what, key in ((f"{rows:,} logbook rows, all new", "new"), ("the same file again", "unchanged")):
        before, began, cpu = machine.ticks(), time.perf_counter(), machine.cpu_seconds(pid)
        answer = await office.import_file("enrollment", "logbook", content)
        seconds = time.perf_counter() - began
        found.append(
            {
                "what": what,
                "seconds": round(seconds, 2),
                "rows_per_s": round(answer[key] / seconds),
                "enrollment_cpu_s": round(machine.cpu_seconds(pid) - cpu, 2),
                "taken": answer[key],
                "memory_mb": machine.memory_mb(pid),
                "machine_busy": machine.busy_share(before, machine.ticks()),
            }
        )
    return found
