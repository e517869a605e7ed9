"""Who takes part, how each is started, and what each does of the job."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.reference.job import INBOX

JOBS = Path(__file__).parent / "jobs"
PROCESSES = 2
ROW = "row, late ack"
WHOLE = "inbox, row, outbox, publish"


@dataclass(frozen=True)
class Peer:
    """``command`` gets the environment's ``bin``; ``queue`` is where it listens; ``does`` is said in the table."""

    does: str
    queue: str
    command: Callable[[Path], list[str]]
    ours: bool = False


def _ours(worker: str) -> Peer:
    return Peer(WHOLE, INBOX, lambda _: [sys.executable, "-m", "bench.peers.ours", worker], ours=True)


ROSTER: dict[str, Peer] = {
    "keur": _ours("keur"),
    "handwritten": _ours("handwritten"),
    "dramatiq": Peer(
        f"{ROW}; {PROCESSES} processes of 8 threads",
        "bench",
        lambda bin: [f"{bin}/dramatiq", "peer_dramatiq", "--processes", str(PROCESSES), "--threads", "8"],
    ),
    "taskiq": Peer(
        f"{ROW}; {PROCESSES} processes, quorum queue",
        "bench",
        lambda bin: [
            f"{bin}/taskiq",
            "worker",
            "peer_taskiq:broker",
            "--workers",
            str(PROCESSES),
            "--ack-type",
            "when_executed",
            "--log-level",
            "ERROR",
        ],
    ),
    "celery": Peer(
        f"{ROW}; prefork of {PROCESSES}",
        "bench",
        lambda bin: [
            f"{bin}/celery",
            "-A",
            "peer_celery",
            "worker",
            "--pool",
            "prefork",
            "--concurrency",
            str(PROCESSES),
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "ERROR",
        ],
    ),
    "nameko": Peer(
        f"{ROW}; one process of 10 green threads",
        "evt-bench-passed--worker.handle",
        lambda bin: [f"{bin}/nameko", "run", "--config", "nameko.yaml", "peer_nameko"],
    ),
}
