"""Agencies, what they offer, and the people who act for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint
from sqlmodel import Field, and_, col, or_

from .columns import Row, instant, key, link, word, words


class Duty(StrEnum):
    """What a person may do inside the agency; permissions follow in `access.permissions`."""

    CASEWORKER = "caseworker"
    MANAGER = "manager"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"


class Reach(StrEnum):
    """How an agency hears of offers: through its own account, or carried to it."""

    SYSTEM = "system"
    PHONE = "phone"
    LETTER = "letter"


class PlaceKind(StrEnum):
    """For whom a place is."""

    WOMEN = "women"
    MEN = "men"
    FAMILIES = "families"
    CHILDREN = "children"


class Agency(Row, table=True):
    """An organisation that may fill roles (lanes) and whom cases are handed to."""

    RECORDED: ClassVar = (
        *("code", "name", "roles", "services", "sexes", "ages", "families", "region"),
        *("phone", "hours", "email", "webhook_url", "reach", "active", "closed_at", "successor_id"),
    )

    id: str = key()
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    roles: list[str] = words()
    services: list[str] = words()
    sexes: list[str] = words()
    ages: list[str] = words()
    families: bool = True
    region: str = Field(max_length=32)
    phone: str = Field(default="", max_length=40)
    hours: str = Field(default="", max_length=100)
    email: str = Field(default="", max_length=200)
    language: str = Field(default="ru", max_length=2)
    webhook_url: str = Field(default="", max_length=500)
    webhook_secret: str = Field(default="", max_length=200)
    reach: Reach = word(Reach, default=Reach.SYSTEM)
    active: bool = True  # not active and not closed: suspended
    closed_at: datetime | None = instant(nullable=True)
    successor_id: str | None = link("agency", nullable=True)


class Place(Row, table=True):
    """The places of one kind an agency has. `taken` exceeds `total` only where somebody gave a reason for it."""

    RECORDED: ClassVar = ("agency_id", "kind", "total", "taken", "confirmed_at")
    __table_args__ = (
        UniqueConstraint("agency_id", "kind"),
        CheckConstraint("taken >= 0", name="taken_not_negative"),
    )

    id: str = key()
    agency_id: str = link("agency")
    kind: PlaceKind = word(PlaceKind)
    total: int
    taken: int = 0
    confirmed_at: datetime = instant()  # long ago (`directory.NEVER`) where nobody has said yet how many there are
    said_by: str = Field(default="", max_length=200)  # who said the number, where another desk entered it


class User(Row, table=True):
    """A person who acts for one agency."""

    __tablename__ = "member"  # `user` is a reserved word of SQL
    RECORDED: ClassVar = ("agency_id", "duties", "deputy_id", "away_from", "away_until", "active")

    id: str = key()
    agency_id: str = link("agency", index=True)
    login: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    password_hash: str = Field(default="", max_length=200)
    duties: list[str] = words()
    language: str = Field(default="en", max_length=2)
    deputy_id: str | None = link("member", nullable=True)
    away_from: datetime | None = instant(nullable=True)
    away_until: datetime | None = instant(nullable=True)
    active: bool = True


def at_desk(moment: Any) -> ColumnElement[bool]:
    """For a query: a person who is active and not on leave at this moment."""
    here = or_(col(User.away_from).is_(None), col(User.away_from) > moment, col(User.away_until) <= moment)
    return and_(col(User.active).is_(True), here)


class SignIn(Row, table=True):
    """A server-side session. The cookie holds the token, the row only its hash."""

    __tablename__ = "sign_in"

    id: str = Field(max_length=64, primary_key=True)
    user_id: str = link("member", index=True)
    csrf: str = Field(max_length=64)
    created_at: datetime = instant()
    seen_at: datetime = instant()


class ApiToken(Row, table=True):
    """A bearer token of one user; the row holds only its hash."""

    __tablename__ = "api_token"

    id: str = Field(max_length=64, primary_key=True)
    user_id: str = link("member", index=True)
    name: str = Field(max_length=100)
    created_at: datetime = instant()


class SignInAttempt(Row, table=True):
    """Failed sign-ins, counted per login so that passwords cannot be guessed by trying."""

    __tablename__ = "sign_in_attempt"

    login: str = Field(max_length=64, primary_key=True)
    failures: int = 0
    last_at: datetime = instant()


class SavedView(Row, table=True):
    """A person's own selection of the board or the worklist. It holds codes, never personal data."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "query"),)

    id: str = key()
    user_id: str = link("member", index=True)
    page: str = Field(max_length=16)
    query: str = Field(max_length=500)
