"""The floor: a bare FastAPI route that writes the rows a completion writes, and does nothing else.

The rows are those of a completion that the engine really did on an equal database: the same statements that
write, with the same values, in one transaction of the same store, given to SQLAlchemy ready-made. Nothing is read,
checked, sealed or computed, and no object stands for a row.
"""

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import Connection, Executable, UpdateBase, event
from sqlmodel import Session

from engine.database import Store

from . import serving, world
from .world import Ready

Written = tuple[Executable, Any]


class Completion(BaseModel):
    """The body of a completion."""

    answers: dict[str, Any]


def build(url: str, recorded_on: str, key: Path, ready: list[Ready]) -> FastAPI:
    """The bare server over `url`; what it will write is recorded first on the equal database `recorded_on`."""
    rows = _record(world.open_store(recorded_on, key), ready)
    store = world.open_store(url, key)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def writing() -> Any:
        with store.transaction() as session:
            yield session

    @app.post("/api/v1/tasks/{task_id}/completion")
    def complete(
        task_id: str, body: Completion, session: Annotated[Session, Depends(writing, scope="function")]
    ) -> dict[str, Any]:
        _write(session.connection(), rows[task_id])
        return {"id": task_id, "status": "done", "answers": len(body.answers)}

    return serving.counting(app, store)


def _write(connection: Connection, rows: list[Written]) -> None:
    for statement, values in rows:
        connection.execute(statement, values)


def _record(store: Store, ready: list[Ready]) -> dict[str, list[Written]]:
    """What the engine writes for each completion."""
    log: list[Written] = []

    def executed(_: Any, statement: Any, several: Any, one: Any, options: Any) -> None:
        if isinstance(statement, UpdateBase):
            log.append((statement, several or one or None))

    event.listen(store.database, "before_execute", executed)
    rows = {}
    for one in ready:
        world.complete(store, one)
        rows[one.task_id] = list(log)
        log.clear()
    store.close()
    return rows
