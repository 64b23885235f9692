"""Reading requests strictly: JSON and nothing else, and no body where none is asked for."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

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

        async def strictly(request: Request) -> Response:
            read = StrictRequest(request.scope, request.receive)
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
