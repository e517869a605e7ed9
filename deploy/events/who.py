"""Who tells each event and who listens to it, read from the code of the services."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from shared.bus.subscriptions import Subscriptions
from shared.events import ALL, Event
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]

NOBODY_LISTENS_YET: dict[str, str] = {
    "certification.signing-key-replaced.v1": "the desk shows every change of keys; the journal keeps when it was",
    "certification.register-verified.v1": "the journal's proof that the check was made on that day",
    "certification.register-verification-failed.v1": "operators see it in the journal and by the alarm on"
    " keur_register_violations; what is wrong is looked up with keur verify",
    "certification.candidate-not-yet-eligible.v1": "the journal's answer to: why is there no certificate yet",
    "certification.examiner-conflict-detected.v1": "deciders see it on their desk; the journal keeps its moment",
    "certification.exam-result-recorded.v1": "the journal's trace of every entry; results act by their"
    " exam-passed or exam-failed",
    "enrollment.application-accepted.v1": "applications are handled inside enrollment; the journal counts them",
    "enrollment.application-received.v1": "applications are handled inside enrollment; the journal counts them",
    "enrollment.application-rejected.v1": "applications are handled inside enrollment; the journal counts them",
    "enrollment.company-accreditation-granted.v1": "accreditation is handled inside enrollment; the journal keeps it",
    "enrollment.company-accreditation-withdrawn.v1": "the office calls the company; the journal keeps that it was told",
    "enrollment.company-equipment-changed.v1": "coverage is worked out in the transaction of the"
    " change itself; the journal keeps that it was made",
    "certification.scheme-version-retired.v1": "the journal's end of a version; enrolments follow valid_from",
    "enrollment.company-registered.v1": "the journal's trace of the member companies",
    "enrollment.complaint-acknowledged.v1": "complaints are handled inside enrollment; the journal counts them",
    "enrollment.complaint-appealed.v1": "complaints are handled inside enrollment; the journal counts them",
    "enrollment.complaint-put-on-agenda.v1": "complaints are handled inside enrollment; the journal counts them",
    "enrollment.complaint-resolved.v1": "complaints are handled inside enrollment; the journal counts them",
    "enrollment.complaint-received.v1": "complaints are handled inside enrollment; the journal counts them",
    "enrollment.mentor-accepted.v1": "mentors are handled inside enrollment; the journal keeps each yes",
    "enrollment.mentor-approved.v1": "mentors are handled inside enrollment; the journal keeps each approval",
    "enrollment.mentor-nominated.v1": "the mentor's mail goes with the link; the journal keeps that it was asked",
    "enrollment.visit-completed.v1": "visits are handled inside enrollment; the journal counts them",
    "enrollment.evaluation-talk-held.v1": "talks are handled inside enrollment; the journal counts them",
    "enrollment.visit-moved.v1": "visits are handled inside enrollment; the journal keeps that one was moved",
    "enrollment.visit-waived.v1": "visits are handled inside enrollment; the journal keeps that one was waived",
    "enrollment.visit-planned.v1": "visits are handled inside enrollment; the journal counts them",
    "enrollment.action-done.v1": "actions are handled inside enrollment; the journal keeps that it was done",
    "ops.message-discarded.v1": "the journal's record of what an operator decided",
    "ops.message-parked.v1": "alarms are raised from metrics and the desk; the journal keeps when it happened",
    "ops.message-redriven.v1": "the journal's record of what an operator decided",
}
"""Events that only the journal of ops hears, each with the reason why it is told all the same."""

NOBODY_TELLS_YET: dict[str, str] = {}
"""Contracts that stand before their first teller, each with the reason."""


def subscriptions(service: str) -> Subscriptions:
    """What a service's ``handlers.py`` registers."""
    on = import_module(f"services.{service}.handlers").on
    if not isinstance(on, Subscriptions):
        raise TypeError(f"services/{service}/handlers.py: `on` is not a Subscriptions")
    return on


@cache
def listeners() -> dict[str, dict[str, list[str]]]:
    """By event type: the services that handle it, with the names of their handlers; the journal is not counted."""
    found: dict[str, dict[str, list[str]]] = {kind: {} for kind in sorted(ALL)}
    for service in SERVICES:
        for kind, handlers in subscriptions(service).handlers.items():
            found[kind][service] = [handler.name for handler in handlers]
    return found


def keepers() -> list[str]:
    """The services that take every public event as it comes."""
    return [service for service in SERVICES if "#" in subscriptions(service).patterns]


@cache
def tellers() -> dict[str, list[str]]:
    """By event type: the services whose code makes it. A type may only be made by the service it is named after."""
    found: dict[str, list[str]] = {kind: [] for kind in sorted(ALL)}
    by_class = {event.__name__: event for event in ALL.values()}
    for service in SERVICES:
        made = {
            name
            for file in sorted((ROOT / "services" / service).rglob("*.py"))
            for name in _made(ast.parse(file.read_text("utf-8")))
        }
        for name in sorted(made & set(by_class)):
            event: type[Event] = by_class[name]
            if event.TYPE.startswith(f"{service}."):
                found[event.TYPE].append(service)
    return found


def _made(tree: ast.Module) -> Iterator[str]:
    """Names used as values: not imported, not in an annotation, not what a handler is registered for."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            around: list[ast.AST] = [*node.decorator_list]
            around += [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg) and a.annotation is not None]
            around += [node.returns] if node.returns is not None else []
            for part in around:
                skipped.update(ast.walk(part))
        elif isinstance(node, ast.AnnAssign):
            skipped.update(ast.walk(node.annotation))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in skipped:
            yield node.id
        elif isinstance(node, ast.Attribute) and node not in skipped:
            yield node.attr
