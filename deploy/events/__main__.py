"""``python -m deploy.events``: writes docs/events from the code. ``--check``: says whether they are in step."""

import argparse
import json
import sys
from pathlib import Path

from deploy.events import asyncapi, table
from deploy.events.schemas import not_additive, schema_of
from deploy.events.who import ROOT
from shared.events import ALL

FOLDER = ROOT / "docs" / "events"


def files() -> dict[str, str]:
    """What docs/events must hold, by file name."""
    made = {f"{kind}.json": json.dumps(schema_of(event), indent=2) + "\n" for kind, event in sorted(ALL.items())}
    return made | {"asyncapi.yaml": asyncapi.document(), "README.md": table.page()}


def out_of_step(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Names of files that are missing, not as they should be, or left over."""
    there = {path.name: path.read_text("utf-8") for path in folder.iterdir()} if folder.is_dir() else {}
    return sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))


def broken_promises(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Changes of schemas that stand in the folder which would break who relies on them."""
    found = []
    for name in sorted(name for name in wanted if name.endswith(".json") and (folder / name).is_file()):
        old = json.loads((folder / name).read_text("utf-8"))
        found += [f"{name}: {what}" for what in not_additive(old, json.loads(wanted[name]))]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.events", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 when files are out of step")
    given = parser.parse_args()
    wanted = files()
    if broken := broken_promises(FOLDER, wanted):
        print("\n".join(broken), file=sys.stderr)
        print("Others rely on these: leave the event as it was, and tell the new one as a new major.", file=sys.stderr)
        return 1
    stale = out_of_step(FOLDER, wanted)
    if given.check:
        if stale:
            print(f"docs/events is out of step ({', '.join(stale)}): run `python -m deploy.events`", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], "utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"docs/events: {len(wanted)} files, {len(stale)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
