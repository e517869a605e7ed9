"""RabbitMQ as a private node: Debian's package or any other install, run from its own scripts as the current user."""

import os
import shutil
from pathlib import Path

from deploy.local.home import LOOPBACK, Home
from deploy.local.processes import write_atomically
from deploy.local.words import _

APT = "apt-get install -y --no-install-recommends rabbitmq-server"
_QUIET_SCHEDULERS = "+sbwt none +sbwtdcpu none +sbwtdio none"  # idle schedulers spin otherwise and eat a small machine


class RabbitMQMissing(RuntimeError):
    """No RabbitMQ is installed."""


def scripts() -> Path:
    """The folder of RabbitMQ's own scripts; those in the path switch to another user and are of no use here."""
    given = os.environ.get("KEUR_RABBITMQ_SCRIPTS")
    places = [Path(given)] if given else []
    places += sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"), reverse=True)
    places += sorted(Path("/opt").glob("rabbitmq*/sbin"))
    for place in places:
        if (place / "rabbitmq-server").exists():
            return place
    raise RabbitMQMissing(_("RabbitMQ ontbreekt: draai als root  {line}").format(line=APT))


def epmd() -> Path:
    """Erlang's port mapper. Ours runs in the foreground on a private port: left alone, RabbitMQ starts one that
    listens on all interfaces and outlives the broker."""
    found = shutil.which("epmd") or next(iter(sorted(map(str, Path("/usr/lib/erlang").glob("erts-*/bin/epmd")))), None)
    if found is None:
        raise RabbitMQMissing(_("RabbitMQ ontbreekt: draai als root  {line}").format(line=APT))
    return Path(found)


def epmd_command(home: Home) -> list[str]:
    return [str(epmd()), "-port", str(home.port("epmd")), "-address", LOOPBACK]


def environment(home: Home) -> dict[str, str]:
    """Everything that RabbitMQ's scripts would otherwise take from the machine."""
    folder = home.data / "rabbitmq"
    kept = {name: value for name, value in home.environ.items() if not name.startswith(("RABBITMQ_", "ERL_", "KEUR_"))}
    return kept | {
        "KEUR_HOME": str(home.path),
        "KEUR_PROCESS": "rabbitmq",
        "HOME": str(folder),  # the cookie lies here
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(home.port("epmd")),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_CRASH_DUMP": str(home.logs / "rabbitmq-crash.dump"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_NODENAME": "keur@localhost",
        "RABBITMQ_DIST_PORT": str(home.port("erlang")),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "nodes"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_LOG_BASE": str(home.logs),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} {_QUIET_SCHEDULERS}",
        # the script then becomes the server instead of waiting beside it: one pid, and it is the server's
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def configure(home: Home) -> None:
    """Writes the node's configuration; its first user is ours, ``guest`` is never made."""
    folder = home.data / "rabbitmq"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = {
        "listeners.tcp.1": f"{LOOPBACK}:{home.port('rabbitmq')}",
        "management.tcp.ip": LOOPBACK,
        "management.tcp.port": home.port("management"),
        "default_user": "admin",
        "default_pass": home.password("broker", "admin"),
        "default_user_tags.administrator": "true",
        "default_permissions.configure": ".*",
        "default_permissions.read": ".*",
        "default_permissions.write": ".*",
        "heartbeat": 10,
        "log.console": "true",
        "log.console.level": "warning",
        "log.file": "false",
        "disk_free_limit.absolute": "200MB",
        "management.rates_mode": "basic",
        "collect_statistics_interval": 2000,
        "raft.wal_max_size_bytes": 64 * 1024 * 1024,
    }
    write_atomically(folder / "rabbitmq.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
    (folder / "rabbitmq.conf").chmod(0o600)
    write_atomically(folder / "enabled_plugins", "[rabbitmq_management].\n")
    write_atomically(folder / "advanced.config", "[].\n")


def server_command() -> list[str]:
    return [str(scripts() / "rabbitmq-server")]


def installed_version() -> str:
    """As in the folder's name: ``rabbitmq_server-3.10.8``."""
    return scripts().parent.name.rpartition("-")[2]
