"""Reconciliation: replay the ledger and compare it with itself, with its checkpoints and with the live tables."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from ..models import answers, cases, people, work
from ..models.records import AuditEntry, Checkpoint, LogHead
from . import tree
from .ledger import recorded_columns

TABLES: dict[str, type[SQLModel]] = {
    str(table.__tablename__): table
    for module in (people, cases, work, answers)
    for table in vars(module).values()
    if isinstance(table, type) and issubclass(table, SQLModel) and hasattr(table, "RECORDED")
}
BATCH = 2_000


@dataclass
class Verdict:
    """What verification found. `wrong` names each difference; empty means intact."""

    entries: int = 0
    rows: int = 0
    root: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.wrong


def verify(session: Session, progress: Callable[[int], None] = lambda done: None) -> Verdict:
    """Recompute every leaf and every checkpoint, then compare the last recorded state of each row with it."""
    verdict = Verdict()
    last: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    frontier = tree.Frontier()
    roots = {c.size: c.root for c in session.exec(select(Checkpoint)).all()}
    for entry in _entries(session):
        _check_leaf(entry, verdict)
        frontier = frontier.append(tree.leaf_hash(entry.leaf.encode()))
        if frontier.size in roots and roots.pop(frontier.size) != frontier.root():
            verdict.wrong.append(f"checkpoint {frontier.size}: another root than was published")
        leaf = json.loads(entry.leaf)
        if leaf["set"]:
            last[tuple(leaf["subject"])] = (entry.index, leaf["set"])
        verdict.entries += 1
        progress(verdict.entries)
    head = session.exec(select(LogHead.size).where(LogHead.id == 1)).one()
    if head != verdict.entries or any(size > verdict.entries for size in roots):
        verdict.wrong.append(f"entries are missing at the end: {verdict.entries} of {head}")
    verdict.root = frontier.root().hex()
    _compare(session, last, verdict)
    return verdict


def _entries(session: Session) -> Iterator[AuditEntry]:
    start = 0
    while True:
        query = select(AuditEntry).where(col(AuditEntry.index) >= start).order_by(col(AuditEntry.index)).limit(BATCH)
        rows = session.exec(query).all()
        yield from rows
        if len(rows) < BATCH:
            return
        start = rows[-1].index + 1
        session.expunge_all()


def _check_leaf(entry: AuditEntry, verdict: Verdict) -> None:
    if entry.index != verdict.entries:
        verdict.wrong.append(f"entry {verdict.entries} is missing or out of order")
    if tree.leaf_hash(entry.leaf.encode()) != entry.leaf_hash:
        verdict.wrong.append(f"entry {entry.index}: the leaf was changed")
    leaf = json.loads(entry.leaf)
    found = (leaf["action"], leaf["case"], leaf["actor"]["agency"])
    if found != (entry.action, entry.case_id, entry.actor_agency_id):
        verdict.wrong.append(f"entry {entry.index}: its columns differ from its leaf")


def _compare(session: Session, last: dict[tuple[str, str], tuple[int, dict[str, Any]]], verdict: Verdict) -> None:
    """Every live row is as the record says, every recorded row is there, and no row is unrecorded."""
    for name, table in TABLES.items():
        for row in session.exec(select(table).execution_options(yield_per=BATCH)):
            verdict.rows += 1
            key = (name, str(row.id))  # type: ignore[attr-defined]
            if key not in last:
                verdict.wrong.append(f"{name} {key[1]}: there is no entry of this row")
                continue
            index, recorded = last.pop(key)
            now = recorded_columns(row)
            for column in sorted(c for c in recorded if recorded[c] != now[c]):
                verdict.wrong.append(f"{name} {key[1]}: {column} differs from entry {index}")
    verdict.wrong.extend(f"{name} {key}: the row of entry {i} is gone" for (name, key), (i, _) in last.items())
