"""Movements: a person travels between two agencies. Accepted is not arrived."""

from enum import StrEnum

from sqlmodel import Session, col, select

from . import alarms, deadlines
from .access import rules, visibility
from .act import Act, begin_task
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case
from .models.work import OPEN_TASK, AlarmKind, DeadlineState, Movement, UserTask


class Escort(StrEnum):
    """Who travels with the person."""

    GIVER = "giver"
    RECEIVER = "receiver"
    POLICE = "police"
    NONE = "none"


class Condition(StrEnum):
    """In what condition the person arrived."""

    WELL = "well"
    NEEDS_CARE = "needs_care"
    INJURED = "injured"


def expected(session: Session, task: UserTask) -> Movement | None:
    """The journey that belongs to a task, if the person must travel."""
    query = select(Movement).where(Movement.task_id == task.id)
    order = (col(Movement.arrived_at).is_not(None), col(Movement.arrived_at).desc())  # the one that has not ended
    return session.exec(query.order_by(*order)).first()


def depart(session: Session, task_id: str, *, escort: Escort, by: Actor) -> Movement:
    """The giver, or whoever escorts, says that the person has left."""
    act, _, movement = _open(session, task_id, by)
    if movement.departed_at is not None:
        raise Conflict("The departure has already been recorded.")
    movement.departed_at = by.acted_at()
    movement.escort = escort
    session.add(movement)
    act.record("movement.departed", movement, escort=escort, giver=act.agency_name(movement.from_id))
    return movement


def arrive(session: Session, task_id: str, *, condition: Condition, by: Actor, revision: int | None = None) -> Movement:
    """The receiver says that the person is there: only now is the receiver accountable."""
    act, task, movement = _open(session, task_id, by)
    if by.agency_id != movement.to_id:
        raise NotAllowed("Only the agency that receives the person can confirm the arrival.")
    if movement.arrived_at is not None:
        raise Conflict("The arrival has already been recorded.")
    rules.check_revision(task, revision)
    if movement.departed_at is not None and by.acted_at() < movement.departed_at:
        raise Invalid(fields={"happened_at": "The person left later than that. Check both times."})
    if movement.departed_at is None:  # nobody said so, but who has arrived has left
        movement.departed_at = by.acted_at()
        act.record("movement.departed", movement, giver=act.agency_name(movement.from_id))
    movement.arrived_at = by.acted_at()
    movement.condition = condition
    session.add(movement)
    act.record("movement.arrived", movement, condition=condition, receiver=act.agency_name(movement.to_id))
    deadlines.stop(act, DeadlineState.MET, movement.id)
    if task.status in OPEN_TASK:
        task.accountable_id = movement.to_id
        task.revision += 1
        session.add(task)
        act.record("task.accountable", task, element=task.element, agency=act.agency_name(movement.to_id))
    return movement


def late(act: Act, movement_id: str) -> None:
    """Nobody confirmed the arrival in time: the giver, the coordinator and the national desk are alarmed."""
    movement = act.session.get_one(Movement, movement_id)
    act.record("movement.late", movement, receiver=act.agency_name(movement.to_id))
    desks = {movement.from_id, act.case.lead_agency_id, alarms.duty_desk(act)}
    for desk in sorted(desks):
        alarms.call(act, AlarmKind.NOT_ARRIVED, desk, task_id=movement.task_id)
    deadlines.stop(act, DeadlineState.PASSED, movement.id)


def _open(session: Session, task_id: str, by: Actor) -> tuple[Act, UserTask, Movement]:
    act = begin_task(session, task_id, by)
    task = session.get(UserTask, task_id)
    movement = expected(session, task) if task else None
    if task is None or movement is None or not _concerns(session, movement, by):
        raise NotFound()
    return act, task, movement


def _concerns(session: Session, movement: Movement, by: Actor) -> bool:
    if by.agency_id in (movement.from_id, movement.to_id):
        return by.takes_part
    query = visibility.visible_cases(by).where(Case.id == movement.case_id)
    return by.is_coordinator and session.exec(query).first() is not None
