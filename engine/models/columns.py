"""Column types and naming that every table shares."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """What every table derives from.

    SQLModel sets a value twice: for SQLAlchemy, and for Pydantic, which checks nothing of a table. Here SQLAlchemy
    alone is told. Setting the attributes of new rows was an eighth of what an act costs.
    """

    def __init__(self, **values: Any) -> None:
        fixed, made = _defaults(type(self))
        for name, value in (fixed | values).items():
            setattr(self, name, value)
        for name, make in made.items():
            if name not in values:
                setattr(self, name, make())

    __setattr__ = object.__setattr__  # type: ignore[assignment]


@cache
def _defaults(table: type[Row]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a table that may be left out: those with one value, and those whose value is made."""
    free = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    made = {name: field.default_factory for name, field in free.items() if field.default_factory}
    return {name: field.default for name, field in free.items() if name not in made}, made


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Naive values are refused: SQLite would silently shift them."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A random identifier: 32 hexadecimal characters, no order, no meaning."""
    return secrets.token_hex(16)


def key() -> Any:
    """The primary key of a table."""
    return Field(default_factory=new_id, sa_type=String(32), primary_key=True)


def link(table: str | None = None, *, nullable: bool = False, index: bool = False) -> Any:
    """A reference to another row; without `table` a bare copy that survives the row."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    if table is None:
        return Field(sa_type=String(32), nullable=nullable, index=index, **default)
    return Field(sa_type=String(32), foreign_key=f"{table}.id", nullable=nullable, index=index, **default)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """A UTC instant."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=UTCDateTime, nullable=nullable, index=index, **default)


def word(kind: type[StrEnum], **options: Any) -> Any:
    """One word of a closed list, checked by the database."""
    name = "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).strip("_")
    column: Any = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=32,
        values_callable=lambda members: [m.value for m in members],
    )
    return Field(sa_type=column, **options)


def words() -> Any:
    """A list of words, replaced whole, never changed in place."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


def sealed(*, nullable: bool = False) -> Any:
    """Bytes that only `vault.fields` can read."""
    default: dict[str, Any] = {"default": None} if nullable else {}
    return Field(sa_type=LargeBinary, nullable=nullable, **default)
