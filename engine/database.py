"""The store: SQLite embedded or PostgreSQL, one behaviour.

SQLite needs a library without the WAL-reset fault (3.51.3, 3.50.7 or 3.44.6 and later); `sqlcipher3` brings one.
With an older library the rollback journal is used, which is slower and safe.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from .errors import Unavailable
from .vault import Vault

SAFE_WAL = (3, 51, 3)
JSON: Any = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


class Store:
    """A database and the way transactions are opened on it."""

    def __init__(self, url: str, vault: Vault) -> None:
        self.url = make_url(url)
        self.vault = vault
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.database = _embedded(self.url) if self.embedded else _server(self.url)
        self._one_writer = threading.Lock() if self.embedded else None
        self._reading = self.database.execution_options(nrm_read=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with Session(self._reading, expire_on_commit=False, info={"vault": self.vault}) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One act: everything written in it is committed together, or nothing is."""
        if self._one_writer is None:
            with self._write() as session:
                yield session
        else:
            if not self._one_writer.acquire(timeout=30):
                raise Unavailable()
            try:
                with self._write() as session:
                    yield session
            finally:
                self._one_writer.release()

    @contextmanager
    def _write(self) -> Iterator[Session]:
        try:
            with Session(self.database, expire_on_commit=False, info={"vault": self.vault}) as session:
                session.connection()
                yield session
                session.commit()
        except OperationalError as error:
            raise Unavailable() from error

    def close(self) -> None:
        """Give all connections back."""
        self.database.dispose()


def _server(url: Any) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True, **JSON)


def _embedded(url: Any) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    database = create_engine(
        url,
        module=sqlite,
        hide_parameters=True,
        **JSON,
        connect_args={"check_same_thread": False, "timeout": 30, "isolation_level": None},
    )
    event.listen(database, "connect", _prepare)
    event.listen(database, "begin", _begin)
    return database


def _prepare(connection: Any, record: Any) -> None:
    mode = "WAL" if sqlite.sqlite_version_info >= SAFE_WAL else "TRUNCATE"
    for pragma in (
        "busy_timeout=30000",
        f"journal_mode={mode}",
        "synchronous=FULL" if mode == "WAL" else "synchronous=EXTRA",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("nrm_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
