"""What goes out about colleagues, agencies, paper and persons."""

from datetime import datetime

from pydantic import BaseModel

from ..models.cases import CaseStatus, Channel, RelayState
from ..models.people import PlaceKind, Reach
from .told import Contact, Handoff, Task


class Relay(BaseModel):
    """Acts entered for an agency by another one: who said it, how, when, where the paper is, what the agency says."""

    id: str
    reference: str | None
    agency: Contact
    entered_by: Contact
    channel: Channel
    said_by: str
    paper: str
    about: str
    happened_at: datetime
    entered_at: datetime
    state: RelayState


class Relays(BaseModel):
    """What was entered for this agency, what it must carry to others, and what it enters for them.

    `to_settle`: what others entered for agencies without an account, which may yet confirm or dispute it.
    """

    unconfirmed: list[Relay]
    to_settle: list[Relay]
    to_carry: list[Handoff]
    to_enter: list[Task]


class Letter(BaseModel):
    """What the letter about a handoff says. It names no person."""

    reference: str
    giver: Contact
    giver_hours: str
    receiver: Contact
    asked: str
    owed: str
    urgent: bool
    answer_by: datetime | None
    due_at: datetime | None
    ground: str
    consent: str


class Sheet(BaseModel):
    """A form printed blank, and when what stands on it was entered."""

    code: str
    form: str
    version: str
    bundle: str
    printed_at: datetime
    entered_at: datetime | None
    task_id: str | None


class Colleague(BaseModel):
    """Somebody of the agency; `in_hand` counts the tasks the person has taken."""

    id: str
    login: str
    name: str
    duties: list[str]
    language: str
    active: bool
    in_hand: int
    away_from: datetime | None
    away_until: datetime | None
    deputy_id: str | None


class Colleagues(BaseModel):
    """Everybody of the agency, the active ones first."""

    items: list[Colleague]


class Joined(BaseModel):
    """A new colleague with the first password, shown once."""

    colleague: Colleague
    password: str


class FirstManager(BaseModel):
    """The first person of an agency, with the first password, shown once."""

    login: str
    name: str
    password: str


class Moved(BaseModel):
    """How many tasks went to somebody else."""

    moved: int


class OwnPlaces(BaseModel):
    """Places of one kind; `free` is null where nobody confirmed the number in the last 24 hours."""

    kind: PlaceKind
    total: int
    taken: int
    free: int | None
    confirmed_at: datetime


class OwnAgency(BaseModel):
    """One's own agency: how it is reached, and its places."""

    id: str
    name: str
    phone: str
    hours: str
    email: str
    places: list[OwnPlaces]


class Listed(BaseModel):
    """An agency of the directory, also one that takes part no longer."""

    id: str
    code: str
    name: str
    roles: list[str]
    services: list[str]
    sexes: list[str]
    ages: list[str]
    families: bool
    region: str
    phone: str
    hours: str
    reach: Reach
    active: bool
    closed_at: datetime | None
    successor_id: str | None


class CaseLink(BaseModel):
    """Two cases of one person; null stands for one that the reader may not open."""

    id: str
    leading: str | None
    follower: str | None
    linked_at: datetime
    undone_at: datetime | None


class CaseLinks(BaseModel):
    """The links of a case that hold."""

    items: list[CaseLink]


class Opened(BaseModel):
    """A case that was opened."""

    reference: str
    status: CaseStatus
    region: str


class OpenedCases(BaseModel):
    """Cases that were opened together."""

    items: list[Opened]
