"""Finding work: what a board or a worklist is asked for, as conditions on the store. Codes, nothing of a person."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from . import clock
from .actor import Actor
from .config import settings
from .models.cases import Case, CaseStatus
from .models.people import Agency
from .models.work import HELD_HANDOFF, OPEN_TASK, PENDING_HANDOFF, Handoff, HandoffState, UserTask

Condition = ColumnElement[bool]
ME, NOBODY = "me", "nobody"
UNSEEN = (HandoffState.OFFERED, HandoffState.DELIVERED)


class Due(StrEnum):
    """When something must be done: too late already, until midnight, or within seven days."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which open tasks: each word that is given must fit, and all must fit the same task.

    `stage` is the drawn element, `lane` the role, `assignee` a person's id, `me` or `nobody`.
    """

    stage: str = ""
    lane: str = ""
    clock: Due | None = None
    urgent: bool = False
    assignee: str = ""

    def of_task(self, by: Actor) -> list[Condition]:
        """The conditions on a task."""
        found: list[Condition] = []
        if self.stage:
            found.append(col(UserTask.element) == self.stage)
        if self.lane:
            found.append(col(UserTask.lane) == self.lane)
        if self.clock is not None:
            found += _due(self.clock)
        if self.urgent:
            found.append(col(UserTask.urgent).is_(True))
        if self.assignee == NOBODY:
            found.append(col(UserTask.claimed_by_id).is_(None))
        elif self.assignee:
            found.append(col(UserTask.claimed_by_id) == (by.user_id if self.assignee == ME else self.assignee))
        return found


@dataclass(frozen=True, kw_only=True)
class WorklistFilter(Wanted):
    """What an agency looks for among its own duties; `region` and `language` are those of the case.

    `agency` is who handed the duty over; `waiting` asks of its case, not of the duty: whom this agency has asked in it.
    Both by code.
    """

    region: str = ""
    language: str = ""
    agency: str = ""
    waiting: str = ""

    def conditions(self, by: Actor) -> list[Condition]:
        """The conditions on a task of the worklist."""
        found = self.of_task(by)
        of_case = _of_case(self.region, self.language)
        if of_case:
            found.append(select(Case.id).where(Case.id == UserTask.case_id, *of_case).exists())
        if self.agency:
            found.append(_handed_by(self.agency, by))
        if self.waiting:
            found.append(col(UserTask.case_id).in_(_asked(self.waiting, by)))
        return found


@dataclass(frozen=True, kw_only=True)
class BoardFilter(Wanted):
    """What a coordinator looks for among the cases. `agency` holds the task, `waiting` is asked to; both by code.

    `unopened` is an offer that nobody has looked at: of the same task as the other words, and made to `waiting`.
    """

    status: CaseStatus = CaseStatus.OPEN
    region: str = ""
    language: str = ""
    agency: str = ""
    waiting: str = ""
    unopened: bool = False

    def conditions(self, by: Actor) -> list[Condition]:
        """The conditions on a case of the board."""
        found = [col(Case.status) == self.status, *_of_case(self.region, self.language)]
        of_offer = self._of_offer()
        if of_offer:  # few offers are open: the cases that have one are looked up
            found.append(col(Case.id).in_(select(Handoff.case_id).where(*of_offer)))
        of_task = self.of_task(by)
        if self.agency:
            of_task.append(col(UserTask.holder_id).in_(_agency(self.agency)))
        if self.assignee == ME:  # what I have taken lies on my agency's desk: the index of desks finds it
            of_task.append(col(UserTask.holder_id) == by.agency_id)
        if of_task:
            found.append(self._with_task([*of_task, *_offered(of_offer)]))
        return found

    def _of_offer(self) -> list[Condition]:
        """The conditions on an offer."""
        found: list[Condition] = []
        if self.waiting:
            found += [to_agency(self.waiting), col(Handoff.state).in_(PENDING_HANDOFF)]
        if self.unopened:
            found.append(col(Handoff.state).in_(UNSEEN))
        return found

    def _with_task(self, of_task: list[Condition]) -> Condition:
        """Few tasks fit an agency, a person or a clock: those are looked up. Many fit a stage: each case is asked."""
        tasks = select(UserTask.case_id).where(col(UserTask.status).in_(OPEN_TASK), *of_task)
        if self.agency or self.clock or self.assignee not in ("", NOBODY):
            return col(Case.id).in_(tasks)
        return tasks.where(UserTask.case_id == Case.id).exists()


def overdue() -> Any:
    """The cases in which something is late."""
    return select(UserTask.case_id).where(col(UserTask.status).in_(OPEN_TASK), *_due(Due.LATE))


def unopened() -> Any:
    """The cases with an offer that nobody has looked at."""
    return select(Handoff.case_id).where(col(Handoff.state).in_(UNSEEN))


def after(last: tuple[datetime, str] | None, moment: Any, key: Any) -> list[Condition]:
    """The rows behind this one in a list with the newest first: a page does not shift when something new comes."""
    if last is None:
        return []
    at, row_id = last
    return [or_(moment < at, (moment == at) & (key < row_id))]


def _of_case(region: str, language: str) -> list[Condition]:
    wanted = ((Case.region, region), (Case.language, language))
    return [col(column) == word for column, word in wanted if word]


def from_agency(code: str) -> Condition:
    """The handoffs this agency gave."""
    return col(Handoff.giver_id).in_(_agency(code))


def to_agency(code: str) -> Condition:
    """The handoffs made to this agency."""
    return col(Handoff.receiver_id).in_(_agency(code))


def _agency(code: str) -> Any:
    return select(Agency.id).where(Agency.code == code)


def _asked(code: str, by: Actor) -> Any:
    """The cases with an offer to this agency that is not answered; an agency knows of those it made itself."""
    query = select(Handoff.case_id).where(to_agency(code), col(Handoff.state).in_(PENDING_HANDOFF))
    return query if by.is_coordinator else query.where(Handoff.giver_id == by.agency_id)


def _offered(of_offer: list[Condition]) -> list[Condition]:
    """That an offer like this is of the task: of its lane in its scope, as an offer is."""
    if not of_offer:
        return []
    of_task = (
        Handoff.instance_id == UserTask.instance_id,
        Handoff.scope == UserTask.scope,
        Handoff.lane == UserTask.lane,
    )
    return [select(Handoff.id).where(*of_task, *of_offer).exists()]


def _handed_by(code: str, by: Actor) -> Condition:
    """Who brought the duty here. To others than coordinators only the handoff under which they hold it tells that:
    the step that opened it may have been the work of an agency they must not know of."""
    handed = select(Handoff.id).where(
        from_agency(code),
        Handoff.receiver_id == by.agency_id,
        Handoff.instance_id == UserTask.instance_id,
        Handoff.scope == UserTask.scope,
        Handoff.lane == UserTask.lane,
        col(Handoff.state).in_(HELD_HANDOFF),
    )
    held = handed.exists()
    return or_(held, col(UserTask.giver_id).in_(_agency(code))) if by.is_coordinator else held


def _due(due: Due) -> list[Condition]:
    now, at = clock.now(), col(UserTask.due_at)
    if due is Due.LATE:
        return [at < now]
    return [at >= now, at < _midnight(now, 1 if due is Due.TODAY else 7)]


def _midnight(now: datetime, days: int) -> datetime:
    """The end of today, or of the day so many days from now, where the country's clocks are."""
    zone = ZoneInfo(settings().time_zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), time(), zone)
