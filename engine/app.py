"""The application: pages and API over one store, with the worker beside them if asked."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import api, web, worker
from .database import Store
from .turns import turn
from .web import guard
from .web.templates import STATIC

AT_ONCE = 500  # how much due work a moved demo clock does before the page comes back


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
    app.state.drain = lambda: worker.drain(store, limit=AT_ONCE)
    # Only what is the same for everybody is compressed: the length of a compressed page that repeats what was sent
    # to it betrays the token against forgery beside it (BREACH).
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")
    app.mount("/api/v1", api.create(store))  # before the pages, whose many addresses would all be tried first
    app.include_router(web.router, dependencies=[Depends(turn, scope="function")])
    app.add_middleware(Guard)
    for kind, handler in web.HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


class Guard:
    """Refuses what is not even read, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        refused = guard.refusal(request)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = guard.is_static(scope["path"], message["status"])
                message["headers"] = guard.protected(message["headers"], kept=kept)
            await send(message)

        answer = self.app if refused is None else _refuse(request, refused)
        await answer(scope, receive, guarded)


def _refuse(request: Request, error: HTTPException) -> Response:
    return api.problem(error) if request.url.path.startswith("/api/") else web.errors.show(request, error)
