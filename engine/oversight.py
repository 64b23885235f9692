"""Oversight: what an auditor sees across cases, under aliases: timelines, waiting times, and the fixed exceptions."""

import hmac
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from statistics import median

from sqlalchemy import func
from sqlmodel import Session, col, select

from . import bundles, clock, separation
from .actor import Actor
from .errors import NotFound
from .models.cases import Case
from .models.people import Agency
from .models.records import AuditEntry, Setting
from .models.work import Alarm, Deadline, DeadlineKind, DeadlineState, Handoff, Movement, TaskStatus, UserTask

MOST = 200
APART = separation.AGENCY
LAST_CHECK = "last_check"


class ExceptionKind(StrEnum):
    """What an auditor must be shown; the list is fixed, so that nothing is left out because nobody asked."""

    LATE = "late"
    SKIPPED = "skipped"
    REPEATED = "repeated"
    OVERRIDDEN = "overridden"
    ENTERED_FOR_ANOTHER = "entered_for_another"
    ENTERED_LATE = "entered_late"
    CORRECTED = "corrected"
    UNACKNOWLEDGED_ALARM = "unacknowledged_alarm"
    ONE_AGENCY_ALONE = "one_agency_alone"
    NOT_ARRIVED = "not_arrived"


@dataclass(frozen=True)
class Found:
    """One exception: in which case, when, at which step."""

    kind: ExceptionKind
    case_id: str
    at: datetime
    what: str


@dataclass(frozen=True)
class Wait:
    """How long offers and duties wait for an agency at one stage."""

    agency: str
    stage: str
    count: int
    median: timedelta
    longest: timedelta


def check_auditor(by: Actor) -> None:
    """These pages exist for auditors only."""
    if not by.is_auditor:
        raise NotFound()


def alias(case_id: str) -> str:
    """A name for a case that leads an auditor back to it and nobody to a person."""
    return "A-" + hmac.new(b"nrm auditor's alias", case_id.encode(), sha256).hexdigest()[:10].upper()


def timelines(session: Session, *, by: Actor, offset: int = 0, limit: int = 20) -> list[Case]:
    """A page of cases, the newest first."""
    check_auditor(by)
    query = select(Case).order_by(col(Case.opened_at).desc(), col(Case.id)).offset(offset).limit(limit)
    return list(session.exec(query).all())


def case_of(session: Session, name: str, *, by: Actor) -> Case:
    """The case behind an alias."""
    check_auditor(by)
    for case in session.exec(select(Case)).all():
        if hmac.compare_digest(alias(case.id), name):
            return case
    raise NotFound()


def waits(session: Session, *, by: Actor) -> list[Wait]:
    """Waiting apart from working: from offer to answer and from assignment to claim, per agency and stage."""
    check_auditor(by)
    found: dict[tuple[str, str], list[timedelta]] = defaultdict(list)
    offers = select(Handoff.receiver_name, Handoff.task_name, Handoff.offered_at, Handoff.answered_at)
    for agency, stage, start, end in session.exec(offers.where(Handoff.receiver_name != "")).all():
        found[agency, stage].append((end or clock.now()) - start)
    names = {a.id: a.name for a in session.exec(select(Agency)).all()}
    duties = select(UserTask.holder_id, UserTask.name, UserTask.assigned_at, UserTask.claimed_at).where(
        col(UserTask.assigned_at).is_not(None)
    )
    for holder, stage, assigned, claimed in session.exec(duties).all():
        if assigned is not None:
            found[names.get(holder or "", ""), stage].append((claimed or clock.now()) - assigned)
    rows = [Wait(a, s, len(spans), _middle(spans), max(spans)) for (a, s), spans in found.items()]
    return sorted(rows, key=lambda wait: wait.longest, reverse=True)[:MOST]


def _middle(spans: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def exceptions(session: Session, *, by: Actor, case_id: str | None = None) -> dict[ExceptionKind, list[Found]]:
    """Every kind of the fixed list, the empty ones included; the newest of each first."""
    check_auditor(by)
    found: dict[ExceptionKind, list[Found]] = {
        ExceptionKind.LATE: _late(session),
        ExceptionKind.REPEATED: _repeated(session),
        ExceptionKind.OVERRIDDEN: _entries(session, ExceptionKind.OVERRIDDEN, OVERRIDES),
        ExceptionKind.SKIPPED: _entries(session, ExceptionKind.SKIPPED, ("task.skipped",)),
        ExceptionKind.CORRECTED: _entries(session, ExceptionKind.CORRECTED, ("answers.corrected",)),
        ExceptionKind.ENTERED_FOR_ANOTHER: _from_leaves(session, ExceptionKind.ENTERED_FOR_ANOTHER),
        ExceptionKind.ENTERED_LATE: _from_leaves(session, ExceptionKind.ENTERED_LATE),
        ExceptionKind.UNACKNOWLEDGED_ALARM: _alarms(session),
        ExceptionKind.ONE_AGENCY_ALONE: _one_agency_alone(session),
        ExceptionKind.NOT_ARRIVED: _not_arrived(session),
    }
    if case_id is not None:
        found = {kind: [f for f in rows if f.case_id == case_id] for kind, rows in found.items()}
    return {kind: sorted(rows, key=lambda f: f.at, reverse=True)[:MOST] for kind, rows in found.items()}


OVERRIDES = ("task.rerouted", "task.reassigned", "task.offered_again", "deadline.extended")


def _late(session: Session) -> list[Found]:
    query = select(UserTask).where(
        col(UserTask.due_at).is_not(None),
        func.coalesce(UserTask.ended_at, clock.now()) > UserTask.due_at,
        UserTask.status != TaskStatus.CANCELLED,
    )
    return [Found(ExceptionKind.LATE, t.case_id, t.due_at or t.opened_at, t.element) for t in session.exec(query).all()]


def _repeated(session: Session) -> list[Found]:
    query = (
        select(UserTask.case_id, UserTask.element, func.max(UserTask.opened_at))
        .where(UserTask.status == TaskStatus.DONE)
        .group_by(col(UserTask.case_id), col(UserTask.instance_id), col(UserTask.scope), col(UserTask.element))
        .having(func.count() > 1)
    )
    return [Found(ExceptionKind.REPEATED, case_id, at, element) for case_id, element, at in session.exec(query).all()]


def _entries(session: Session, kind: ExceptionKind, actions: tuple[str, ...]) -> list[Found]:
    query = select(AuditEntry).where(col(AuditEntry.action).in_(actions)).order_by(col(AuditEntry.index).desc())
    return [Found(kind, e.case_id or "", e.entered_at, e.action) for e in session.exec(query.limit(MOST)).all()]


def _from_leaves(session: Session, kind: ExceptionKind) -> list[Found]:
    column = AuditEntry.late_entry if kind is ExceptionKind.ENTERED_LATE else AuditEntry.on_behalf
    query = select(AuditEntry).where(col(column).is_(True)).order_by(col(AuditEntry.index).desc()).limit(MOST)
    return [Found(kind, e.case_id or "", e.entered_at, e.action) for e in session.exec(query).all()]


def _alarms(session: Session) -> list[Found]:
    query = select(Alarm).where(col(Alarm.acknowledged_at).is_(None), col(Alarm.repeats) > 0)
    return [
        Found(ExceptionKind.UNACKNOWLEDGED_ALARM, a.case_id, a.raised_at, f"alarm.{a.kind}")
        for a in session.exec(query).all()
    ]


def _one_agency_alone(session: Session) -> list[Found]:
    """Steps the drawing gives to two agencies, of which one agency did both, or the second was left out."""
    found = []
    for bundle_id in session.exec(select(Case.bundle_id).distinct()).all():
        elements = bundles.load(session, bundle_id).elements.values()
        pairs = [(e.properties[APART], e.id) for e in elements if APART in e.properties]
        found += [each for pair in pairs for each in _alone(session, bundle_id, *pair)]
    return found


def _alone(session: Session, bundle_id: str, first: str, second: str) -> list[Found]:
    query = (
        select(UserTask)
        .join(Case, col(Case.id) == UserTask.case_id)
        .where(Case.bundle_id == bundle_id, col(UserTask.element).in_((first, second)))
        .order_by(col(UserTask.opened_at))
    )
    steps: dict[str, dict[str, UserTask]] = defaultdict(dict)
    for task in session.exec(query).all():
        steps[task.case_id][task.element] = task
    return [
        Found(ExceptionKind.ONE_AGENCY_ALONE, case_id, done[second].ended_at or done[second].opened_at, second)
        for case_id, done in steps.items()
        if first in done and second in done and _by_one(done[first], done[second])
    ]


def _by_one(first: UserTask, second: UserTask) -> bool:
    if first.status is not TaskStatus.DONE:
        return False
    left_out = second.status is TaskStatus.CANCELLED
    return left_out or (second.status is TaskStatus.DONE and first.ended_by_agency_id == second.ended_by_agency_id)


def _not_arrived(session: Session) -> list[Found]:
    query = (
        select(Movement, Deadline)
        .join(Deadline, col(Deadline.about_id) == Movement.id)
        .where(
            Deadline.kind == DeadlineKind.ARRIVAL,
            Deadline.state != DeadlineState.CANCELLED,
            func.coalesce(Movement.arrived_at, clock.now()) > Deadline.due_at,
        )
    )
    return [Found(ExceptionKind.NOT_ARRIVED, m.case_id, d.due_at, "movement") for m, d in session.exec(query).all()]


@dataclass(frozen=True)
class Check:
    """When the record was last verified here, and what came of it."""

    ok: bool
    size: int
    root: str
    checked_at: datetime
    problems: list[str]


def keep_check(session: Session, *, ok: bool, size: int, root: str, wrong: list[str], by: Actor) -> None:
    """Remember the last verification, with the first difference it found."""
    check_auditor(by)
    told = [f"{wrong[0][:100]} ({len(wrong)})"] if wrong else []
    row = session.get(Setting, LAST_CHECK) or Setting(name=LAST_CHECK, value="")
    row.value = json.dumps([ok, size, root, clock.now().isoformat(), told], ensure_ascii=False)
    session.add(row)


def last_check(session: Session, *, by: Actor) -> Check | None:
    """The last verification, or None where there was none."""
    check_auditor(by)
    row = session.get(Setting, LAST_CHECK)
    if row is None:
        return None
    ok, size, root, moment, problems = json.loads(row.value)
    return Check(ok, size, root, datetime.fromisoformat(moment), problems)
