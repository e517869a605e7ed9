"""``python -m deploy.docker.start enrollment``: starts a service with its own addresses and passwords, no others."""

import os
import sys

from deploy.local.home import Home
from shared.settings import SERVICES


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in SERVICES:
        raise SystemExit(f"python -m deploy.docker.start SERVICE [all|web|worker]; services: {', '.join(SERVICES)}")
    environment = Home.from_env().service_environment(sys.argv[1])
    command = [sys.executable, "-m", f"services.{sys.argv[1]}", *sys.argv[2:]]
    os.execve(sys.executable, command, environment)  # noqa: S606 - a list of our own, no shell


if __name__ == "__main__":
    main()
