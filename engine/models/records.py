"""The record, what leaves the building, and what makes an act happen once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String, Text
from sqlmodel import Field

from .columns import Row, instant, key, link, word


class AuditEntry(Row, table=True):
    """One leaf of the ledger. `leaf` is the canonical text the hash is taken of; the rest only finds it.

    No foreign keys: the record never depends on live rows.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_case", "case_id", "index"),
        Index("ix_audit_entry_action", "action", "index"),
    )

    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: str | None = link(nullable=True)
    action: str = Field(max_length=48)
    actor_agency_id: str | None = link(nullable=True)
    entered_at: datetime = instant(index=True)
    late_entry: bool = Field(default=False, index=True)  # entered more than 24 hours after it happened
    on_behalf: bool = Field(default=False, index=True)  # entered for somebody without an account
    leaf: str = Field(sa_column=Column(Text, nullable=False))
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogHead(Row, table=True):
    """The one row every writer of the ledger locks last: how many leaves there are."""

    __tablename__ = "log_head"

    id: int = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))


class Checkpoint(Row, table=True):
    """The tree at one size: its root, and the frontier from which the next one is computed."""

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime = instant()


class OutboxState(StrEnum):
    """Where a message to the outside stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Outbox(Row, table=True):
    """A message that leaves after commit. It names a desk, never a case."""

    __table_args__ = (Index("ix_outbox_due", "state", "next_at"),)

    id: str = key()
    channel: str = Field(max_length=16)
    to_id: str = link("agency")
    kind: str = Field(max_length=32)
    case_id: str | None = link(nullable=True)
    handoff_id: str | None = link(nullable=True, index=True)
    state: OutboxState = word(OutboxState, default=OutboxState.WAITING)
    attempts: int = 0
    next_at: datetime = instant()
    created_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
    last_error: str = Field(default="", max_length=200)


class Once(Row, table=True):
    """The answer to an act that carried a key, so that sending it again is the same act."""

    user_id: str = Field(sa_type=String(32), primary_key=True)
    key: str = Field(max_length=80, primary_key=True)
    body_hash: str = Field(max_length=64)
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    done_at: datetime = instant()


class Setting(Row, table=True):
    """Values of the installation itself, such as the offset of the demo clock."""

    name: str = Field(max_length=48, primary_key=True)
    value: str = Field(max_length=300)
