"""What exists for whom. Every lookup starts here: what one may not see is not found."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ..actor import Actor
from ..errors import NotFound
from ..models.cases import Case, Participation
from ..models.work import (
    HELD_HANDOFF,
    OPEN_TASK,
    PENDING_HANDOFF,
    TAKEN_AWAY,
    Handoff,
    HandoffState,
    Movement,
    UserTask,
)

NATIONAL = "national"


def visible_cases(actor: Actor) -> SelectOfScalar[Case]:
    """The cases an actor may open as a case: those of the region for a coordinator, engaged ones for an agency.

    An auditor opens no case: `audit_timelines` is the auditor's door.
    """
    query = select(Case)
    if not actor.takes_part:
        return query.where(col(Case.id).is_(None))
    if actor.is_coordinator:
        if actor.region == NATIONAL:
            return query
        return query.where(or_(col(Case.region) == actor.region, col(Case.lead_agency_id) == actor.agency_id))
    if actor.is_auditor or actor.agency_id is None:
        return query.where(col(Case.id).is_(None))
    return query.where(or_(_engaged(actor), _given(actor)))


def seen(actor: Actor, case_id: Any) -> ColumnElement[bool]:
    """Whether the case with this id, a column of another table, is one the actor may open: asked row by row."""
    return visible_cases(actor).where(col(Case.id) == case_id).exists()


def _engaged(actor: Actor) -> ColumnElement[bool]:
    """The agency fills a lane of the case now: the relationship ends when its part ends.

    Asked of each case, like the next one: a list of all cases an agency ever had would grow with the years.
    """
    return (
        select(Participation.id)
        .where(
            Participation.case_id == Case.id,
            Participation.agency_id == actor.agency_id,
            col(Participation.until).is_(None),
        )
        .exists()
    )


def _given(actor: Actor) -> ColumnElement[bool]:
    """The agency has handed the case on and awaits the outcome."""
    return (
        select(Handoff.id)
        .where(
            Handoff.case_id == Case.id,
            Handoff.giver_id == actor.agency_id,
            col(Handoff.state).in_(HELD_HANDOFF + PENDING_HANDOFF),
        )
        .exists()
    )


def case(session: Session, reference: str, *, by: Actor) -> Case:
    """The case with this reference, if the actor may open it."""
    found = session.exec(visible_cases(by).where(Case.reference == reference)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def task(session: Session, task_id: str, *, by: Actor) -> UserTask:
    """A task on the agency's desk, one it completed and was not taken from it, or one a coordinator steers."""
    found = session.get(UserTask, task_id)
    if found is None or not may_see_task(session, found, by):
        raise NotFound()
    return found


def may_see_task(session: Session, found: UserTask, by: Actor) -> bool:
    """Whether a task exists for the actor."""
    if not by.takes_part:
        return False
    holds = found.holder_id is not None and found.holder_id == by.agency_id
    if holds and found.status in OPEN_TASK:
        return True
    if holds and found.ended_by_agency_id == by.agency_id and not _taken_from(session, found, by):
        return True
    if found.accountable_id == by.agency_id and found.status in OPEN_TASK:
        return True  # handed on, but not yet taken over: state and journey, never the answers
    return steers(session, found.case_id, by)


def _taken_from(session: Session, found: UserTask, by: Actor) -> bool:
    """Whether the lane of a task was taken from the agency: it no longer reads what it wrote, nor corrects it."""
    query = select(Handoff.state, Handoff.reason).where(
        Handoff.instance_id == found.instance_id,
        Handoff.scope == found.scope,
        Handoff.lane == found.lane,
        Handoff.receiver_id == by.agency_id,
        col(Handoff.answered_at).is_not(None),
        Handoff.state != HandoffState.DECLINED,
    )
    last = session.exec(query.order_by(col(Handoff.offered_at).desc())).first()
    return last is not None and last[0] is HandoffState.RECALLED and last[1] in TAKEN_AWAY


def handoff(session: Session, handoff_id: str, *, by: Actor) -> Handoff:
    """An offer made to the agency, a handoff it gave, or one in a case a coordinator steers."""
    found = session.get(Handoff, handoff_id)
    if found is None or not _may_see_handoff(session, found, by):
        raise NotFound()
    return found


def _may_see_handoff(session: Session, found: Handoff, by: Actor) -> bool:
    if by.agency_id is None or by.is_auditor or not by.takes_part:
        return False
    if by.agency_id in (found.receiver_id, found.giver_id):
        return True  # the card itself is shown only while the offer is open
    return steers(session, found.case_id, by)


def steers(session: Session, case_id: str, by: Actor) -> bool:
    """Whether the actor is a coordinator of this case: of its region, of the desk that leads it, or of the country."""
    return by.is_coordinator and session.exec(visible_cases(by).where(Case.id == case_id)).first() is not None


def receiver_named(by: Actor) -> ColumnElement[bool]:
    """Of which handoffs the actor may read the receiver, as a condition: the one rule of page, paper, API and search.

    The receiver itself may, and who steers the case. The giver may while the receiver may have to be called: until it
    has answered, and while the person travels to it. Afterwards the giver awaits an outcome only: which shelter holds
    a person is location data.
    """
    travels = select(Movement.id).where(
        Movement.task_id == Handoff.task_id,
        Movement.to_id == Handoff.receiver_id,
        col(Movement.arrived_at).is_(None),
    )
    pending, held = col(Handoff.state).in_(PENDING_HANDOFF), col(Handoff.state).in_(HELD_HANDOFF)
    gave = and_(col(Handoff.giver_id) == by.agency_id, or_(pending, and_(held, travels.exists())))
    known = or_(col(Handoff.receiver_id) == by.agency_id, gave)
    if not by.is_coordinator:
        return known
    return or_(known, seen(by, col(Handoff.case_id)))


def naming_receiver(session: Session, found: Iterable[Handoff], *, by: Actor) -> set[str]:
    """The ids of those of these handoffs of which the actor may read the receiver."""
    ids = [handoff.id for handoff in found]
    # As a column, not as a condition: for a condition a store may go through all that an agency ever gave.
    query = select(Handoff.id, receiver_named(by)).where(col(Handoff.id).in_(ids))
    return {handoff_id for handoff_id, named in session.exec(query).all() if named} if ids else set()


def sees_places(agency_id: str, *, by: Actor) -> bool:
    """Whether the actor may read how many places of an agency are free: its own, or as a coordinator.

    Numbers that change when one's own case is taken in say where the person is.
    """
    return by.is_coordinator or by.agency_id == agency_id
