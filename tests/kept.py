"""Beginnings that are played once: most tests begin like others, and copying a database is quicker than playing a case.

A beginning is kept for this process and put back into the untouched database of a later test. Time goes on meanwhile,
so one that was played by the real clock is used within the minute only.
"""

import os
from collections.abc import Callable, Hashable
from datetime import datetime
from itertools import count
from typing import Any
from weakref import WeakSet

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import event

from engine import clock
from engine.database import Store
from tests import postgres

READS = ("SELECT", "WITH", "BEGIN", "PRAGMA")
_untouched: WeakSet[Store] = WeakSet()
_kept: dict[tuple[datetime, Hashable], tuple[str, Callable[[Store], None]]] = {}
_numbers = count()


def watch(store: Store) -> None:
    """From now on it is known whether anything has been written in this prepared store."""

    def executes(link: Any, cursor: Any, statement: str, *about: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            _untouched.discard(store)

    event.listen(store.database, "before_cursor_execute", executes)
    _untouched.add(store)


def once(store: Store, about: Hashable, play: Callable[[], str]) -> str:
    """What `play` returns, with the database as it leaves it; played only where it has not been lately."""
    if store not in _untouched:
        return play()
    moment = _moment()
    for old in [key for key in _kept if key[0] != moment]:
        del _kept[old]
    if (moment, about) not in _kept:
        result = play()
        _kept[moment, about] = (result, _copy(store))
        return result
    result, put_back = _kept[moment, about]
    put_back(store)
    _untouched.discard(store)
    return result


def _moment() -> datetime:
    now = clock.now()
    return now.replace(second=0, microsecond=0) if vars(clock)["datetime"] is datetime else now


def _copy(store: Store) -> Callable[[Store], None]:
    if not store.embedded:
        return _server_copy(store)
    kept = sqlite.connect(":memory:")
    _pour(store, lambda file: file.backup(kept))
    return lambda later: _pour(later, kept.backup)


def _pour(store: Store, backup: Callable[[Any], None]) -> None:
    file = sqlite.connect(str(store.url.database))
    try:
        backup(file)
    finally:
        file.close()


def _server_copy(store: Store) -> Callable[[Store], None]:
    """All tests of a process have the same database on the server, one after the other."""
    database = postgres.Database(os.environ["NRM_TEST_POSTGRES"], str(store.url.database))
    schema = f"kept_{next(_numbers)}"
    database.remember(schema)
    return lambda later: database.reset(schema)
