"""The description of the API (OpenAPI 3.1), complete with what every operation may refuse."""

from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from . import problems
from .problems import Kind

ABOUT = (
    "The same acts as the pages, for programs. Times are UTC (RFC 3339). A refusal is a problem (RFC 9457) whose "
    "`type` never changes its meaning. An act on a task or handoff needs `If-Match` with the ETag that was read; "
    "a POST with an `Idempotency-Key` may be repeated without harm."
)
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [problems.TYPES + kind.name for kind in problems.KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "log_id": {"type": "string", "description": "Where the log has more, for failures of the system."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def describe(app: FastAPI) -> None:
    """Let the application describe itself with its problems."""
    app.openapi = partial(_described, app)  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, summary=app.summary, description=ABOUT, routes=app.routes
        )
        schemas = found["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                operation["responses"] |= _refusals(path, method, operation)
        app.openapi_schema = found
    return app.openapi_schema


def _refusals(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The problems an operation may answer with, from what it takes."""
    kinds = [*_of_parts(path, operation), problems.UNEXPECTED, problems.UNAVAILABLE, problems.SIGNED_OUT]
    if method != "get":
        kinds += [problems.TOO_LARGE, problems.NOT_JSON, problems.MALFORMED]
    if path == "/tokens":
        return _responses([*kinds, problems.TOO_MANY])
    return _responses([*kinds, problems.NOT_ALLOWED])


def _of_parts(path: str, operation: dict[str, Any]) -> list[Kind]:
    kinds: list[Kind] = []
    headers = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"}
    if "{" in path or path.startswith(("/audit", "/clock")):
        kinds.append(problems.NOT_FOUND)
    if "Idempotency-Key" in headers:
        kinds += [problems.CONFLICT, problems.FAULT]
    if "If-Match" in headers:
        kinds += [problems.STALE, problems.NO_REVISION]
    if "requestBody" in operation or operation.get("parameters"):
        kinds.append(problems.INVALID)
    return kinds


def _responses(kinds: list[Kind]) -> dict[str, Any]:
    described: dict[str, Any] = {}
    for kind in sorted(kinds, key=lambda kind: kind.status):
        status = str(kind.status)
        before = described.get(status, {}).get("description")
        described[status] = {
            "description": f"{before}, or: {kind.title}" if before else kind.title,
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return described
