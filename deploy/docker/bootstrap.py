"""``python -m deploy.docker.bootstrap FOLDER``: the bootstrap with the administrators' passwords of that folder."""

import asyncio
import os
import sys
import time
from pathlib import Path

import aiormq
import asyncpg

from deploy.local.bootstrap import BootstrapFailed, everything
from deploy.local.home import Home

PATIENCE = 120.0
"""Seconds that the servers may take to start."""


async def run(folder: Path) -> None:
    """Waits for the servers, then makes users, databases, permissions and queues; changes nothing that is there."""
    broker = (folder / "rabbitmq.password").read_text("ascii")
    database = (folder / "postgres.password").read_text("ascii")
    os.environ["KEUR_AMQP_URL"] = f"amqp://admin:{broker}@rabbitmq:5672/"
    os.environ["KEUR_MANAGEMENT_URL"] = f"http://admin:{broker}@rabbitmq:15672"
    os.environ["KEUR_DATABASE_URL"] = f"postgresql://postgres:{database}@postgres:5432/postgres"
    home = Home.from_env()
    home.make()
    began = time.monotonic()
    while True:
        try:
            await everything(home)
            return
        except (OSError, BootstrapFailed, asyncpg.PostgresError, aiormq.exceptions.AMQPError) as failure:
            if time.monotonic() - began > PATIENCE:
                sys.exit(f"bootstrap: {type(failure).__name__}: {failure}")
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
