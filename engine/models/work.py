"""What is to be done, by whom, by when, and how it passes from one agency to another."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, String
from sqlmodel import Field

from .columns import Row, instant, key, link, sealed, word, words


class TaskStatus(StrEnum):
    """The life of a user task."""

    AWAITING = "awaiting"  # no agency has accepted yet; the giver stays accountable
    OPEN = "open"  # an agency holds it, nobody has taken it
    CLAIMED = "claimed"  # a person works on it
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_TASK = (TaskStatus.AWAITING, TaskStatus.OPEN, TaskStatus.CLAIMED)


class HandoffState(StrEnum):
    """The life of a handoff; the transitions are `transitions.TRANSITIONS`."""

    OFFERED = "offered"
    DELIVERED = "delivered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    IN_WORK = "in_work"
    DONE = "done"
    PARTLY_DONE = "partly_done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    EXPIRED = "expired"
    RECALLED = "recalled"
    EXHAUSTED = "exhausted"


TAKEN_BACK = ("wrong_agency", "by_giver")  # why somebody takes a handoff back
TAKEN_AWAY = (*TAKEN_BACK, "agency_suspended", "agency_closed", "desk_empty")  # why an agency has to give one up
PENDING_HANDOFF = (HandoffState.OFFERED, HandoffState.DELIVERED, HandoffState.OPENED)
HELD_HANDOFF = (HandoffState.ACCEPTED, HandoffState.IN_WORK)


class DeclineCode(StrEnum):
    """Why an agency does not take a case. `no_capacity` is counted."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    NOT_OUR_MANDATE = "not_our_mandate"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    NO_LANGUAGE = "no_language"
    SAFETY = "safety"
    OTHER = "other"


class DeadlineKind(StrEnum):
    """What happens when it passes."""

    DUTY = "duty"  # a task is late: the ladder begins
    ACCEPTANCE = "acceptance"  # an offer expires and is re-routed
    TIMER = "timer"  # a timer of the drawing fires
    ARRIVAL = "arrival"  # nobody confirmed that the person arrived
    ALARM = "alarm"  # an alarm nobody acknowledged is repeated


class DeadlineState(StrEnum):
    """Whether it still runs."""

    RUNNING = "running"
    MET = "met"
    PASSED = "passed"
    CANCELLED = "cancelled"


class AlarmKind(StrEnum):
    """What somebody must look at now."""

    OVERDUE = "overdue"
    NOT_ARRIVED = "not_arrived"
    NO_TAKER = "no_taker"
    NO_GROUND = "no_ground"
    UNDELIVERED = "undelivered"
    CARE_INTERRUPTED = "care_interrupted"
    DESK_EMPTY = "desk_empty"
    DISPUTED = "disputed"
    WITHDRAWAL_REPORTED = "withdrawal_reported"
    AGREEMENT_REPORTED = "agreement_reported"
    LEFT_REPORTED = "left_reported"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ACTED_ON_OLD_ANSWER = "acted_on_old_answer"
    DECIDED_ON_OLD_ANSWER = "decided_on_old_answer"
    MISSING = "missing"
    DANGER = "danger"
    DEATH = "death"
    EXTENDED = "extended"
    FAULT = "fault"


class ProcessInstance(Row, table=True):
    """One running diagram of a case. `state` holds the engine's tokens, sealed."""

    RECORDED: ClassVar = ("process", "ended_at", "outcome")
    __tablename__ = "process_instance"

    id: str = key()
    case_id: str = link("episode", index=True)
    process: str = Field(max_length=64)
    bundle_id: str = Field(sa_type=String(64))
    state: bytes = sealed()
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    outcome: str = Field(default="", max_length=64)


class UserTask(Row, table=True):
    """Something a person of one agency owes; its id is that of the engine's token."""

    RECORDED: ClassVar = (
        "element",
        "scope",
        "lane",
        "status",
        "holder_id",
        "accountable_id",
        "claimed_by_id",
    )
    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_holder", "holder_id", "status", "opened_at"),
        Index("ix_user_task_accountable", "accountable_id", "status", "opened_at"),
        Index("ix_user_task_case", "case_id", "status"),
        Index("ix_user_task_scope", "instance_id", "scope", "lane"),
        Index("ix_user_task_due", "status", "due_at", "case_id"),
    )

    id: str = key()
    case_id: str = link("episode")
    instance_id: str = link("process_instance")
    scope: str = Field(default="", max_length=32)
    process: str = Field(max_length=64)
    element: str = Field(max_length=64)
    lane: str = Field(max_length=48)
    name: str = Field(max_length=200)
    form: str = Field(max_length=64)
    service: str = Field(default="", max_length=48)
    purpose: str = Field(default="", max_length=48)
    urgent: bool = False
    place: bool = False
    moves: str = Field(default="", max_length=48)
    accept: str = Field(default="", max_length=48)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    status: TaskStatus = word(TaskStatus)
    holder_id: str | None = link("agency", nullable=True)
    accountable_id: str = link("agency")
    giver_id: str = link("agency")
    claimed_by_id: str | None = link("member", nullable=True)
    opened_at: datetime = instant()
    assigned_at: datetime | None = instant(nullable=True)
    claimed_at: datetime | None = instant(nullable=True)
    due_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    ended_by_id: str | None = link(nullable=True)
    ended_by_agency_id: str | None = link(nullable=True)
    end_reason: str = Field(default="", max_length=48)
    form_id: str = Field(default="", max_length=64)  # the submission that completed it: a resend is the same act
    revision: int = 1


class Handoff(Row, table=True):
    """Responsibility offered by one agency to another. Names are copied as they were then."""

    RECORDED: ClassVar = (
        "giver_id",
        "receiver_id",
        "lane",
        "scope",
        "state",
        "ground",
        "consent_id",
        "shared",
    )
    __table_args__ = (
        Index("ix_handoff_receiver", "receiver_id", "state"),
        Index("ix_handoff_giver", "giver_id", "state"),
        Index("ix_handoff_given", "giver_id", "ended_at"),
        Index("ix_handoff_scope", "instance_id", "scope", "lane"),
        Index("ix_handoff_case", "case_id", "offered_at"),
        Index("ix_handoff_state", "state", "case_id"),
    )

    id: str = key()
    case_id: str = link("episode")
    instance_id: str = link("process_instance")
    task_id: str = link("user_task", index=True)
    scope: str = Field(default="", max_length=32)
    lane: str = Field(max_length=48)
    giver_id: str = link("agency")
    giver_name: str = Field(max_length=200)
    giver_user_id: str | None = link(nullable=True)
    giver_task: str = Field(default="", max_length=200)
    receiver_id: str | None = link("agency", nullable=True)
    receiver_name: str = Field(default="", max_length=200)
    element: str = Field(max_length=64)
    task_name: str = Field(max_length=200)
    service: str = Field(default="", max_length=48)
    urgent: bool = False
    state: HandoffState = word(HandoffState)
    consent_id: str | None = link("consent", nullable=True)
    ground: str = Field(default="", max_length=48)
    shared: list[str] = words()
    place_id: str | None = link("place", nullable=True)
    unit: int = 1
    offered_at: datetime = instant()
    delivered_at: datetime | None = instant(nullable=True)
    opened_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)
    answered_by_id: str | None = link(nullable=True)
    in_work_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    answer_by: datetime | None = instant(nullable=True)
    reason: str = Field(default="", max_length=48)
    outcome: str = Field(default="", max_length=64)
    place_freed_at: datetime | None = instant(nullable=True)
    revision: int = 1


class Movement(Row, table=True):
    """A person travelling between two agencies. Accepted is not arrived."""

    RECORDED: ClassVar = ("from_id", "to_id", "departed_at", "arrived_at", "condition")

    id: str = key()
    case_id: str = link("episode", index=True)
    task_id: str = link("user_task", index=True)
    from_id: str = link("agency")
    to_id: str = link("agency")
    escort: str = Field(default="", max_length=32)
    condition: str = Field(default="", max_length=32)
    departed_at: datetime | None = instant(nullable=True)
    arrived_at: datetime | None = instant(nullable=True)
    note: bytes | None = sealed(nullable=True)


class Deadline(Row, table=True):
    """One due time, the rule it comes from, and whether it was kept."""

    RECORDED: ClassVar = ("kind", "clock", "due_at", "state")
    __table_args__ = (
        Index("ix_deadline_next", "state", "next_at"),
        Index("ix_deadline_case", "case_id", "state"),
    )

    id: str = key()
    case_id: str = link("episode")
    instance_id: str | None = link(nullable=True)
    kind: DeadlineKind = word(DeadlineKind)
    clock: str = Field(max_length=48)
    source: str = Field(default="", max_length=300)
    about_id: str = Field(max_length=100, index=True)  # the task, handoff, timer token, movement or alarm it belongs to
    task_id: str | None = link(nullable=True, index=True)
    started_at: datetime = instant()
    due_at: datetime = instant()
    next_at: datetime = instant()  # when the worker looks next: the due time, then each rung of the ladder
    rung: int = 0
    state: DeadlineState = word(DeadlineState, default=DeadlineState.RUNNING)
    ended_at: datetime | None = instant(nullable=True)


class Alarm(Row, table=True):
    """Somebody must look. It is repeated until a named desk acknowledges it."""

    RECORDED: ClassVar = ("kind", "to_id", "repeats", "acknowledged_at", "settled_at")
    __table_args__ = (Index("ix_alarm_to", "to_id", "acknowledged_at"),)

    id: str = key()
    case_id: str = link("episode", index=True)
    task_id: str | None = link(nullable=True)
    handoff_id: str | None = link(nullable=True)
    deadline_id: str | None = link(nullable=True)
    kind: AlarmKind = word(AlarmKind)
    to_id: str = link("agency")
    raised_at: datetime = instant()
    repeats: int = 0
    acknowledged_at: datetime | None = instant(nullable=True)
    acknowledged_by_id: str | None = link(nullable=True)
    settled_at: datetime | None = instant(nullable=True)  # what it was about has ended


class Catch(Row, table=True):
    """A step of the drawing that waits for a message."""

    __table_args__ = (Index("ix_catch_case", "case_id", "message"),)

    id: str = Field(max_length=100, primary_key=True)
    case_id: str = link("episode")
    instance_id: str = link("process_instance", index=True)
    element: str = Field(max_length=64)
    message: str = Field(max_length=64)
    expires_at: datetime | None = instant(nullable=True)
