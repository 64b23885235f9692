"""The ledger: every state change is one leaf, written in the transaction that makes the change.

A leaf holds codes, names of fields and salted commitments, never free text and never a person's name. Each leaf
carries the recorded columns of the row it is about, so that the live tables can be reconciled with the log.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import bindparam, event, inspect
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlmodel import Session, SQLModel

from .. import clock
from ..actor import Actor
from ..models.columns import new_id
from ..models.records import AuditEntry, LogHead
from . import tree

VERSION = 1
CANONICAL = (
    orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)
LATE = timedelta(hours=24)

# The two statements of every act, to the tables themselves: no object of the session stands for a leaf.
_HEAD, _ENTRIES = (SQLModel.metadata.tables[str(model.__tablename__)] for model in (LogHead, AuditEntry))
_GROW = _HEAD.update().where(_HEAD.c.id == 1).values(size=_HEAD.c.size + bindparam("by")).returning(_HEAD.c.size)
_LEAVES = _ENTRIES.insert()


class Unrecorded(AssertionError):
    """A protected row was changed without an entry: a fault of the program, stopped before commit."""


def record(
    session: Session,
    action: str,
    subject: SQLModel,
    *,
    by: Actor,
    case_id: str | None = None,
    **data: Any,
) -> None:
    """Say that `by` did `action` to `subject`. Written as a leaf when the transaction ends.

    `data` holds codes and names of things (agencies, elements, fields), never answers.
    """
    now, key = clock.now(), _key(subject)
    entered_at = now.isoformat()
    leaf: dict[str, Any] = {
        "v": VERSION,
        "id": new_id(),
        "action": action,
        "case": case_id or getattr(subject, "case_id", None),
        "actor": {"user": by.user_id, "agency": by.agency_id, "agency_name": by.agency_name or "system"},
        "happened_at": by.happened_at.isoformat() if by.happened_at else entered_at,
        "entered_at": entered_at,
        "subject": [subject.__tablename__, str(key)],
        "set": recorded_columns(subject),
        "data": {name: _plain(value) for name, value in data.items() if value not in (None, "")},
    }
    if by.behalf is not None:
        leaf["data"] |= {"on_behalf_of": by.agency_name, "entered_by": by.behalf.agency_name}
        leaf["relay"] = by.behalf.relay_id
    session.info.setdefault("leaves", []).append((leaf, now))
    session.info.setdefault("recorded", set()).add((subject.__tablename__, key))


def recorded_columns(subject: SQLModel) -> dict[str, Any]:
    """The columns of this row that the record vouches for."""
    return {name: _plain(getattr(subject, name)) for name in getattr(type(subject), "RECORDED", ())}


def canonical(leaf: dict[str, Any]) -> bytes:
    """A leaf as the one text of RFC 8785 (JCS): names sorted, no spaces. TypeError for fractions, whose text varies.

    Names are ASCII, so that the order of bytes is the order the standard asks for.
    """
    return orjson.dumps(leaf, option=CANONICAL)


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, bool):  # most of what is recorded
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        raise TypeError("A leaf holds no fractions.")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()  # as the tables give it back, whatever zone it was written in
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


def _key(subject: SQLModel) -> Any:
    return getattr(subject, _key_of(type(subject)))


@cache
def _key_of(table: type[SQLModel]) -> str:
    mapper = inspect(table)
    return str(mapper.get_property_by_column(mapper.primary_key[0]).key)


def _append(session: OrmSession) -> None:
    """Write the leaves of this transaction, in order, behind the locked head: the last thing an act does."""
    leaves = session.info.pop("leaves", [])
    if not leaves:
        return
    connection = session.connection()
    size = connection.execute(_GROW, {"by": len(leaves)}).scalar_one()
    first = size - len(leaves)
    rows = []
    for index, (leaf, entered_at) in enumerate(leaves, start=first):
        text = canonical(leaf)
        rows.append(
            {
                "index": index,
                "case_id": leaf["case"],
                "action": leaf["action"],
                "actor_agency_id": leaf["actor"]["agency"],
                "entered_at": entered_at,
                "late_entry": entered_at - datetime.fromisoformat(leaf["happened_at"]) > LATE,
                "on_behalf": "on_behalf_of" in leaf["data"],
                "leaf": text.decode(),
                "leaf_hash": tree.leaf_hash(text),
            }
        )
    connection.execute(_LEAVES, rows)


def _protected(session: OrmSession) -> Iterator[tuple[str, Any]]:
    for row in session.new:
        if getattr(row, "RECORDED", None):
            yield row.__tablename__, _key(row)
    for row in session.dirty:
        if _has_changed(inspect(row), getattr(row, "RECORDED", ())):
            yield row.__tablename__, _key(row)


def _has_changed(state: Any, columns: tuple[str, ...]) -> bool:
    touched = [name for name in columns if name in state.committed_state]
    return any(state.get_history(name, PASSIVE_NO_INITIALIZE).has_changes() for name in touched)


def _watch(session: OrmSession, context: UOWTransaction, instances: Any) -> None:
    changed: set[tuple[str, Any]] = session.info.setdefault("changed", set())
    changed.update(_protected(session))


def _finish(session: OrmSession) -> None:
    session.flush()
    missing = session.info.pop("changed", set()) - session.info.pop("recorded", set())
    if missing:
        raise Unrecorded(f"changed without an entry: {sorted((t, str(k)) for t, k in missing)}")
    _append(session)


def _forget(session: OrmSession) -> None:
    for name in ("leaves", "recorded", "changed"):
        session.info.pop(name, None)


event.listen(Session, "before_flush", _watch)
event.listen(Session, "before_commit", _finish)
event.listen(Session, "after_rollback", _forget)
