"""The peers' own virtual environments: exact versions by hash, made once, kept below ``KEUR_HOME``."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
_OF = {"nameko": "nameko.txt"}


class NotInstalled(Exception):
    """A peer's packages could not be installed; pip's last words are in the message."""


def environment(peer: str, below: Path) -> Path:
    """The ``bin`` folder of the environment that has this peer; the first time it is installed from the registry."""
    wanted = HERE / _OF.get(peer, "requirements.txt")
    content = wanted.read_bytes()
    folder = (
        below / f"{wanted.stem}-{sys.version_info.major}.{sys.version_info.minor}-{sha256(content).hexdigest()[:10]}"
    )
    if not (folder / "complete").exists():
        print(f"  installing {wanted.name} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [
            str(folder / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
        ]
        done = subprocess.run([*pip, str(wanted)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstalled(f"{wanted.name}: {done.stderr.strip()[-1500:]}")
        (folder / "complete").touch()
    return folder / "bin"
