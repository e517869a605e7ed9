"""An office that works on while everything breaks: it enrols, enters results, sends files, and remembers each answer.

A request without an answer is in doubt: it is sent again with the same Idempotency-Key until there is one.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from .school import School, as_csv
from .system import System

WORKERS = 8


@dataclass
class Request:
    """One thing that the office wants done. ``faults`` are the kinds at work while it was asked."""

    kind: str
    service: str
    rows: list[dict[str, Any]]
    key: str
    sends: int = 0
    doubts: int = 0
    away: int = 0
    answer: int | None = None
    answered_at: float = 0.0
    faults: set[str] = field(default_factory=set)

    @property
    def accepted(self) -> bool:
        return self.answer in (200, 201)

    @property
    def recovered(self) -> bool:
        """It was in doubt, and became certain."""
        return self.doubts > 0 and self.accepted


@dataclass
class Odd:
    """An answer that no fault excuses."""

    request: Request
    status: int
    body: str


class Load:
    """What is to be asked over ``seconds``; ``done`` is what was answered."""

    def __init__(self, system: System, school: School, seed: int, active: Sequence[Any]) -> None:
        self._system = system
        self._chance = random.Random(seed)
        self._active = active
        self.school = school
        self.requests = self._plan()
        self.odd: list[Odd] = []
        self.files: list[Request] = []
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []

    def _plan(self) -> list[Request]:
        """Half of everything one by one, half in files; results may come before the enrolment they belong to."""
        chance, found = self._chance, []
        trainees = list(self.school.trainees)
        chance.shuffle(trainees)
        half = len(trainees) // 2
        moments: list[tuple[float, Request]] = []
        for number, trainee in enumerate(trainees[:half]):
            at = number / half
            key = trainee["trainee_id"]
            moments.append((at, Request("enrolment", "enrollment", [trainee], f"e-{key}")))
            for row in self.school.results_of(key):
                moments.append(
                    (
                        at + chance.uniform(-0.02, 0.05),
                        Request("result", "certification", [row], f"r-{row['result_id']}"),
                    )
                )
        in_files = trainees[half:]
        for start in range(0, len(in_files), 10):
            some = in_files[start : start + 10]
            at = start / len(in_files)
            rows = [row for trainee in some for row in self.school.results_of(trainee["trainee_id"])]
            chance.shuffle(rows)
            moments.append((at, Request("file of trainees", "enrollment", some, f"ft-{start}")))
            moments.append(
                (at + chance.uniform(0, 0.03), Request("file of results", "certification", rows, f"fr-{start}"))
            )
        moments.sort(key=lambda pair: pair[0])
        found += [request for _, request in moments]
        return found

    async def run(self, seconds: float) -> None:
        """All requests, spread over the time; what is late is asked as soon as somebody is free."""
        began = time.monotonic()
        waiting: asyncio.Queue[Request | None] = asyncio.Queue()

        async def work() -> None:
            while (request := await waiting.get()) is not None:
                await self.until_answered(request)

        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(work())
            for number, request in enumerate(self.requests):
                await asyncio.sleep(max(0.0, began + seconds * number / len(self.requests) - time.monotonic()))
                waiting.put_nowait(request)
            for _ in range(WORKERS):
                waiting.put_nowait(None)

    async def until_answered(self, request: Request, patience: float = 180) -> None:
        began = time.monotonic()
        pause = 0.1
        while request.answer is None:
            await self._ask(request)
            if request.answer is None:
                if time.monotonic() - began > patience:
                    return
                await asyncio.sleep(pause)
                pause = min(1.0, 2 * pause)

    async def _ask(self, request: Request) -> None:
        request.sends += 1
        request.faults |= {fault.kind for fault in self._active}
        asked = time.monotonic()
        try:
            answer = await self._send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self.statuses["not reached"] += 1
            return
        except httpx.HTTPError:
            self.statuses["no answer"] += 1
            request.doubts += 1
            return
        self.latencies.append(time.monotonic() - asked)
        self.statuses[str(answer.status_code)] += 1
        request.faults |= {fault.kind for fault in self._active}
        if answer.status_code == 503:
            request.away += 1
        elif answer.status_code in (200, 201):
            request.answer, request.answered_at = answer.status_code, time.monotonic()
            if "/import/" in str(answer.url):
                self.files.append(request)
        elif answer.status_code == 422:
            request.answer = 422
            self.odd.append(Odd(request, 422, answer.text[:500]))
        else:
            request.doubts += 1
            self.odd.append(Odd(request, answer.status_code, answer.text[:500]))

    async def _send(self, request: Request) -> httpx.Response:
        if request.kind.startswith("file"):
            what = "trainees" if request.service == "enrollment" else "results"
            file = {"file": (f"{request.key}.csv", as_csv(request.rows), "text/csv")}
            return await self._system.ask("POST", request.service, f"/{request.service}/api/import/{what}", files=file)
        path = "/enrollment/api/trainees" if request.kind == "enrolment" else "/certification/api/results"
        return await self._system.ask(
            "POST", request.service, path, content=json.dumps(request.rows[0]),
            headers={"Idempotency-Key": request.key, "Content-Type": "application/json"},
        )  # fmt: skip

    async def duplicate_file(self) -> None:
        """A file that was taken is sent once more; a single request too, under its old key."""
        again = [self._chance.choice(self.files)] if self.files else []
        again += [one for one in self.requests if one.accepted and not one.kind.startswith("file")][-1:]
        for request in again:
            try:
                answer = await self._send(request)
            except httpx.HTTPError:
                continue
            if answer.status_code not in (200, 503):
                self.odd.append(Odd(request, answer.status_code, f"the second time: {answer.text[:300]}"))
            elif answer.status_code == 200 and request.kind.startswith("file"):
                told = answer.json()
                if told["new"] or told["changed"]:
                    self.odd.append(Odd(request, 200, f"the second time: {told}"))

    @property
    def exams(self) -> int:
        return sum(len(r.rows) for r in self.requests if "result" in r.kind and r.accepted)


def accepted_rows(requests: Sequence[Request], *, kind: str) -> dict[str, dict[str, Any]]:
    """Rows of all accepted requests, by their key: what the system promised to keep."""
    key = {"enrollment": "trainee_id", "certification": "result_id"}[kind]
    return {row[key]: row for one in requests if one.accepted and one.service == kind for row in one.rows}
