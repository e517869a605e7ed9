"""``python -m services.certification.worker``: does arithmetic for the service beside it, and ends when that ends.

Each request and each answer is a frame: 8 bytes of length and a pickle. The other end of the pipe is the process that
started this one, and nobody else.
"""

import os
import pickle
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from services.certification.paper.work import make_paper

JOBS: dict[str, Callable[..., Any]] = {job.__name__: job for job in (make_paper,)}
LENGTH = struct.Struct(">Q")


def read_frame(pipe: BinaryIO) -> Any:
    """The next object; EOFError when the other side is gone."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent or child


def write_frame(pipe: BinaryIO, content: Any) -> None:
    data = pickle.dumps(content)
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()


def main() -> None:
    """Answers ``(True, result)`` or ``(False, exception)`` to each ``(job, arguments)``."""
    taken, given = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the frames
    os.nice(5)  # answers to people go first
    while True:
        try:
            job, arguments = read_frame(taken)
        except (EOFError, KeyboardInterrupt):
            sys.exit(0)
        try:
            answer = (True, JOBS[job](*arguments))
        except Exception as wrong:  # noqa: BLE001 - it is raised again where the answer is awaited
            answer = (False, wrong)
        try:
            write_frame(given, answer)
        except BrokenPipeError:
            sys.exit(0)
        except Exception as wrong:  # noqa: BLE001 - what cannot be pickled is told by its words
            write_frame(given, (False, RuntimeError(f"{type(wrong).__name__}: {wrong}")))


if __name__ == "__main__":
    main()
