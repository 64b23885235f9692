"""Reading requests strictly: JSON and nothing else, no body where none is asked for, no parameter nobody reads."""

from collections.abc import Callable, Collection, Coroutine
from inspect import isclass
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from .problems import MALFORMED, NOT_JSON, Problem

ReadOnly = ("GET", "HEAD")


class StrictRequest(Request):
    """A request whose body is RFC 8259 JSON: no NaN, no infinite numbers, no half characters, no deep nesting."""

    async def json(self) -> Any:
        """The body, read."""
        return orjson.loads(await self.body())


class StrictRoute(APIRoute):
    """A route that refuses what is not JSON before anything else looks at the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler behind the reading."""
        handle = super().get_route_handler()
        wanted = self.body_field is not None
        known = _parameters(self.dependant)

        async def strictly(request: Request) -> Response:
            read = StrictRequest(request.scope, request.receive)
            _check_parameters(read.query_params.keys() - known, known)
            if request.method not in ReadOnly:
                read.state.body = await read.body()
                _check(request.headers.get("content-type", ""), read.state.body, wanted)
            return await handle(read)

        return strictly


def _check(content_type: str, body: bytes, wanted: bool) -> None:
    if not body:
        return
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(NOT_JSON, "Send the body as JSON, with Content-Type: application/json.")
    if not wanted and body.strip() != b"{}":
        raise Problem(MALFORMED, "This act takes no body. Send none.")


def _parameters(dependant: Dependant) -> frozenset[str]:
    """The parameters of the address that a route and what it depends on read."""
    found: set[str] = set()
    for field in dependant.query_params:
        kind = field.field_info.annotation
        found |= kind.model_fields.keys() if isclass(kind) and issubclass(kind, BaseModel) else {field.alias}
    return frozenset(found).union(*(_parameters(other) for other in dependant.dependencies))


def _check_parameters(strange: Collection[str], known: Collection[str]) -> None:
    """A misspelt filter must not look like a list with nothing left out."""
    if strange:
        told = f"There is no such parameter. Known: {', '.join(sorted(known)) or 'none'}"
        raise RequestValidationError([{"loc": ("query", name), "msg": told, "type": "extra"} for name in strange])
