"""The contract at ``/openapi.json``: what FastAPI finds, with our problems, tokens and idempotency key written in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.web.problems import PROBLEM_JSON
from shared.web.sites import under

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details; the last part of `type` names the rule that was broken.",
    "required": ["type", "title", "status", "detail", "correlation_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:keur:problem:no-mentor-free"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "correlation_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "allowed": {"type": "string"},
                },
            },
        },
    },
}
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again does nothing and gets the first answer with status 200.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` give the whole contract."""

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app)
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]


def _completed(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "session": {"type": "apiKey", "in": "cookie", "name": "keur_session"},
    }
    for path, operations in made.get("paths", {}).items():
        for method, operation in operations.items():
            _complete(operation, method, public=under(path, app.state.public))
    return made


def _complete(operation: dict[str, Any], method: str, *, public: bool) -> None:
    operation["security"] = [] if public else [{"token": []}, {"session": []}]
    responses = operation["responses"]
    problem = {"content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    responses.pop("422", None)
    responses["4XX"] = {"description": "What is wrong with the request.", **problem}
    responses["503"] = {
        "description": "The database cannot be reached now.",
        "headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
        **problem,
    }
    if method == "post":
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        if "201" in responses:
            responses["200"] = {**responses["201"], "description": "The same request came before."}
