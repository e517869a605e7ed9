"""docs/events/README.md: every event on one page."""

from deploy.events import who
from deploy.events.schemas import meaning
from shared.bus import topology
from shared.events import ALL

_HEAD = """\
<!-- Made by `python -m deploy.events`; do not edit. -->
# Events

What the services tell each other. A type is `<service>.<subject>-<fact>.v<major>`; it is the routing key as well.
Fields are only added, each with a default; another meaning is a new major version beside the old one. `*.json` holds
the JSON Schema of each body, `asyncapi.yaml` all of it as an AsyncAPI 3 document.

On the wire an event is a CloudEvents 1.0 message in binary mode: `cloudEvents:id`, `type`, `source`, `time`, `subject`,
`correlationid`, `causationid`, `sequence` (rises by one per subject), `scheme` and `traceparent` are headers, the body
is JSON. Private events go over `{private}`, their bodies sealed; all others over `{events}`, without personal data.
{keepers} keeps every public event in its journal; that is not said again below.

| event | told by | heard by | what happened | private |
|---|---|---|---|---|
"""


def page() -> str:
    """The page, the same for the same code."""
    tellers, listeners = who.tellers(), who.listeners()
    text = _HEAD.format(
        private=topology.PRIVATE, events=topology.EVENTS, keepers=" and ".join(who.keepers()) or "Nobody"
    )
    for kind, event in sorted(ALL.items()):
        told = ", ".join(tellers[kind]) or f"nobody yet: {who.NOBODY_TELLS_YET.get(kind, '?')}"
        heard = "; ".join(f"{service} ({', '.join(names)})" for service, names in listeners[kind].items())
        heard = heard or f"nobody yet: {who.NOBODY_LISTENS_YET.get(kind, '?')}"
        row = (f"[{kind}]({kind}.json)", told, heard, meaning(event), "yes" if event.PRIVATE else "")
        text += f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n"
    return text
