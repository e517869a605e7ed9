"""``python -m deploy.docker.bootstrap ADMIN SERVICES``: the bootstrap with the administrators' passwords of the first
folder; each service's keys go to ``<service>/keys`` of the second."""

import asyncio
import os
import sys
import time
from pathlib import Path

import aiormq
import asyncpg

from deploy.docker.key_folders import hand_out, move_signing_keys
from deploy.local.bootstrap import BootstrapFailed, everything
from deploy.local.home import Home

PATIENCE = 120.0
"""Seconds that the servers may take to start."""


async def run(folder: Path, folders: Path) -> None:
    """Waits for the servers, then makes users, databases, permissions and queues; changes nothing that is there."""
    broker = (folder / "rabbitmq.password").read_text("ascii")
    database = (folder / "postgres.password").read_text("ascii")
    os.environ["KEUR_AMQP_URL"] = f"amqp://admin:{broker}@rabbitmq:5672/"
    os.environ["KEUR_MANAGEMENT_URL"] = f"http://admin:{broker}@rabbitmq:15672"
    os.environ["KEUR_DATABASE_URL"] = f"postgresql://postgres:{database}@postgres:5432/postgres"
    home = Home.from_env()
    move_signing_keys(home.path, folders)
    home.make(signing=folders / "certification")
    began = time.monotonic()
    while True:
        try:
            await everything(home)
            hand_out(home.path, folders)
            return
        except (OSError, BootstrapFailed, asyncpg.PostgresError, aiormq.exceptions.AMQPError) as failure:
            if time.monotonic() - began > PATIENCE:
                sys.exit(f"bootstrap: {type(failure).__name__}: {failure}")
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2])))
