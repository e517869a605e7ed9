"""``python -m deploy.docker.passwords FOLDER``: the administrators' passwords of broker and database, made once.

They are read by the servers and by the bootstrap; the services never mount the folder. Servers run as other users than
we do, so the files can be read by everyone who mounts the folder.
"""

import secrets
import sys
from pathlib import Path


def main(folder: Path) -> None:
    _once(folder / "postgres.password", secrets.token_urlsafe(24))
    _once(folder / "rabbitmq.password", secrets.token_urlsafe(24))
    password = (folder / "rabbitmq.password").read_text("ascii")
    (folder / "rabbitmq").mkdir(exist_ok=True, mode=0o755)
    _once(folder / "rabbitmq" / "keur.conf", f"default_user = admin\ndefault_pass = {password}\n")


def _once(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, "ascii")
        path.chmod(0o444)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
