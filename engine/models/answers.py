"""What was answered, typed and written on paper."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, UniqueConstraint
from sqlmodel import Field

from .columns import Row, instant, key, link, sealed, words


class Answer(Row, table=True):
    """The answers of one task in one domain, sealed. A correction is a new version."""

    RECORDED: ClassVar = ("task_id", "domain", "version", "fields", "commitment")
    __table_args__ = (
        UniqueConstraint("task_id", "domain", "version"),
        Index("ix_answer_case_form", "case_id", "form"),
    )

    id: str = key()
    case_id: str = link("episode")
    task_id: str = link("user_task")
    form: str = Field(max_length=64)
    domain: str = Field(max_length=32)
    version: int = 1
    fields: list[str] = words()
    sealed: bytes = sealed()
    commitment: str = Field(max_length=64)
    entered_at: datetime = instant()


class Correction(Row, table=True):
    """A completed form was corrected; where a gateway was passed on the old answer, the coordinator decides."""

    RECORDED: ClassVar = ("task_id", "fields", "reason", "verdict")

    id: str = key()
    case_id: str = link("episode", index=True)
    task_id: str = link("user_task")
    fields: list[str] = words()
    gateways: list[str] = words()
    reason: str = Field(max_length=48)
    corrected_by_id: str | None = link(nullable=True)
    corrected_at: datetime = instant()
    verdict: str = Field(default="", max_length=16)  # "" where nothing had been decided on the old answer
    decided_by_id: str | None = link(nullable=True)
    decided_at: datetime | None = instant(nullable=True)


class Draft(Row, table=True):
    """What a person has typed and not yet finished, sealed; one per task, section and person."""

    __table_args__ = (UniqueConstraint("task_id", "user_id", "section"),)

    id: str = key()
    case_id: str = link("episode")
    task_id: str = link("user_task", index=True)
    user_id: str = link("member")
    section: str = Field(max_length=64)
    sealed: bytes = sealed()
    saved_at: datetime = instant()


class Sheet(Row, table=True):
    """A form printed blank. Its code makes sure that what is written on it is entered once."""

    RECORDED: ClassVar = ("form", "bundle_id", "task_id")

    id: str = key()
    code: str = Field(max_length=16, unique=True)
    form: str = Field(max_length=64)
    bundle_id: str = Field(sa_type=String(64))
    printed_by_id: str = link("agency")
    printed_at: datetime = instant()
    case_id: str | None = link("episode", nullable=True)
    task_id: str | None = link("user_task", nullable=True)
    entered_at: datetime | None = instant(nullable=True)
