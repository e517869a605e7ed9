"""The mistakes that the checker must see, each put into a running service by replacing one function of it."""

import dataclasses
from typing import Any


def restart_at_once() -> None:
    """A process that ends on purpose at once, again and again, is started again without the growing pause."""
    from deploy.local import system

    ours = system.services
    system.services = lambda home: [dataclasses.replace(each, restart_after=(0.0,)) for each in ours(home)]  # type: ignore[assignment]


def plant(name: str) -> None:
    PLANTS[name]()


PLANTS: dict[str, Any] = {}
