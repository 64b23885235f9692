"""Where a case stands that no open task tells of: the drawn timers that run, and the steps that were skipped."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from ..models.records import AuditEntry
from ..models.work import Deadline, DeadlineKind, DeadlineState, TaskStatus, UserTask
from ..process.definitions import Bundle
from ..process.elements import Element

_CLOCK = re.compile(r'=?\s*clock\("(\w+)"\)')


@dataclass(frozen=True)
class Timer:
    """A step of the drawing that waits for its clock, and until when."""

    element: Element
    clock: str
    until: datetime


@dataclass(frozen=True)
class Standing:
    """What the tasks of a case do not tell. `skipped`: the coded reason, by the task that was skipped."""

    timers: tuple[Timer, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)

    def reason(self, tasks: Iterable[UserTask]) -> str:
        """Why what these tasks are of was skipped; empty where it was not."""
        return next((self.skipped[task.id] for task in tasks if task.id in self.skipped), "")


NOTHING = Standing()


def of_case(session: Session, bundle: Bundle, tasks: list[UserTask], deadlines: list[Deadline]) -> Standing:
    """What runs and what was skipped; the record is asked only where something was cancelled."""
    cancelled = {task.case_id for task in tasks if task.status is TaskStatus.CANCELLED}
    return Standing(timers(bundle, deadlines), _skipped(session, cancelled) if cancelled else {})


def timers(bundle: Bundle, deadlines: Iterable[Deadline]) -> tuple[Timer, ...]:
    """The timers that run, each at the element that names its clock."""
    running = [d for d in deadlines if d.kind is DeadlineKind.TIMER and d.state is DeadlineState.RUNNING]
    drawn = {clock: element for element in bundle.elements.values() if (clock := _clock(element))} if running else {}
    return tuple(Timer(drawn[d.clock], d.clock, d.due_at) for d in running if d.clock in drawn)


def _clock(element: Element) -> str:
    written = element.texts.get("timer", ("", None))[0]
    found = _CLOCK.match(written)
    return found[1] if found else ""


def _skipped(session: Session, case_ids: set[str]) -> dict[str, str]:
    query = select(AuditEntry.leaf).where(col(AuditEntry.case_id).in_(case_ids), AuditEntry.action == "task.skipped")
    leaves = [json.loads(text) for text in session.exec(query).all()]
    return {leaf["subject"][1]: leaf["data"]["reason"] for leaf in leaves}
