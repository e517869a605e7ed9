"""The AsyncAPI 3 document: FastStream's, of what each service hears and tells, with our envelope on every message."""

import io
from typing import Any

from faststream.rabbit import ExchangeType, RabbitExchange
from faststream.specification import AsyncAPI
from ruamel.yaml import YAML

from deploy.events import who
from deploy.events.schemas import meaning
from shared.bus import broker, topology
from shared.bus.sealing import CONTENT_TYPE as SEALED
from shared.bus.wire import JSON, PREFIX
from shared.events import ALL, Envelope
from shared.settings import SERVICES

_SAYS = """
Events of Keur on RabbitMQ. Each is a CloudEvents 1.0 message in binary mode: the attributes are headers named
`cloudEvents:…`, the body is the data. The type is the routing key. Events of `keur.private` carry personal data; their
bodies are sealed (AES-256-GCM) and only enrollment, certification and notifications hold the key.
"""


def document() -> str:
    """The document as YAML, the same for the same code."""
    tellers = who.tellers()
    brokers = []
    for service in SERVICES:
        made = broker.build(who.subscriptions(service), url="amqp://localhost:5672/")
        for kind, by in tellers.items():
            if service in by:
                event = ALL[kind]
                made.publisher(
                    exchange=RabbitExchange(
                        topology.PRIVATE if event.PRIVATE else topology.EVENTS, type=ExchangeType.TOPIC, declare=False
                    ),
                    routing_key=kind,
                    persist=True,
                    schema=event,
                    title=f"{service} tells {kind}",
                    description=meaning(event),
                )
        brokers.append(made)
    specification = AsyncAPI(*brokers, title="Keur", version="1", description=" ".join(_SAYS.split()))
    found: dict[str, Any] = specification.to_specification().to_jsonable()
    found["servers"] = {"broker": next(iter(found["servers"].values()))}
    for channel in found["channels"].values():
        channel["servers"] = [{"$ref": "#/servers/broker"}]
    found["channels"] = dict(sorted(found["channels"].items()))
    found["operations"] = dict(sorted(found["operations"].items()))
    components = found["components"]
    components["schemas"] = dict(sorted((components["schemas"] | _envelope()).items()))
    components["messages"] = dict(sorted(components["messages"].items()))
    for name, message in components["messages"].items():
        subject = ALL.get(name.split(" ")[-1].partition(":")[0])
        message["headers"] = {"$ref": "#/components/schemas/CloudEventsHeaders"}
        message["contentType"] = SEALED if subject is not None and subject.PRIVATE else JSON
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.dump(found, text)
    return f"# Made by `python -m deploy.events`; do not edit.\n{text.getvalue()}"


def _envelope() -> dict[str, Any]:
    given = Envelope.model_json_schema()
    return {
        "CloudEventsHeaders": {
            "type": "object",
            "description": "The CloudEvents attributes of an event, all as text.",
            "properties": {
                f"{PREFIX}specversion": {"type": "string", "const": "1.0"},
                **{
                    f"{PREFIX}{name}": {"type": "string"} | ({"format": "date-time"} if name == "time" else {})
                    for name in Envelope.model_fields
                },
            },
            "required": [f"{PREFIX}{name}" for name in ("specversion", *given["required"])],
        }
    }
