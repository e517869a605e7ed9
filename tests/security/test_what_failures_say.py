"""A failure is written down without the data that it is about: in the log and at the operators' desk."""

import io
import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from shared import telemetry
from shared.bus.retry import again_or_parked
from shared.errors import said
from tests.servers import Servers

CANARY = "Kanarie Zeldzaam"


class Form(BaseModel):
    age: int


@pytest.fixture
async def refusals(servers: Servers) -> list[Exception]:
    """What PostgreSQL, asyncpg and pydantic say of a name that they do not take."""
    connection = await asyncpg.connect(await servers.database(None, []))
    await connection.execute("create table person (name text primary key, age int check (age > 0), short varchar(5))")
    await connection.execute("insert into person (name) values ($1)", CANARY)
    found: list[Exception] = []
    for sql, value in (
        ("insert into person (name) values ($1)", CANARY),
        ("insert into person (name, age) values ($1, -1)", CANARY + "2"),
        ("insert into person (name, short) values ('x', $1)", CANARY),
        ("insert into person (name, age) values ('x', $1)", CANARY),
        ("insert into person (name, age) values ('x', ($1::text)::int)", CANARY),
        ("insert into person (name) values ($1)", CANARY + "\x00"),
    ):
        try:
            await connection.execute(sql, value)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            found.append(error)
    await connection.close()
    try:
        Form.model_validate({"age": CANARY})
    except ValidationError as error:
        found.append(error)
    assert len(found) == 7
    return found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as a service in production writes it."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    telemetry.set_up_logging("test", production=True)
    root.handlers[0].setStream(written)  # type: ignore[attr-defined]
    yield written
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def test_failures_quote_the_data_and_what_is_said_of_them_does_not(refusals: list[Exception]) -> None:
    assert sum(CANARY in str(error) for error in refusals) >= 4
    for error in refusals:
        assert said(error)
        assert CANARY not in said(error)


async def test_a_logged_failure_and_its_traceback_hold_no_data(refusals: list[Exception], log: io.StringIO) -> None:
    own = structlog.stdlib.get_logger("keur")
    for error in refusals:
        own.warning("refused", error=error)
        try:
            try:
                raise error
            except Exception as first:
                raise RuntimeError("the loop ended") from first
        except RuntimeError:
            own.exception("loop failed")
            logging.getLogger("some.library").exception("failed")

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len(lines) == 3 * len(refusals)
    assert all("test_what_failures_say" in line["exception"] for line in lines if "exception" in line)
    assert "UniqueViolationError" in log.getvalue()
    assert CANARY not in log.getvalue()


async def test_a_parked_message_says_why_without_the_data(refusals: list[Exception]) -> None:
    from shared.bus.frames import Delivered
    from tests.bus.node import passed

    from .test_forged_tellers import properties

    header = properties(passed(1), "keur_certification").marshal()
    original = Delivered(b"\x00" * 12, b"\x00" * 12 + header, b"{}")
    for error in refusals:
        _, copy = again_or_parked(
            original, error, service="certification", handler="h", attempt=9, sealed=False, user=None
        )
        assert CANARY not in str(copy.properties)
