"""Fills a database with clones of cases that were played: new ids and references, dates spread over years.

Rows are copied as the driver holds them. The facts of a case are sealed anew, since a board opens them. Other sealed
values are copied as they are: they open nowhere but in the case they were sealed for, so what is measured must not
open those of a clone. Answers and consents, which no list shows, are left out.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Json
from sqlalchemy import Connection, Table, func, select, update
from sqlmodel import SQLModel

from engine import reference
from engine.act import FACTS
from engine.database import Store
from engine.models.answers import Answer
from engine.models.cases import Case, Consent, Incident, Person
from engine.models.columns import UTCDateTime
from engine.models.records import AuditEntry, LogHead
from engine.vault import Vault

LEAVES = 3  # entries of the record a clone keeps
YEARS = 3
CHUNK = 500
Progress = Callable[[str], None]


def _table(model: type[SQLModel]) -> Table:
    found: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return found


@dataclass(frozen=True)
class Rows:
    """What one played case holds in one table; and which columns hold ids, which hold instants."""

    table: Table
    values: list[tuple[Any, ...]]
    instants: tuple[int, ...]


def clone(store: Store, case_id: str, times: int, progress: Progress) -> None:
    """Add this many clones of a case."""
    with store.database.connect() as connection:
        if store.embedded:
            connection.exec_driver_sql("COMMIT")  # a transaction has begun; the pragma needs none
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            connection.exec_driver_sql("PRAGMA cache_size = -400000")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        original = _read(connection, case_id)
        facts = _Facts(store.vault, original, case_id)
        indexes = [index for rows in original for index in rows.table.indexes]
        for index in indexes:  # made anew at the end: much quicker than keeping them in order row by row
            index.drop(connection)
        size = connection.execute(select(func.max(_table(LogHead).c.size))).scalar_one()
        for made in range(0, times, CHUNK):
            some = range(made, min(made + CHUNK, times))
            batches = [_Clone(original, facts, size + LEAVES * number, number / times) for number in some]
            for place, rows in enumerate(original):
                _insert(connection, rows.table, [row for one in batches for row in one.rows(place)])
            progress("Clones of played cases")
        connection.execute(update(_table(LogHead)).values(size=size + LEAVES * times))
        for index in indexes:
            index.create(connection)
            progress("Indexes")
        if not store.embedded:
            connection.exec_driver_sql("ANALYZE")  # a server does so by itself, later
        connection.commit()


def _read(connection: Connection, case_id: str) -> list[Rows]:
    case = _table(Case)
    person_id, incident_id = connection.execute(
        select(case.c.person_id, case.c.incident_id).where(case.c.id == case_id)
    ).one()
    wanted = {_table(Person): ("id", person_id), _table(Incident): ("id", incident_id), case: ("id", case_id)}
    of_case = [t for t in SQLModel.metadata.sorted_tables if "case_id" in t.c]
    wanted |= {t: ("case_id", case_id) for t in of_case if t not in (_table(Answer), _table(Consent))}
    found = []
    for table, (name, value) in wanted.items():
        query = select(table).where(table.c[name] == value).compile(connection, compile_kwargs={"literal_binds": True})
        values = [tuple(map(_written, row)) for row in connection.exec_driver_sql(str(query))]
        if table is _table(AuditEntry):
            values = values[:LEAVES]
        if values:
            instants = tuple(n for n, column in enumerate(table.c) if isinstance(column.type, UTCDateTime))
            found.append(Rows(table, values, instants))
    return found


def _written(value: Any) -> Any:
    """A value as the driver takes it back: PostgreSQL gives JSON as what it stands for."""
    return Json(value) if isinstance(value, list | dict) else value


class _Facts:
    """The facts of the original, sealed again for each clone."""

    def __init__(self, vault: Vault, original: list[Rows], case_id: str) -> None:
        self._vault = vault
        self.place = list(_table(Case).c).index(_table(Case).c.facts)
        sealed = next(rows for rows in original if rows.table is _table(Case)).values[0][self.place]
        self._plain = vault.open(sealed, case_id=case_id, domain="operational", place=f"{FACTS}:{case_id}")

    def seal(self, case_id: str) -> bytes:
        """The same facts, those of this case."""
        return self._vault.seal(self._plain, case_id=case_id, domain="operational", place=f"{FACTS}:{case_id}")


class _Clone:
    """One copy: every id of the original stands for a new one, the same in every table."""

    def __init__(self, original: list[Rows], facts: "_Facts", first_leaf: int, age: float) -> None:
        self._original = original
        self._facts = facts
        self._ids: dict[str, str] = {}
        self._first_leaf = first_leaf
        self._back = timedelta(days=1 + int(365 * YEARS * age))
        for rows in original:
            if rows.table is not _table(AuditEntry):
                place = list(rows.table.c).index(rows.table.c.id)
                self._ids |= {row[place]: os.urandom(16).hex() for row in rows.values}

    def rows(self, place: int) -> Iterator[tuple[Any, ...]]:
        """The rows of one table."""
        rows = self._original[place]
        for number, row in enumerate(rows.values):
            values = [self._ids.get(value, value) if type(value) is str else value for value in row]
            for instant in rows.instants:
                values[instant] = _earlier(values[instant], self._back)
            if rows.table is _table(AuditEntry):
                values[0] = self._first_leaf + number
            if rows.table is _table(Case):
                values[1] = reference.new()
                values[self._facts.place] = self._facts.seal(values[0])
            yield tuple(values)


def _earlier(value: Any, by: timedelta) -> Any:
    """An instant as the driver holds it, text in SQLite, moved back by whole days."""
    if isinstance(value, datetime):
        return value - by
    if isinstance(value, str):
        return f"{datetime.fromisoformat(value[:10]) - by:%Y-%m-%d}{value[10:]}"
    return value


def _insert(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        cursor.executemany(str(table.insert().compile(connection)), rows)
    cursor.close()
