"""Worker processes for what takes tens of milliseconds of arithmetic: setting and signing paper.

In a thread of the service it would hold up everybody else's answer. Workers are started when they are first needed and
end with the process that started them, however it ends: their pipe closes.
"""

import asyncio
import os
import queue
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from .worker import read_frame, write_frame

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
MOST = max(1, min(2, (os.cpu_count() or 1)))


class WorkerLost(RuntimeError):
    """A worker ended in the middle of its work, twice."""


class Workers:
    """At most ``most`` processes; who asks when all are busy waits."""

    def __init__(self, most: int = MOST) -> None:
        self._idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(most):
            self._idle.put(None)
        self.most = most

    async def run(self, job: Callable[P, T], *arguments: P.args, **_none: P.kwargs) -> T:
        """``job`` is one of ``worker.JOBS``; raises what it raises."""
        return await asyncio.to_thread(self.run_now, job, *arguments)

    def run_now(self, job: Callable[..., T], *arguments: Any) -> T:
        """As ``run``, holding up the thread that asks."""
        for _ in range(2):
            worker = self._idle.get() or self._start()
            try:
                done, result = self._ask(worker, (job.__name__, arguments))
            except (OSError, EOFError):
                self._end(worker)
                self._idle.put(None)
                continue
            except BaseException:
                self._end(worker)  # half of an answer may stand in its pipe
                self._idle.put(None)
                raise
            self._idle.put(worker)
            if done:
                return result  # type: ignore[no-any-return]
            raise result
        raise WorkerLost(job.__name__)

    def close(self) -> None:
        """Ends those that are idle."""
        for _ in range(self._idle.qsize()):
            if worker := self._idle.get():
                self._end(worker)
            self._idle.put(None)

    @staticmethod
    def _ask(worker: subprocess.Popen[bytes], request: Any) -> tuple[bool, Any]:
        if worker.stdin is None or worker.stdout is None:
            raise EOFError
        write_frame(worker.stdin, request)  # type: ignore[arg-type]
        answer: tuple[bool, Any] = read_frame(worker.stdout)  # type: ignore[arg-type]
        return answer

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        command = [sys.executable, "-m", "services.certification.worker"]
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, cwd=ROOT
        )

    @staticmethod
    def _end(worker: subprocess.Popen[bytes]) -> None:
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass
        worker.terminate()
        worker.wait()


WORKERS = Workers()
"""Those of this process."""
