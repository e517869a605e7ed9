"""What the environment says is looked at before anything is started: a process that keeps ending tells nobody why."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from deploy.local.home import WrongSetting
from deploy.local.words import _
from shared.bus.crashpoints import POINTS
from shared.settings import SERVICES, broker_nodes

CHOICES = {
    "KEUR_ENV": ("development", "production"),
    "KEUR_MAIL_MODE": ("capture", "allowlist", "live"),
}
SCHEMES = {
    "AMQP_URL": ("amqp", "amqps"),
    "DATABASE_URL": ("postgresql", "postgres"),
    "SMTP_URL": ("smtp", "smtps"),
}
FOR_TESTS = ("KEUR_CLOCK", "KEUR_CRASH_AT")


def check_settings(environ: Mapping[str, str]) -> None:
    """Raises WrongSetting that names the variable and what it may hold; passwords in addresses are not repeated."""
    for name, choices in CHOICES.items():
        given = environ.get(name, "")
        if given and given not in choices:
            raise WrongSetting(_("{name}={value!r}: kies {allowed}").format(
                name=name, value=given, allowed=", ".join(choices)
            ))  # fmt: skip
    for name in FOR_TESTS:
        if environ.get(name) and environ.get("KEUR_ENV") == "production":
            raise WrongSetting(_("{name} is alleen voor tests, niet bij KEUR_ENV=production").format(name=name))
    clock = environ.get("KEUR_CLOCK", "")
    if clock and not (clock.startswith("file:") and clock[5:]):
        raise WrongSetting(_("KEUR_CLOCK={value!r}: geef file:PAD").format(value=clock))
    point, _sep, nth = environ.get("KEUR_CRASH_AT", "").partition(":")
    if point and (point not in POINTS or (nth and not (nth.isdecimal() and int(nth) > 0))):
        raise WrongSetting(_("KEUR_CRASH_AT={value!r}: geef punt[:n]; de punten toont: keur crashpoints").format(
            value=environ["KEUR_CRASH_AT"]
        ))  # fmt: skip
    for kind, schemes in SCHEMES.items():
        for name in (f"KEUR_{kind}", *(f"KEUR_{service.upper()}_{kind}" for service in SERVICES)):
            if given := environ.get(name, ""):
                _check_address(name, given, schemes)


def _check_address(name: str, given: str, schemes: tuple[str, ...]) -> None:
    try:
        nodes = [urlsplit(node) for node in broker_nodes(given)]
        good = bool(nodes) and all(
            node.scheme in schemes and (node.hostname or "host=" in node.query) and node.port != 0 for node in nodes
        )
    except ValueError:
        good = False
    if not good:
        raise WrongSetting(_("{name} is geen adres zoals {scheme}://server:poort").format(name=name, scheme=schemes[0]))
