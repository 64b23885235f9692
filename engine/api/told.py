"""What goes out: each thing as the API tells it. Nothing here is a table; a field that may not be seen is null."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from ..models.cases import CaseStatus, ConsentAnswer
from ..models.people import PlaceKind
from ..models.work import AlarmKind, DeadlineKind, DeadlineState, HandoffState, TaskStatus
from ..timelines import Stretch


class Contact(BaseModel):
    """An agency, how to call it and when somebody answers. In a handoff the name is the one it had then."""

    id: str
    name: str
    phone: str
    hours: str


class Human(BaseModel):
    """Somebody of an agency."""

    id: str
    name: str


class Me(BaseModel):
    """Who acts with this token. `colleagues` are those to whom a task may be given."""

    id: str
    name: str
    agency: Contact
    roles: list[str]
    duties: list[str]
    region: str
    language: str
    colleagues: list[Human]


class Token(BaseModel):
    """A bearer token. It is shown once."""

    token: str
    name: str


class Task(BaseModel):
    """A user task: what is owed, by when, and where it lies."""

    id: str
    reference: str | None
    element: str
    name: str
    form: str
    service: str
    urgent: bool
    status: TaskStatus
    holder_id: str | None
    claimed_by_id: str | None
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    revision: int


class TaskState(BaseModel):
    """Where a task stands after an act; reading it gives the rest."""

    id: str
    element: str
    status: TaskStatus
    holder_id: str | None
    claimed_by_id: str | None
    due_at: datetime | None
    ended_at: datetime | None
    revision: int


class Movement(BaseModel):
    """A person on the way to the agency of a task."""

    escort: str
    departed_at: datetime | None
    arrived_at: datetime | None
    condition: str


class Draft(BaseModel):
    """What this person has typed and not sent."""

    saved_at: datetime | None
    answers: dict[str, Any]


class TaskDetail(Task):
    """A task with what its holder needs: the data package, the form, the draft."""

    owed: str
    package: dict[str, Any]
    form_schema: dict[str, Any]
    sections: list[str]
    draft: Draft
    movement: Movement | None
    people: list[Human]


class Tasks(BaseModel):
    """A page of tasks."""

    items: list[Task]
    next: str | None


class Candidate(BaseModel):
    """An agency to which a task may be offered."""

    agency: Contact
    region: str
    place: PlaceKind | None
    free: int | None
    full: bool = Field(default=False, description="Every place is taken: it may be asked, and says why it accepts.")
    instead: str = Field(default="", description="The service it would give instead of the one that is asked for.")


class Candidates(BaseModel):
    """The agencies that could take a task, the nearest first."""

    items: list[Candidate]


class Card(BaseModel):
    """All that an agency learns before it answers: no identity, no story, no place."""

    service: str
    sex: str
    age_band: str
    dependants: int
    language: str
    interpreter_needed: str
    urgent: bool


class Handoff(BaseModel):
    """Responsibility passing between two agencies, as far as the reader takes part in it.

    The card is there while the reader may answer. The reference and the task are there for whoever is engaged.
    The receiver is named to the giver while it may have to be called: until it has answered, and on the way to it.
    """

    id: str
    reference: str | None
    task_id: str | None
    task_name: str
    service: str
    urgent: bool
    state: HandoffState
    giver: Contact | None
    receiver: Contact | None
    offered_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    reason: str
    outcome: str
    card: Card | None = None
    movement: Movement | None = None
    ground: str | None = None
    shared: list[str] | None = None
    revision: int


class Handoffs(BaseModel):
    """What waits for this agency's answer, and what it waits for itself."""

    offered: list[Handoff]
    awaiting_outcome: list[Handoff]
    next: str | None


class Clock(BaseModel):
    """A due time, with the rule it comes from and where that rule is written."""

    id: str
    kind: DeadlineKind
    clock: str
    source: str
    task_id: str | None
    started_at: datetime
    due_at: datetime
    state: DeadlineState


class Consent(BaseModel):
    """What the person said about one purpose."""

    id: str
    purpose: str
    answer: ConsentAnswer
    recipient_id: str | None
    domains: list[str]
    happened_at: datetime
    entered_at: datetime


class Holder(BaseModel):
    """The agency that fills a lane in one part of the path."""

    lane: str
    agency: Contact
    since: datetime
    until: datetime | None


class CaseLine(BaseModel):
    """A case on the board, with everything that is open in it."""

    reference: str
    region: str
    status: CaseStatus
    opened_at: datetime
    open_tasks: list[Task]


class Board(BaseModel):
    """A page of the board."""

    items: list[CaseLine]
    next: str | None


class Case(BaseModel):
    """A case: for a coordinator the whole path, for an agency its own stretch and nothing else."""

    reference: str
    status: CaseStatus
    opened_at: datetime | None
    closed_at: datetime | None
    region: str | None
    lead: Contact
    tasks: list[Task]
    handoffs: list[Handoff]
    clocks: list[Clock]
    consents: list[Consent]
    holders: list[Holder]


class Sentence(BaseModel):
    """One thing that happened."""

    happened_at: datetime
    entered_at: datetime
    text: str
    action: str
    on_behalf_of: str
    entered_by: str


class Span(BaseModel):
    """An agency and a stretch of time; no `end` while it lasts."""

    agency: str
    start: datetime
    end: datetime | None
    kind: Stretch
    label: str


class Timeline(BaseModel):
    """What happened, as a page of sentences and as stretches of time."""

    name: str
    sentences: list[Sentence]
    spans: list[Span]
    next: str | None


class Alarm(BaseModel):
    """Somebody must look now."""

    id: str
    kind: AlarmKind
    reference: str | None
    task_id: str | None
    raised_at: datetime
    repeats: int
    acknowledged_at: datetime | None
    agency: Contact


class Alarms(BaseModel):
    """The alarms this desk has not acknowledged, oldest first, and those it carries to agencies without an account."""

    items: list[Alarm]
    to_carry: list[Alarm]


class Places(BaseModel):
    """Places of one kind; `free` is null where nobody confirmed the number for 24 hours."""

    kind: PlaceKind
    total: int
    free: int | None


class Agency(BaseModel):
    """An agency of the directory."""

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
    places: list[Places] | None


class Agencies(BaseModel):
    """A page of the directory."""

    items: list[Agency]
    next: str | None


class Message(BaseModel):
    """A message that reached a case."""

    name: str
    received_at: datetime


class Now(BaseModel):
    """The training clock."""

    now: datetime
    ahead_seconds: float
    next_deadline: datetime | None
