"""Checkpoints: the tree at one size, kept so that the next is computed from where the last one ended."""

import base64
import json
from typing import TextIO

from sqlmodel import Session, col, select

from .. import clock
from ..models.records import AuditEntry, Checkpoint, LogHead
from .tree import Frontier

ORIGIN = "nrm-engine/training"
BATCH = 10_000


def publish(session: Session) -> Checkpoint | None:
    """Put every leaf written so far under a root; None where nothing was written since the last one."""
    last = session.exec(select(Checkpoint).order_by(col(Checkpoint.size).desc()).limit(1)).first()
    frontier = Frontier.from_bytes(last.frontier) if last else Frontier()
    size = session.exec(select(LogHead.size).where(LogHead.id == 1)).one()
    if size == frontier.size:
        return None
    size = min(size, frontier.size + BATCH)
    query = (
        select(AuditEntry.leaf_hash)
        .where(col(AuditEntry.index) >= frontier.size, col(AuditEntry.index) < size)
        .order_by(col(AuditEntry.index))
    )
    for leaf_hash in session.exec(query).all():
        frontier = frontier.append(leaf_hash)
    row = Checkpoint(size=frontier.size, root=frontier.root(), frontier=frontier.to_bytes(), made_at=clock.now())
    session.add(row)
    return row


def note(row: Checkpoint) -> str:
    """The checkpoint as text, in the format of C2SP tlog-checkpoint."""
    return f"{ORIGIN}\n{row.size}\n{base64.b64encode(row.root).decode()}\n"


def newest(session: Session) -> Checkpoint:
    """The last checkpoint. Publish one first where the log may have grown."""
    return session.exec(select(Checkpoint).order_by(col(Checkpoint.size).desc()).limit(1)).one()


def export(session: Session, out: TextIO) -> int:
    """Write the log as JSON Lines, as far as the newest checkpoint reaches; returns the number of entries."""
    last = newest(session)
    header = {"format": "nrm-log/1", "origin": ORIGIN, "size": last.size, "root": last.root.hex()}
    out.write(json.dumps(header) + "\n")
    query = select(AuditEntry.index, AuditEntry.leaf).where(col(AuditEntry.index) < last.size)
    for index, leaf in session.exec(query.order_by(col(AuditEntry.index)).execution_options(yield_per=1000)):
        out.write(json.dumps({"index": index, "entry": leaf}, ensure_ascii=False) + "\n")
    return last.size
