"""A server in a process of its own, counting what it sends to its database, and a client that wastes no time."""

import contextlib
import http.client
import json
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.app import create_app
from engine.database import Store

from . import world

COUNTED = b"x-counted"
WRITING = ("INSERT", "UPDATE", "DELETE")
PATIENCE = 60  # seconds a server may take to come up
Build = Callable[..., FastAPI]


def engine(url: str, key: Path) -> FastAPI:
    """The whole product over this database, without the worker."""
    return counting(create_app(store := world.open_store(url, key)), store)


def counting(app: FastAPI, store: Store) -> FastAPI:
    """Tell in a header of each answer how many statements and write transactions it took."""
    app.add_middleware(Counting, store=store)
    return app


class Counting:
    """Counts between the beginning of a request and of its answer. One request at a time."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app = app
        self.statements = self.writes = 0
        event.listen(store.database, "before_cursor_execute", self._executed)
        event.listen(store.database, "commit", self._committed)

    def _executed(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.statements += 1
        if statement.lstrip().startswith(WRITING):
            connection.info["nrm_wrote"] = True

    def _committed(self, connection: Any) -> None:
        self.writes += connection.info.pop("nrm_wrote", False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        self.statements = self.writes = 0

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (COUNTED, f"{self.statements} {self.writes}".encode())]
            await send(message)

        await self.app(scope, receive, told)


@dataclass(frozen=True)
class Answer:
    """What a server said, how long it took in milliseconds, and what it asked of its database."""

    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def statements(self) -> int:
        """How many statements it sent, BEGIN and COMMIT apart."""
        return int(self.headers[COUNTED.decode()].split()[0])

    @property
    def writes(self) -> int:
        """How many transactions that wrote something it committed."""
        return int(self.headers[COUNTED.decode()].split()[1])


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request and read the whole answer."""
        content = None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if content else {}
        begun = time.perf_counter()
        self._connection.request(method, path, content, given | (headers or {}))
        response = self._connection.getresponse()
        answer = response.read()
        taken = (time.perf_counter() - begun) * 1000
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, answer, taken)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextlib.contextmanager
def server(build: Build, *given: Any) -> Iterator[Client]:
    """Run what `build(*given)` makes in a process of its own for as long as the block lasts."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, build, given), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE):
            raise RuntimeError("The server to be measured did not come up.")
        client = Client(ours.recv())
        yield client
        client.close()
    finally:
        process.terminate()
        process.join()


def _run(pipe: Connection, build: Build, given: tuple[Any, ...]) -> None:
    app = build(*given)
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio knows TCP by it, and then sends at once
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    pipe.send(listener.getsockname()[1])
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
