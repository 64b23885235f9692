"""Handovers: a lane passes from one agency to another of the same role, or is taken back from the wrong one.

The offer is an offer like any other. Until it is accepted the present agency keeps its tasks; where the person moves,
it stays accountable until arrival.
"""

from sqlmodel import Session, col, or_, select

from . import alarms, consents, deadlines, offers, outbox, participations
from .access import rules, visibility
from .act import Act, begin_handoff, begin_task
from .actor import Actor
from .directory import Candidate
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Participation
from .models.people import Agency
from .models.work import (
    HELD_HANDOFF,
    OPEN_TASK,
    PENDING_HANDOFF,
    TAKEN_BACK,
    DeadlineState,
    Handoff,
    HandoffState,
    Movement,
    TaskStatus,
    UserTask,
)
from .transitions import move

REASONS = ("moved_region", "no_capacity", "language", "conflict_of_interest", "wish_of_person", "better_suited")
HANDED_OVER = "handed_over"


def offer(
    session: Session, task_id: str, agency_id: str, *, reason: str, by: Actor, revision: int | None = None
) -> Handoff:
    """Offer a task one holds, and with it the lane, to another agency of the same role."""
    act = begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    check_offer(act, task)
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise Invalid(f"Choose why the case is handed over: {known}.", fields={"reason": known})
    agency = session.get(Agency, agency_id)
    if agency is None or agency.id == task.holder_id:
        raise NotFound("There is no such other agency in the directory.")
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    if basis is None or not basis.covers(agency):
        raise Conflict("The person has not agreed to this recipient. Ask first, record the answer, then offer again.")
    found = next((c for c in offers.suitable(act, task) if c.agency.id == agency.id), None)
    if found is None:
        raise Conflict(f"{agency.name} cannot take this: role, service, eligibility or a free place is missing.")
    return offers.offer(act, task, found, basis, giver_id=task.holder_id or "", reason=reason)


def take_over(act: Act, task: UserTask, handoff: Handoff) -> None:
    """The receiver has accepted: the lane and its open tasks are the receiver's, the old handoff has ended."""
    old_id = handoff.giver_id
    for present in _present(act, task):
        participations.leave(act, present)
    if task.lane == participations.COORDINATOR:
        end_held(act, task.lane, old_id)
        pass_lead(act, handoff.receiver_id or "")
    else:
        _end(act, [old for old in offers.of_lane(act, task) if old.id != handoff.id])
        participations.join(
            act,
            task.instance_id,
            task.scope,
            task.lane,
            handoff.receiver_id or "",
            handoff_id=handoff.id,
            place_id=handoff.place_id,
            places=handoff.unit,
        )
    journey = offers.journey_clock(act, task) if handoff.place_id else ""
    for row in _open_tasks(act, task):
        _pass_on(act, row, old_id, handoff.receiver_id or "")
        if journey:
            _expect(act, row, old_id, handoff.receiver_id or "", journey)


def pass_lead(act: Act, lead_id: str) -> None:
    """Another desk leads the case; it is accountable for everything the old one had not yet given to anybody.

    What the old one had offered to a third desk is recalled: it is no longer its to give.
    """
    for handoff in _lead_offered(act):
        offers.recall(act, handoff, offers.MOVED_ON)
        outbox.notify(act, handoff.receiver_id or "", outbox.Notice.RECALLED, handoff_id=handoff.id)
    old_id, act.case.lead_agency_id = act.case.lead_agency_id, lead_id
    act.session.add(act.case)
    act.record("case.led", act.case, agency=act.agency_name(lead_id))
    participations.led(act, old_id)
    alarms.pass_on(act, old_id, lead_id)
    query = select(UserTask).where(
        UserTask.case_id == act.case.id,
        UserTask.accountable_id == old_id,
        or_(col(UserTask.holder_id).is_(None), col(UserTask.holder_id) != old_id),
        UserTask.lane != participations.COORDINATOR,
        col(UserTask.status).in_(OPEN_TASK),
    )
    for task in act.session.exec(query).all():
        task.giver_id = task.accountable_id = lead_id
        task.revision += 1
        act.session.add(task)
        act.record("task.accountable", task, element=task.element, agency=act.agency_name(lead_id))


def take_back(session: Session, handoff_id: str, *, reason: str, by: Actor, revision: int | None = None) -> Handoff:
    """Take an offer back, or a handoff from an agency that should not have it; the task is offered to the next."""
    act = begin_handoff(session, handoff_id, by)
    handoff = visibility.handoff(session, handoff_id, by=by)
    rules.check_revision(handoff, revision)
    check_take_back(act, handoff)
    if reason not in TAKEN_BACK:
        known = ", ".join(TAKEN_BACK)
        raise Invalid(f"Choose why it is taken back: {known}.", fields={"reason": known})
    withdraw_from(act, handoff, reason)
    return handoff


def check_take_back(act: Act, handoff: Handoff) -> None:
    """Who steers the case may take any handoff back; its giver while the giver is still accountable.

    That is until somebody has accepted, and until the person has arrived. From then on the giver awaits an outcome
    only: it cannot pull a person out of the place where the person is.
    """
    steers = visibility.steers(act.session, act.case.id, act.by)
    if not steers and act.by.agency_id != handoff.giver_id:
        raise NotAllowed("Only the agency that gave this, or the coordinator, can take it back.")
    if handoff.state not in PENDING_HANDOFF + HELD_HANDOFF:
        raise Conflict("This handoff has already ended.")
    if not steers and handoff.state in HELD_HANDOFF and not _answers_still(act, handoff):
        raise NotAllowed("The other agency answers for the person now. Call the coordinator, who can take it back.")


def _answers_still(act: Act, handoff: Handoff) -> bool:
    """Whether the giver is accountable for what it handed on: the person is still under way."""
    rows = _open_tasks(act, act.session.get_one(UserTask, handoff.task_id))
    return any(row.holder_id == handoff.receiver_id and row.accountable_id == handoff.giver_id for row in rows)


def withdraw_from(act: Act, handoff: Handoff, reason: str) -> None:
    """End a handoff from the giver's side: the receiver loses the lane, its tasks wait for the next agency."""
    task = act.session.get_one(UserTask, handoff.task_id)
    held = handoff.state in HELD_HANDOFF
    recall(act, handoff, reason)
    rows = _open_tasks(act, task)
    if held and task.lane == participations.COORDINATOR:
        lead_id = handoff.giver_id if act.agency(handoff.giver_id).active else alarms.duty_desk(act)
        pass_lead(act, lead_id)
        for row in rows:
            _pass_on(act, row, handoff.receiver_id or "", lead_id)
    elif held:
        for present in _present(act, task):
            participations.leave(act, present)
        for offered in offers.pending(act, task):  # what it was about to hand over is no longer its to give
            recall(act, offered, offers.MOVED_ON)
        giver_id = giver_again(act, handoff, rows)
        for row in rows:
            put_back(act, row, giver_id)
    waiting = next((row for row in rows if row.status is TaskStatus.AWAITING), None)
    if waiting is not None:
        offers.make(act, waiting)


def recall(act: Act, handoff: Handoff, reason: str) -> None:
    """Take a handoff back, and tell the receiver."""
    offers.recall(act, handoff, reason)
    if handoff.receiver_id:
        outbox.notify(act, handoff.receiver_id, outbox.Notice.RECALLED, handoff_id=handoff.id)


def giver_again(act: Act, handoff: Handoff, owed: list[UserTask]) -> str:
    """Who is accountable for what an agency held that is gone: the giver only while it still answers for the person.

    Once the receiver answered for the person, where the person goes next is no longer the giver's to know.
    """
    answers = any(task.accountable_id == handoff.giver_id for task in owed)
    return handoff.giver_id if answers and act.agency(handoff.giver_id).active else act.case.lead_agency_id


def put_back(act: Act, task: UserTask, giver_id: str) -> None:
    """A task whose agency is gone waits for the next one; the giver is accountable again, nobody is under way."""
    if task.holder_id and task.accountable_id != task.holder_id:
        for journey in _under_way(act, task):
            deadlines.stop(act, DeadlineState.CANCELLED, journey.id)
    task.status = TaskStatus.AWAITING
    task.holder_id = None
    task.claimed_by_id = task.claimed_at = task.assigned_at = None
    task.giver_id = task.accountable_id = giver_id
    task.revision += 1
    act.session.add(task)
    act.record("task.put_back", task, element=task.element, agency=act.agency_name(giver_id))


def choices(act: Act, task: UserTask) -> list[Candidate]:
    """The other agencies of the same role that could take a task over, and that the person's consent reaches."""
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    found = offers.suitable(act, task) if basis else []
    return [c for c in found if c.agency.id != task.holder_id and basis and basis.covers(c.agency)]


def check_offer(act: Act, task: UserTask) -> None:
    """Who holds a task, or steers the case, may hand it over, unless it is offered or somebody is under way."""
    if task.status not in (TaskStatus.OPEN, TaskStatus.CLAIMED):
        raise Conflict("Only a task that an agency holds can be handed over.")
    if task.holder_id != act.by.agency_id and not act.by.is_coordinator:
        raise NotAllowed("Only the agency that holds this, or the coordinator, can hand it over.")
    if offers.pending(act, task) or (task.lane == participations.COORDINATOR and _lead_offered(act)):
        raise Conflict("An offer of this is still open. Wait for the answer, or take it back.")
    if any(row.holder_id and row.accountable_id != row.holder_id for row in _open_tasks(act, task)):
        raise Conflict("The person is still under way. Record the arrival first, or take the handoff back.")


def _lead_offered(act: Act) -> list[Handoff]:
    """The offers of this case's lead that no desk has answered."""
    query = select(Handoff).where(
        Handoff.case_id == act.case.id,
        Handoff.lane == participations.COORDINATOR,
        col(Handoff.state).in_(PENDING_HANDOFF),
    )
    return list(act.session.exec(query).all())


def _under_way(act: Act, task: UserTask) -> list[Movement]:
    query = select(Movement).where(Movement.task_id == task.id, col(Movement.arrived_at).is_(None))
    return list(act.session.exec(query).all())


def end_held(act: Act, lane: str, receiver_id: str) -> None:
    """The handoffs of the whole case under which an agency held this lane have ended."""
    query = select(Handoff).where(
        Handoff.case_id == act.case.id,
        Handoff.lane == lane,
        Handoff.receiver_id == receiver_id,
        col(Handoff.state).in_(HELD_HANDOFF),
    )
    _end(act, list(act.session.exec(query).all()))


def _end(act: Act, handoffs: list[Handoff]) -> None:
    """What was held under these has passed to another agency."""
    for old in handoffs:
        if old.state not in HELD_HANDOFF:
            continue
        old.outcome = HANDED_OVER
        move(act, old, HandoffState.PARTLY_DONE)


def _present(act: Act, task: UserTask) -> list[Participation]:
    key = (task.instance_id, task.scope, task.lane)
    return [p for p in act.participations() if (p.instance_id, p.scope, p.lane) == key]


def _open_tasks(act: Act, task: UserTask) -> list[UserTask]:
    """The open tasks that go with this one: of its lane in its scope; a coordinator's in the whole case."""
    query = select(UserTask).where(
        UserTask.case_id == act.case.id, UserTask.lane == task.lane, col(UserTask.status).in_(OPEN_TASK)
    )
    if task.lane != participations.COORDINATOR:
        query = query.where(UserTask.instance_id == task.instance_id, UserTask.scope == task.scope)
    return list(act.session.exec(query).all())


def _pass_on(act: Act, task: UserTask, old_id: str, new_id: str) -> None:
    task.status = TaskStatus.OPEN
    task.claimed_by_id = task.claimed_at = None
    task.giver_id = old_id
    task.holder_id = task.accountable_id = new_id
    task.assigned_at = act.at
    task.revision += 1
    act.session.add(task)
    act.record("task.assigned", task, element=task.element, agency=act.agency_name(new_id))


def _expect(act: Act, task: UserTask, old_id: str, new_id: str, clock: str) -> None:
    task.accountable_id = old_id
    act.session.add(task)
    act.record("task.accountable", task, element=task.element, agency=act.agency_name(old_id))
    offers.expect(act, task, old_id, new_id, clock)
