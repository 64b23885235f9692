"""Handoffs: responsibility passing between agencies, offered, answered, and told back to the giver."""

from datetime import datetime, timedelta

from sqlalchemy import union_all
from sqlmodel import Session, col, select

from . import alarms, clock, consents, deadlines, directory, finding, handovers, offers, outbox
from .access import rules, visibility
from .act import Act, begin, begin_handoff, begin_task
from .actor import SYSTEM, Actor
from .errors import Conflict, NotFound
from .models.people import Agency
from .models.work import (
    HELD_HANDOFF,
    PENDING_HANDOFF,
    DeadlineState,
    DeclineCode,
    Handoff,
    HandoffState,
    TaskStatus,
    UserTask,
)
from .transitions import move

S = HandoffState
RETURNED = (S.DONE, S.PARTLY_DONE, S.FAILED, S.WITHDRAWN)
UNTOLD = (S.DECLINED, S.EXPIRED, S.RECALLED, S.EXHAUSTED)  # ends without an outcome
TOLD_FOR = timedelta(days=7)  # how long an outcome stays in the giver's list
PAGE = 20


def offered(session: Session, *, by: Actor, agency: str = "") -> list[Handoff]:
    """The offers the agency has not answered, newest first; all, or those of the agency with this code."""
    query = select(Handoff).where(Handoff.receiver_id == by.agency_id, col(Handoff.state).in_(PENDING_HANDOFF))
    if agency:
        query = query.where(finding.from_agency(agency))
    return list(session.exec(query.order_by(col(Handoff.offered_at).desc())).all())


def awaiting_outcome(
    session: Session,
    *,
    by: Actor,
    waiting: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Handoff]:
    """What the agency has handed on and awaits, and the outcomes of the last week: newest first.

    `waiting` is the code of the agency it waits for, as far as it may know that; `after` the last of the page before.
    """
    if not by.takes_part:
        return []
    own = select(Handoff.id).where(Handoff.giver_id == by.agency_id)
    # Two small searches of one index each, however much was given in all the years.
    going, lately = (
        own.where(col(Handoff.ended_at).is_(None)),
        own.where(col(Handoff.ended_at) > clock.now() - TOLD_FOR),
    )
    query = select(Handoff).where(
        col(Handoff.id).in_(union_all(going, lately)),
        col(Handoff.state).not_in(UNTOLD),
        *finding.after(after, col(Handoff.offered_at), col(Handoff.id)),
    )
    if waiting:
        query = query.where(finding.to_agency(waiting), visibility.receiver_named(by))
    order = (col(Handoff.offered_at).desc(), col(Handoff.id).desc())
    return list(session.exec(query.order_by(*order).limit(limit)).all())


def deliver(session: Session, *, by: Actor) -> None:
    """The worklist was shown: offers in it are delivered."""
    query = select(Handoff).where(Handoff.receiver_id == by.agency_id, Handoff.state == S.OFFERED)
    for handoff in session.exec(query.order_by(col(Handoff.case_id))).all():
        act = begin(session, handoff.case_id, by)
        session.refresh(handoff)
        if handoff.state is S.OFFERED:
            move(act, handoff, S.DELIVERED)


def notice_accepted(session: Session, handoff_id: str) -> None:
    """The receiver's server took the notice: the offer is delivered."""
    act = begin_handoff(session, handoff_id, SYSTEM)
    handoff = session.get_one(Handoff, handoff_id, populate_existing=True)
    if handoff.state is S.OFFERED:
        move(act, handoff, S.DELIVERED)


def open_card(session: Session, handoff_id: str, *, by: Actor) -> tuple[Act, Handoff]:
    """A person of the receiving agency looks at the offer card: the offer is opened."""
    act, handoff = _open(session, handoff_id, by, None)
    if handoff.receiver_id == by.agency_id and handoff.state in (S.OFFERED, S.DELIVERED):
        move(act, handoff, S.OPENED)
    return act, handoff


def accept(
    session: Session, handoff_id: str, *, by: Actor, revision: int | None = None, over_capacity: str = ""
) -> Handoff:
    """Take responsibility. The place is taken in the same transaction; other offers of this task are recalled.

    `over_capacity` is the coded reason to take somebody in although every place is taken.
    """
    act, handoff = _open(session, handoff_id, by, revision)
    rules.check_answer(by, handoff)
    if handoff.consent_id and not consents.still_given(act, handoff.consent_id):
        raise Conflict("The person has taken this consent back since. Decline, and the coordinator will ask.")
    if handoff.place_id and not directory.take_place(act, handoff.place_id, handoff.unit, over_capacity=over_capacity):
        raise Conflict("The last free place was taken a moment ago. Decline with “no place”, or free a place first.")
    handoff.answered_at = by.acted_at()
    handoff.answered_by_id = by.user_id
    move(act, handoff, S.ACCEPTED)
    deadlines.stop(act, DeadlineState.MET, handoff.id)
    for other in offers.pending(act, handoff):
        if other.id != handoff.id:
            offers.recall(act, other, "another_accepted")
            if other.receiver_id:
                outbox.notify(act, other.receiver_id, outbox.Notice.RECALLED, handoff_id=other.id)
    if (waiting := offers.waiting(act, handoff)) is not None:
        offers.settle(act, waiting, by.agency_id or "", handoff=handoff)
    else:
        handovers.take_over(act, session.get_one(UserTask, handoff.task_id), handoff)
    return handoff


def decline(
    session: Session, handoff_id: str, *, reason: DeclineCode, by: Actor, revision: int | None = None
) -> Handoff:
    """Say no, with a coded reason. The task goes to the next suitable agency; the giver stays accountable."""
    act, handoff = _open(session, handoff_id, by, revision)
    rules.check_answer(by, handoff)
    handoff.reason = reason
    handoff.answered_at = by.acted_at()
    handoff.answered_by_id = by.user_id
    move(act, handoff, S.DECLINED, reason=reason)
    deadlines.stop(act, DeadlineState.MET, handoff.id)
    _offer_next(act, handoff)
    return handoff


def expire(act: Act, handoff: Handoff) -> None:
    """Nobody answered in time: the offer ends and the task goes to the next suitable agency."""
    if handoff.state not in PENDING_HANDOFF:
        return
    move(act, handoff, S.EXPIRED)
    deadlines.stop(act, DeadlineState.PASSED, handoff.id)
    _offer_next(act, handoff)


def reroute(session: Session, task_id: str, agency_id: str, *, by: Actor, revision: int | None = None) -> Handoff:
    """The coordinator offers a task nobody has accepted to an agency of choice; open offers are recalled."""
    act, task = _awaiting(session, task_id, by, revision)
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such agency in the directory.")
    for handoff in offers.pending(act, task):
        offers.recall(act, handoff, "rerouted")
    task.revision += 1
    session.add(task)
    act.record("task.rerouted", task, element=task.element, receiver=agency.name)
    return offers.make_to(act, task, agency)


def find_place(session: Session, task_id: str, *, by: Actor, revision: int | None = None) -> UserTask:
    """The coordinator asks all suitable agencies again, those that declined or stayed silent included."""
    act, task = _awaiting(session, task_id, by, revision)
    if offers.pending(act, task):
        raise Conflict("An offer is still open. Wait for the answer, or choose an agency yourself.")
    task.revision += 1
    session.add(task)
    act.record("task.offered_again", task, element=task.element)
    offers.make(act, task, again=True)
    return task


def choices(act: Act, task: UserTask) -> list[directory.Candidate]:
    """The agencies the coordinator may choose from for this task."""
    return offers.choices(act, task)


def _awaiting(session: Session, task_id: str, by: Actor, revision: int | None) -> tuple[Act, UserTask]:
    act = begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    rules.check_coordinate(by, act.case)
    if task.status is not TaskStatus.AWAITING:
        raise Conflict("An agency already holds this task.")
    alarms.settle(act, task.id)
    return act, task


def _offer_next(act: Act, handoff: Handoff) -> None:
    if (waiting := offers.waiting(act, handoff)) is not None:
        offers.make(act, waiting)


def _open(session: Session, handoff_id: str, by: Actor, revision: int | None) -> tuple[Act, Handoff]:
    act = begin_handoff(session, handoff_id, by)
    handoff = visibility.handoff(session, handoff_id, by=by)
    rules.check_revision(handoff, revision)
    return act, handoff


def held(session: Session, task: UserTask) -> Handoff | None:
    """The handoff under which a task is held, or None where it needed none."""
    query = select(Handoff).where(
        Handoff.instance_id == task.instance_id,
        Handoff.scope == task.scope,
        Handoff.lane == task.lane,
        col(Handoff.state).in_(HELD_HANDOFF),
    )
    return session.exec(query).first()
