"""What goes out to auditors: cases under aliases, never a reference and never a person."""

from datetime import datetime

from pydantic import BaseModel

from ..models.cases import CaseStatus
from ..oversight import ExceptionKind


class AuditCase(BaseModel):
    """A case under the auditor's alias."""

    alias: str
    status: CaseStatus
    opened_at: datetime
    closed_at: datetime | None


class AuditCases(BaseModel):
    """A page of cases."""

    items: list[AuditCase]
    next: str | None


class Exceptional(BaseModel):
    """One exception of the fixed list."""

    alias: str
    at: datetime
    what: str


class Exceptions(BaseModel):
    """Every kind of the fixed list, the empty ones included."""

    kinds: dict[ExceptionKind, list[Exceptional]]


class Wait(BaseModel):
    """How long offers and duties wait for an agency at one stage, in seconds."""

    agency: str
    stage: str
    count: int
    median_seconds: float
    longest_seconds: float


class Waits(BaseModel):
    """The longest waits first."""

    items: list[Wait]


class Verdict(BaseModel):
    """What a verification of the whole record found."""

    intact: bool
    entries: int
    rows: int
    root: str
    wrong: list[str]
