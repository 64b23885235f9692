"""Clocks: when something is due, by which rule, counted in whose days."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .access import rules
from .act import Act
from .config import settings
from .errors import Conflict, Invalid
from .models.work import Deadline, DeadlineKind, DeadlineState, UserTask
from .process.country import Clock, Country

EXTENDABLE = (DeadlineKind.DUTY, DeadlineKind.TIMER)
REASONS = ("health", "trauma", "intimidation", "investigation", "document", "other")
LONGEST = 365


@lru_cache
def holidays(folder: Path | None = None) -> frozenset[date]:
    """The public holidays of the country; a file of their own, since they change every year."""
    path = (folder or settings().folder("workflows")) / "holidays.toml"
    if not path.exists():
        return frozenset()
    return frozenset(date.fromisoformat(day) for day in tomllib.loads(path.read_text()))


def due(country: Country, rule: Clock, start: datetime, facts: dict[str, Any]) -> datetime | None:
    """When a clock that starts now is due; None where the fact it counts from is not known yet.

    Working days skip weekends and holidays in the country's own time zone and end at the close of the day.
    """
    zone = country.zone
    if rule.from_:
        anchor = facts.get(rule.from_)
        return None if anchor is None else _anniversary(_date(anchor), int(rule.amount), zone)
    if rule.unit == "hours":
        return start + timedelta(hours=float(rule.amount))
    if rule.unit == "days":
        return start + timedelta(days=float(rule.amount))
    return _working_days(start, int(rule.amount), zone, set(country.weekend), holidays())


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _anniversary(day: date, years: int, zone: ZoneInfo) -> datetime:
    try:
        day = day.replace(year=day.year + years)
    except ValueError:  # 29 February: the day after the 28th
        day = date(day.year + years, 3, 1)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _working_days(start: datetime, days: int, zone: ZoneInfo, weekend: set[str], off: frozenset[date]) -> datetime:
    day = start.astimezone(zone).date()
    while days > 0:
        day += timedelta(days=1)
        if day.strftime("%A").lower() not in weekend and day not in off:
            days -= 1
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def start(
    act: Act,
    kind: DeadlineKind,
    clock_name: str,
    about_id: str,
    *,
    task_id: str | None = None,
    instance_id: str | None = None,
) -> Deadline | None:
    """Let a clock run for a task, handoff, timer or movement, and record it with its source."""
    rule = act.bundle.clocks[clock_name]
    moment = due(act.bundle.country, rule, act.at, act.facts)
    if moment is None:
        return None
    deadline = Deadline(
        case_id=act.case.id,
        kind=kind,
        clock=clock_name,
        source=rule.source,
        started_at=act.at,
        due_at=moment,
        next_at=moment,
        about_id=about_id,
        task_id=task_id,
        instance_id=instance_id,
    )
    act.add_deadline(deadline)
    act.record("deadline.started", deadline, clock=clock_name, kind=kind)
    return deadline


def stop(act: Act, state: DeadlineState, about_id: str) -> None:
    """Stop every running clock of one task, handoff, timer, movement or alarm: met, passed or cancelled."""
    for deadline in act.deadlines():
        if deadline.about_id == about_id:
            deadline.state = state
            deadline.ended_at = act.at
            act.session.add(deadline)
            late = state is DeadlineState.MET and act.at > deadline.due_at
            act.record(f"deadline.{state}", deadline, clock=deadline.clock, late=late or None)


def check_extend(act: Act, deadline: Deadline, task: UserTask | None) -> None:
    """Who steers the case may extend a clock; whoever holds its task may where the country says so of this clock."""
    if deadline.state is not DeadlineState.RUNNING or deadline.kind not in EXTENDABLE:
        raise Conflict("Only a duty or a timer that still runs can be extended.")
    holds = task is not None and task.id == deadline.task_id and task.holder_id == act.by.agency_id
    if not (holds and act.bundle.clocks[deadline.clock].holder_extends):
        rules.check_coordinate(act.by, act.case)


def longest(act: Act, deadline: Deadline) -> int:
    """By how many days the actor may extend a clock at once: who holds its task by no more than the clock's own length.

    Who steers the case decides on more.
    """
    rule = act.bundle.clocks[deadline.clock]
    if act.by.is_coordinator or rule.from_:
        return LONGEST
    return max(1, ceil(rule.amount / 24 if rule.unit == "hours" else rule.amount))


def extend(act: Act, deadline: Deadline, *, days: int, reason: str) -> Deadline:
    """Give a running clock more calendar days; the record keeps from, to, who and the coded reason."""
    most = longest(act, deadline)
    if reason not in REASONS or not 1 <= days <= most:
        known = ", ".join(REASONS)
        raise Invalid(f"Extend by 1 to {most} days, for one of these reasons: {known}.", fields={"reason": known})
    before = deadline.due_at
    if not act.by.is_coordinator and before + timedelta(days=days) > act.at + timedelta(days=2 * most):
        raise Conflict(f"You have extended this already. Extend it again nearer its end, by {most} days at most.")
    deadline.due_at = deadline.next_at = before + timedelta(days=days)
    act.session.add(deadline)
    if deadline.task_id and (task := act.session.get(UserTask, deadline.task_id)) is not None:
        task.due_at = deadline.due_at
        act.session.add(task)
    act.record("deadline.extended", deadline, clock=deadline.clock, before=before, reason=reason)
    return deadline
