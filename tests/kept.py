"""Beginnings that are played once: most tests begin like others, and copying a database is quicker than playing a case.

A beginning is kept for this process and put back into the untouched database of a later test; what follows upon a
beginning, and upon nothing else, is kept as well. Time goes on meanwhile: what was played is used within the minute
only, and never before the moment at which it had been played.
"""

import os
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import event

from engine import clock
from engine.database import Store
from tests import postgres

T = TypeVar("T")
READS = ("SELECT", "WITH", "BEGIN", "PRAGMA")
_played: WeakKeyDictionary[Store, tuple[Hashable, ...]] = WeakKeyDictionary()
_kept: dict[tuple[datetime, tuple[Hashable, ...]], tuple[Any, datetime, Callable[[Store], None]]] = {}
_numbers = count()


def watch(store: Store) -> None:
    """From now on it is known what has been written in this store."""

    def executes(link: Any, cursor: Any, statement: str, *about: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            _played.pop(store, None)

    event.listen(store.database, "before_cursor_execute", executes)


def begin(store: Store) -> None:
    """Nothing has been written in it: its database has just been prepared."""
    _played[store] = ()


def once(store: Store, about: Hashable, play: Callable[[], T]) -> T:
    """What `play` returns, with the database as it leaves it; played only where it has not been lately."""
    before = _played.get(store)
    if before is None:
        return play()
    moment, story = _moment(), (*before, about)
    for old in [key for key in _kept if key[0] != moment]:
        del _kept[old]
    if (moment, story) in _kept:
        result, ended, put_back = _kept[moment, story]
        put_back(store)
        clock.set_offset(clock.offset() + max(ended - clock.now(), timedelta()))
    else:
        result = play()
        _kept[moment, story] = (result, clock.now(), _copy(store))
    _played[store] = story
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
