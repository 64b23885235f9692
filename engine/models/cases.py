"""The person, the episode, the incident, and what the person allowed."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, LargeBinary, String
from sqlmodel import Field

from .columns import Row, instant, key, link, sealed, word, words


class CaseStatus(StrEnum):
    """Where the episode stands as a whole."""

    OPEN = "open"
    CLOSED = "closed"


class ConsentAnswer(StrEnum):
    """What the person said. Not being asked is no row."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """How somebody without an account said what was entered for them."""

    PHONE = "phone"
    LETTER = "letter"
    IN_PERSON = "in_person"
    EMAIL = "email"


class RelayState(StrEnum):
    """What the agency an act was entered for says of it."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class Bundle(Row, table=True):
    """The law at a moment: diagrams, tables, forms, facts and clocks, stored whole under their hash."""

    RECORDED: ClassVar = ("country",)

    id: str = Field(sa_type=String(64), primary_key=True)
    country: str = Field(max_length=8)
    files: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    deployed_at: datetime = instant()


class Incident(Row, table=True):
    """One event with one or more persons; each of them has a case of their own."""

    id: str = key()
    opened_at: datetime = instant()


class Person(Row, table=True):
    """A human being across episodes. Identifying answers are sealed answers of the case."""

    id: str = key()
    created_at: datetime = instant()


class Case(Row, table=True):
    """One episode of one person, pinned to the bundle it began under."""

    RECORDED: ClassVar = (
        *("reference", "person_id", "opened_for_id", "incident_id", "bundle_id"),
        *("lead_agency_id", "region", "status"),
    )
    __tablename__ = "episode"  # `case` is a reserved word of SQL
    __table_args__ = (
        Index("ix_episode_status_region", "status", "region", "opened_at"),
        Index("ix_episode_board", "status", "opened_at", "id", "region", "lead_agency_id"),  # counted without the rows
    )

    id: str = key()
    reference: str = Field(max_length=16, unique=True)
    person_id: str = link("person", index=True)
    opened_for_id: str = link("person", index=True)  # whose it is where no link says otherwise
    incident_id: str = link("incident", index=True)
    bundle_id: str = Field(sa_type=String(64), foreign_key="bundle.id")
    status: CaseStatus = word(CaseStatus, default=CaseStatus.OPEN)
    region: str = Field(max_length=32)
    opened_by_id: str = link("agency")
    lead_agency_id: str = link("agency", index=True)
    facts: bytes = sealed()
    language: str = Field(default="unknown", max_length=16)  # copied from the facts, to find work by
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)
    close_reason: str = Field(default="", max_length=32)


class Participation(Row, table=True):
    """The agency that fills a lane in one scope."""

    RECORDED: ClassVar = ("instance_id", "scope", "lane", "agency_id", "until")
    __table_args__ = (Index("ix_participation_scope", "instance_id", "scope", "lane"),)

    id: str = key()
    case_id: str = link("episode", index=True)
    instance_id: str = link()
    scope: str = Field(default="", max_length=32)
    lane: str = Field(max_length=48)
    agency_id: str = link("agency", index=True)
    handoff_id: str | None = link(nullable=True)
    place_id: str | None = link("place", nullable=True)
    places: int = 1
    since: datetime = instant()
    until: datetime | None = instant(nullable=True)


class Consent(Row, table=True):
    """What the person agreed to: purpose, to whom, given or not. The newest row of a purpose counts."""

    RECORDED: ClassVar = (
        "purpose",
        "recipient_id",
        "domains",
        "answer",
        "task_id",
        "taken_by_id",
        "taken_at_id",
        "happened_at",
    )

    id: str = key()
    case_id: str = link("episode", index=True)
    purpose: str = Field(max_length=48)
    recipient_id: str | None = link("agency", nullable=True)
    domains: list[str] = words()
    answer: ConsentAnswer = word(ConsentAnswer)
    task_id: str | None = link(nullable=True)
    interpreter: bytes | None = sealed(nullable=True)  # who interpreted, where it was said outside any form
    taken_by_id: str | None = link(nullable=True)
    taken_at_id: str | None = link("agency", nullable=True)  # whose act it was, whoever entered it
    happened_at: datetime = instant()
    entered_at: datetime = instant()


class Link(Row, table=True):
    """Two cases that coordinators know to be one person: one leads, both keep their history; it can be undone."""

    RECORDED: ClassVar = ("leading_id", "follower_id", "undone_at")
    __tablename__ = "case_link"

    id: str = key()
    case_id: str = link("episode", index=True)  # the leading case, under whose lock the link is made
    leading_id: str = link("episode")
    follower_id: str = link("episode", index=True)
    follower_person_id: str = link()  # whom the follower belonged to before
    follower_lead_id: str = link("agency")  # who coordinated it before
    linked_at: datetime = instant()
    linked_by_id: str | None = link(nullable=True)
    undone_at: datetime | None = instant(nullable=True)


class Message(Row, table=True):
    """A message to a case: handed to exactly one waiting step, kept while none waits."""

    RECORDED: ClassVar = ("name", "taken_by", "expired")

    id: str = key()
    case_id: str = link("episode", index=True)
    name: str = Field(max_length=64)
    payload: bytes = sealed()
    received_at: datetime = instant()
    expires_at: datetime = instant(index=True)
    taken_by: str | None = Field(default=None, max_length=100)
    expired: bool = False


class Relay(Row, table=True):
    """Acts entered for an agency by another one: through which channel, who said it, where the paper is."""

    RECORDED: ClassVar = (
        *("agency_id", "entered_by_id", "entered_by_agency_id", "channel", "commitment", "about", "happened_at"),
        *("state", "settled_by_id"),
    )

    id: str = key()
    case_id: str = link("episode", index=True)
    agency_id: str = link("agency", index=True)
    entered_by_id: str | None = link(nullable=True)
    entered_by_agency_id: str = link("agency")
    channel: Channel = word(Channel)
    detail: bytes = sealed()  # who said it, and where the paper is
    commitment: str = Field(max_length=64)  # what the record holds of it
    about: str = Field(default="", max_length=64)  # the drawn element the act was about
    happened_at: datetime = instant()
    entered_at: datetime = instant()
    state: RelayState = word(RelayState, default=RelayState.UNCONFIRMED)
    settled_at: datetime | None = instant(nullable=True)
    settled_by_id: str | None = link(nullable=True)


class DecisionMade(Row, table=True):
    """A decision table applied once: which rules fired, on what, with what result."""

    RECORDED: ClassVar = ("element", "decision", "rules")
    __tablename__ = "decision_made"

    id: str = key()
    case_id: str = link("episode", index=True)
    instance_id: str = link()
    element: str = Field(max_length=64)
    decision: str = Field(max_length=64)
    rules: list[str] = words()
    detail: bytes = sealed()
    made_at: datetime = instant()


class Fault(Row, table=True):
    """A step the process could not take: rolled back, kept for the coordinator until settled."""

    RECORDED: ClassVar = ("element", "kind", "settled_at")

    id: str = key()
    case_id: str = link("episode", index=True)
    instance_id: str = link()
    element: str = Field(default="", max_length=64)
    kind: str = Field(max_length=48)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    raised_at: datetime = instant()
    settled_at: datetime | None = instant(nullable=True)
