"""Every page asks who is there, but for a short public list; and every form of a page leads somewhere."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from engine import web
from engine.web import desk

SIGNED_IN = {desk._read, desk._post, desk._write}


def routes() -> Iterator[APIRoute]:
    """Every route of the pages, however deep it was included."""
    yield from _routes(web.router.routes)


def _routes(found: Any) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        else:
            holder = getattr(route, "original_router", route)  # an included router is kept as one
            yield from _routes(getattr(holder, "routes", None) or [])


def _asks(dependant: Any) -> bool:
    return dependant.call in SIGNED_IN or any(_asks(inner) for inner in dependant.dependencies)


def test_every_page_asks_who_is_there() -> None:
    found = list(routes())
    assert len(found) > 30
    open_to_all = {route.path for route in found if not _asks(route.dependant)}
    assert open_to_all == web.PUBLIC


def test_only_posts_write() -> None:
    for route in routes():
        writes = any(inner.call is desk._write for inner in route.dependant.dependencies)
        assert not writes or route.methods == {"POST"}, route.path


def test_the_application_has_all_of_them(app: FastAPI) -> None:
    assert {route.path for route in routes()} <= {route.path for route in _routes(app.routes)}


def test_routes_are_thin() -> None:
    long = {}
    for route in routes():
        code = route.endpoint.__code__
        lines = len({line for _, _, line in code.co_lines() if line})
        if lines > 15:
            long[f"{route.endpoint.__module__}.{route.endpoint.__name__}"] = lines
    assert not long, f"Give what a route does a name of its own: {long}"
