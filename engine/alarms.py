"""Alarms: somebody must look now, and it is repeated until a named desk has."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, and_, col, or_, select

from . import deadlines, outbox
from .access import visibility
from .act import Act, begin
from .actor import SYSTEM, Actor
from .errors import Conflict, NotAllowed, NotFound
from .models.cases import Fault
from .models.people import Agency, Reach
from .models.work import (
    HELD_HANDOFF,
    PENDING_HANDOFF,
    Alarm,
    AlarmKind,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Handoff,
    UserTask,
)

ALARM_CLOCK = "alarm"
_UNANSWERED: tuple[ColumnElement[bool], ...] = (col(Alarm.acknowledged_at).is_(None), col(Alarm.settled_at).is_(None))


def duty_desk(act: Act) -> str:
    """The national desk at which every ladder ends."""
    code = act.bundle.country.escalation.duty_desk
    for agency in act.agencies().values():
        if agency.code == code:
            return agency.id
    return act.case.lead_agency_id


def call(act: Act, kind: AlarmKind, to_id: str, *, task_id: str | None = None, handoff_id: str | None = None) -> Alarm:
    """Raise an alarm at one desk, once per thing and desk, and let it repeat until acknowledged."""
    present = act.session.exec(
        select(Alarm).where(
            Alarm.case_id == act.case.id,
            Alarm.kind == kind,
            Alarm.to_id == to_id,
            Alarm.task_id == task_id,
            col(Alarm.acknowledged_at).is_(None),
            col(Alarm.settled_at).is_(None),
        )
    ).first()
    if present is not None:
        return present
    alarm = Alarm(case_id=act.case.id, kind=kind, to_id=to_id, raised_at=act.at, task_id=task_id, handoff_id=handoff_id)
    act.session.add(alarm)
    act.record("alarm.raised", alarm, kind=kind, to=act.agency_name(to_id))
    _notify(act, to_id, handoff_id)
    again = act.at + timedelta(hours=act.bundle.country.escalation.repeat_hours)
    deadline = Deadline(
        case_id=act.case.id,
        kind=DeadlineKind.ALARM,
        clock=ALARM_CLOCK,
        source=act.bundle.country.escalation.source,
        task_id=task_id,
        about_id=alarm.id,
        started_at=act.at,
        due_at=again,
        next_at=again,
    )
    act.add_deadline(deadline)
    act.record("deadline.started", deadline, clock=ALARM_CLOCK)
    return alarm


def _notify(act: Act, to_id: str, handoff_id: str | None = None) -> None:
    """Tell the desk; where it has no account, the desk that leads the case, which carries it there."""
    reached = act.agency(to_id).reach is Reach.SYSTEM
    outbox.notify(act, to_id if reached else act.case.lead_agency_id, outbox.Notice.ALARM, handoff_id=handoff_id)


def call_out(act: Act, message: str) -> bool:
    """Alarm whom the country names for this message, again once they have answered; False where it names nobody."""
    called = act.bundle.country.alarms.get(message)
    if called is None:
        return False
    act.record("person.reported", act.case, kind=called.kind)
    for desk in sorted({_desk(act, to) for to in called.to}):
        call(act, AlarmKind(called.kind), desk)
    return True


def _desk(act: Act, to: str) -> str:
    return duty_desk(act) if to == "duty_desk" else act.case.lead_agency_id


def report_fault(session: Session, error: Exception, *, case_id: str, instance_id: str | None, element: str) -> Fault:
    """Keep a step that had to be rolled back, in a transaction of its own, and call the coordinator."""
    act = begin(session, case_id, SYSTEM)
    kind = type(error).__name__[:48]
    row = Fault(case_id=case_id, instance_id=instance_id or "", element=element, kind=kind, raised_at=act.at)
    session.add(row)
    act.record("fault.raised", row, element=element)
    call(act, AlarmKind.FAULT, act.case.lead_agency_id)
    return row


def overdue(act: Act, deadline: Deadline) -> None:
    """A duty is late: climb the ladder, one rung at a time, until the national desk."""
    task = act.session.get_one(UserTask, deadline.task_id)
    escalation = act.bundle.country.escalation
    steps = escalation.urgent_steps if task.urgent else escalation.steps
    rung = min(deadline.rung, len(steps) - 1)
    desk = {
        "agency": task.accountable_id,
        "lead_coordinator": act.case.lead_agency_id,
        "duty_desk": duty_desk(act),
    }[steps[rung].to]
    if deadline.rung == 0:
        act.record("task.late", task, element=task.element, clock=deadline.clock)
    call(act, AlarmKind.OVERDUE, desk, task_id=task.id)
    deadline.rung += 1
    if deadline.rung < len(steps):
        deadline.next_at = deadline.due_at + timedelta(hours=steps[deadline.rung].after)
    else:  # the top: from here the alarm itself repeats until somebody acknowledges it
        deadline.state = DeadlineState.PASSED
        deadline.ended_at = act.at
        act.record("deadline.passed", deadline, clock=deadline.clock)
    act.session.add(deadline)


def repeat(act: Act, deadline: Deadline) -> None:
    """Nobody acknowledged: tell the desk again, and again after the same time."""
    alarm = act.session.get_one(Alarm, deadline.about_id)
    alarm.repeats += 1
    act.session.add(alarm)
    act.record("alarm.repeated", alarm, kind=alarm.kind, to=act.agency_name(alarm.to_id))
    _notify(act, alarm.to_id)
    deadline.next_at = act.at + timedelta(hours=act.bundle.country.escalation.repeat_hours)
    act.session.add(deadline)


def acknowledge(session: Session, alarm_id: str, *, by: Actor) -> Alarm:
    """Say that this desk has seen the alarm and acts on it."""
    alarm = session.get(Alarm, alarm_id)
    if alarm is None or not (alarm.to_id == by.agency_id or visibility.steers(session, alarm.case_id, by)):
        raise NotFound()
    act = begin(session, alarm.case_id, by)
    session.refresh(alarm)
    if alarm.to_id != by.agency_id:
        raise NotAllowed(f"This alarm is for {act.agency_name(alarm.to_id)}. Call them if they do not answer.")
    if alarm.acknowledged_at is not None:
        raise Conflict("This alarm has already been acknowledged.")
    alarm.acknowledged_at = act.at
    alarm.acknowledged_by_id = by.user_id
    session.add(alarm)
    act.record("alarm.acknowledged", alarm, kind=alarm.kind)
    deadlines.stop(act, DeadlineState.MET, about_id=alarm.id)
    return alarm


def settle(act: Act, task_id: str, kind: AlarmKind | None = None) -> None:
    """What the alarms of a task, or those of one kind, were about has ended: nobody is called any more."""
    running = [d for d in act.deadlines() if d.kind is DeadlineKind.ALARM and d.task_id == task_id]
    for deadline in running:
        alarm = act.session.get_one(Alarm, deadline.about_id)
        if kind in (None, alarm.kind):
            _settle(act, alarm)


def _settle(act: Act, alarm: Alarm) -> None:
    alarm.settled_at = act.at
    act.session.add(alarm)
    act.record("alarm.settled", alarm, kind=alarm.kind)
    deadlines.stop(act, DeadlineState.CANCELLED, alarm.id)


def pass_on(act: Act, from_id: str, to_id: str) -> None:
    """Another desk leads the case: it is told what the old one was called about and what has not ended."""
    query = select(Alarm).where(Alarm.case_id == act.case.id, Alarm.to_id == from_id, col(Alarm.settled_at).is_(None))
    for alarm in act.session.exec(query).all():
        call(act, alarm.kind, to_id, task_id=alarm.task_id, handoff_id=alarm.handoff_id)
        if from_id != duty_desk(act):
            _settle(act, alarm)


def settle_all(act: Act) -> None:
    """What every alarm of the case was about has ended with the path: nobody is called any more."""
    query = select(Alarm).where(
        Alarm.case_id == act.case.id, col(Alarm.acknowledged_at).is_(None), col(Alarm.settled_at).is_(None)
    )
    for alarm in act.session.exec(query).all():
        alarm.settled_at = act.at
        act.session.add(alarm)
        act.record("alarm.settled", alarm, kind=alarm.kind)
        deadlines.stop(act, DeadlineState.CANCELLED, alarm.id)


def waiting(session: Session, *, by: Actor) -> list[Alarm]:
    """The alarms this desk has not acknowledged, oldest first."""
    query = select(Alarm).where(col(Alarm.to_id) == by.agency_id, *_UNANSWERED).order_by(col(Alarm.raised_at))
    return list(session.exec(query).all())


def to_carry(session: Session, *, by: Actor) -> list[Alarm]:
    """The alarms of agencies without an account that somebody of this desk must carry to them, oldest first."""
    query = select(Alarm).where(_carried(by), *_UNANSWERED).order_by(col(Alarm.raised_at))
    return list(session.exec(query).all())


def count(session: Session, *, by: Actor) -> int:
    """How many alarms wait for this desk: its own, and those it carries."""
    mine = or_(col(Alarm.to_id) == by.agency_id, _carried(by))
    return session.exec(select(func.count(col(Alarm.id))).where(mine, *_UNANSWERED)).one()


def answered(session: Session, *, by: Actor, limit: int = 10) -> list[Alarm]:
    """The alarms this desk has acknowledged lately, newest first."""
    query = select(Alarm).where(Alarm.to_id == by.agency_id, col(Alarm.acknowledged_at).is_not(None))
    return list(session.exec(query.order_by(col(Alarm.acknowledged_at).desc()).limit(limit)).all())


def _carried(by: Actor) -> ColumnElement[bool]:
    """Who carries offers to an agency without an account carries its alarms: who steers the case, or gave it."""
    unreached = select(Agency.id).where(Agency.reach != Reach.SYSTEM, Agency.id != by.agency_id)
    given = select(Handoff.id).where(
        Handoff.case_id == Alarm.case_id,
        Handoff.giver_id == by.agency_id,
        Handoff.receiver_id == Alarm.to_id,
        col(Handoff.state).in_((*HELD_HANDOFF, *PENDING_HANDOFF)),
    )
    carries = visibility.seen(by, col(Alarm.case_id)) if by.is_coordinator else given.exists()
    return and_(col(Alarm.to_id).in_(unreached), carries)
