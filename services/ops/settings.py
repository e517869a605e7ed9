"""What ops needs beside the settings that every service has."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from shared.settings import MANAGEMENT_PORT_OFFSET, ServiceSettings


def management_url(settings: ServiceSettings, environ: Mapping[str, str] = os.environ) -> str:
    """RabbitMQ's management API with user and password: KEUR_OPS_MANAGEMENT_URL, KEUR_MANAGEMENT_URL, else derived.

    Derived is ops' own broker user at the broker's host, on the port of the private broker (base + 11).
    """
    given = environ.get("KEUR_OPS_MANAGEMENT_URL") or environ.get("KEUR_MANAGEMENT_URL")
    if given:
        return given.rstrip("/")
    broker = urlsplit(settings.amqp_url)
    user, _, _ = broker.netloc.rpartition("@")
    place = f"{broker.hostname or '127.0.0.1'}:{settings.port_base + MANAGEMENT_PORT_OFFSET}"
    return urlunsplit(("http", f"{user}@{place}" if user else place, "", "", ""))
