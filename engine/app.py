"""The application: pages and API over one store, with the worker beside them if asked."""

import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from . import api, web, worker
from .database import Store
from .errors import EngineError
from .web.templates import STATIC

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(store: Store, *, with_worker: bool = False) -> FastAPI:
    """The whole product over one store."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(store, stop), name="worker")
        if with_worker:
            thread.start()
        yield
        stop.set()
        if with_worker:
            thread.join(timeout=30)

    app = FastAPI(title="NRM engine", version="1", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(web.router)
    app.mount("/api/v1", api.create(store))
    app.middleware("http")(_guard)
    for kind in (EngineError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, web.errors.show)
    app.add_exception_handler(web.SignedOut, web.errors.ask_to_sign_in)
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse oversized bodies, and put the security headers on every answer."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY or "transfer-encoding" in request.headers:
        response = _too_large(request)
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    kept = "public, max-age=31536000, immutable" if request.url.path.startswith("/static/") else "no-store"
    response.headers.setdefault("Cache-Control", kept)
    return response


def _too_large(request: Request) -> Response:
    error = HTTPException(413, f"A request may be at most {LARGEST_BODY // 1024} KiB. Send less at once.")
    return api.problem(error) if request.url.path.startswith("/api/") else web.errors.show(request, error)
