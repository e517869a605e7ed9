"""From the decision to withdraw until register and status list say so, and until the other services have heard of it by
the bus; on a running home. Takes certificates of made-up people that ``bench certificate`` issued."""

import asyncio
import time
from typing import Any

import asyncpg
import httpx

from bench.home import Office, Refused
from bench.reference.contest import percentile
from services.certification.credential.status_list import is_set

PACE = 5.0
"""Withdrawals a second, of which each is looked for before the next: whoever measures is not what is measured."""
PATIENCE = 30.0
"""Seconds; the aim is 5."""
LISTENERS = ("enrollment", "notifications", "ops")
_VALID = """
select c.number, c.check_code, e.list, e.place from certificate c
join certificate_status s using (number) join status_entry e using (number, version)
where s.state = 'valid' and c.trainee_id ~ '^B[0-9A-F]{8}T[0-9]+$' order by c.issued_at desc limit $1
"""
_WRITTEN = """
select id::text, written_at from outbox where type = 'certification.certificate-withdrawn.v1' and position > $1
"""
_HANDLED = "select message_id, handled_at from inbox where message_id = any($1::text[])"


async def measure(*, count: int) -> list[dict[str, Any]]:
    """Rows for a report. Raises Refused when there are too few certificates to withdraw."""
    office = Office.of_running_home()
    register = await asyncpg.connect(office.home.database_url("certification"))
    chosen = await register.fetch(_VALID, count)
    if len(chosen) < count:
        raise Refused(
            f"{len(chosen)} certificates of made-up people are valid: `python -m bench certificate` makes more"
        )
    last = await register.fetchval("select coalesce(max(position), 0) from outbox")
    answered, shown, listed = [], [], []
    async with office.client("certification") as http:
        for row in chosen:
            began = time.perf_counter()
            await _withdraw(http, row["number"])
            answered.append(time.perf_counter() - began)
            of_register, of_list = await asyncio.gather(_register_says(http, row), _list_says(http, row))
            shown.append(of_register - began)
            listed.append(of_list - began)
            await asyncio.sleep(max(0.0, began + 1 / PACE - time.perf_counter()))
    rows = [
        _row("withdrawal asked → answered", answered),
        _row("  → the register says so (JSON)", shown),
        _row("  → the status list says so", listed),
    ]
    written = {row["id"]: row["written_at"] for row in await register.fetch(_WRITTEN, last)}
    await register.close()
    return rows + [_row(f"  → {one} has heard of it", await _heard(office, one, written)) for one in LISTENERS]


async def _withdraw(http: httpx.AsyncClient, number: str) -> None:
    answer = await http.post(
        f"/certification/api/certificates/{number}/withdraw",
        json={"reason": "measured", "reason_code": "other"},
        headers={"Idempotency-Key": f"bench-{number}"},
    )
    if answer.status_code != 201:
        raise Refused(f"{number}: {answer.status_code} {answer.text[:300]}")


async def _register_says(http: httpx.AsyncClient, row: Any) -> float:
    path = f"/certification/register/{row['number']}"
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await http.get(path, params={"code": row["check_code"]}, headers={"Accept": "application/json"})
            if answer.json().get("status") == "withdrawn":
                return time.perf_counter()


async def _list_says(http: httpx.AsyncClient, row: Any) -> float:
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await http.get(f"/certification/status/{row['list']}")
            if is_set(answer.json()["credentialSubject"]["encodedList"], row["place"]):
                return time.perf_counter()


async def _heard(office: Office, service: str, written: dict[str, Any]) -> list[float]:
    """Seconds from the transaction that withdrew to that of the listener, by the clock of the machine."""
    own = await asyncpg.connect(office.home.database_url(service))
    try:
        async with asyncio.timeout(PATIENCE):
            while len(rows := await own.fetch(_HANDLED, list(written))) < len(written):
                await asyncio.sleep(0.2)
    finally:
        await own.close()
    return [(row["handled_at"] - written[row["message_id"]]).total_seconds() for row in rows]


def _row(what: str, seconds: list[float]) -> dict[str, Any]:
    waits = [1000 * one for one in seconds]
    return {
        "what": what,
        "pieces": len(waits),
        "p50_ms": round(percentile(waits, 0.5), 1),
        "p99_ms": round(percentile(waits, 0.99), 1),
        "max_ms": round(max(waits), 1),
    }
