"""Offering a task to agencies: whom, on what ground, in which order, and what happens when nobody takes it."""

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from . import alarms, consents, deadlines, directory, fallbacks, outbox, participations, separation
from .act import Act
from .consents import Basis
from .directory import Candidate
from .errors import Conflict
from .models.people import Agency
from .models.work import (
    PENDING_HANDOFF,
    TAKEN_BACK,
    AlarmKind,
    DeadlineKind,
    DeadlineState,
    Handoff,
    HandoffState,
    Movement,
    TaskStatus,
    UserTask,
)
from .process.elements import Element
from .transitions import move

MOVED_ON = "process_moved_on"  # why an offer or handoff ends that nobody took back
USUAL = "accept_normal"  # the clock for answering where a task names none
TRIED = (HandoffState.DECLINED, HandoffState.EXPIRED)


def make(act: Act, task: UserTask, *, again: bool = False) -> None:
    """Offer a task nobody holds yet: to the next suitable agency, or to all at once where it is urgent.

    Agencies that declined or let an offer expire are left out, unless the coordinator asks `again`.

    No ground: the coordinator must ask the person. Nobody suitable left: the offer is exhausted, the
    coordinator must find a place, and the national desk is alarmed.
    """
    if pending(act, task):
        return
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    if basis is None:
        _exhaust(act, task, AlarmKind.NO_GROUND)
        return
    asked = suitable(act, task) if again else _untried(act, task)
    found = [c for c in asked if basis.covers(c.agency)]
    if found and found[0].agency.id == task.giver_id and _take_own(act, task, found[0]):
        return
    others = [c for c in found if c.agency.id != task.giver_id] or _fallback(act, task, basis)
    if not others:
        _exhaust(act, task, AlarmKind.NO_TAKER)
        return
    for candidate in others if task.urgent else others[:1]:
        offer(act, task, candidate, basis)


def make_to(act: Act, task: UserTask, agency: Agency) -> Handoff:
    """Offer a task to the agency the coordinator chose. Refused without a ground or where it does not fit."""
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    if basis is None or not basis.covers(agency):
        raise Conflict(
            "There is no consent of the person and no legal ground for this offer. "
            "Ask the person first and record the answer, then offer again."
        )
    for candidate in choices(act, task):
        if candidate.agency.id == agency.id:
            return offer(act, task, candidate, basis)
    raise Conflict(
        f"{agency.name} cannot take this: role, service, eligibility, a free place, or somebody at the desk "
        "is missing. Choose an agency from the list of suitable ones."
    )


def offer(
    act: Act, task: UserTask, candidate: Candidate, basis: Basis, *, giver_id: str = "", reason: str = ""
) -> Handoff:
    """Write one offer, start its clock and tell the desk.

    `giver_id` and the coded `reason` where an agency that holds the task hands it over to another of its role.
    """
    agency = candidate.agency
    handoff = _written(act, task, HandoffState.OFFERED, giver_id or task.giver_id)
    handoff.giver_user_id = act.by.user_id
    handoff.giver_task = act.cause.name if act.cause else ""
    handoff.receiver_id = agency.id
    handoff.receiver_name = agency.name
    handoff.service = candidate.service or task.service
    handoff.consent_id = basis.consent.id if basis.consent else None
    handoff.ground = basis.ground
    handoff.reason = reason
    handoff.shared = consents.shared_fields(act, task, basis)
    handoff.place_id = directory.counted(act, candidate)
    act.add_handoff(handoff)
    clock_name = task.accept or USUAL
    deadline = deadlines.start(act, DeadlineKind.ACCEPTANCE, clock_name, handoff.id, task_id=task.id)
    handoff.answer_by = deadline.due_at if deadline else None
    act.record(
        "handoff.offered",
        handoff,
        giver=handoff.giver_name,
        receiver=agency.name,
        element=task.element,
        urgent=task.urgent or None,
        handover=reason or None,
    )
    outbox.notify(act, agency.id, outbox.Notice.OFFER, handoff_id=handoff.id)
    return handoff


def _written(act: Act, task: UserTask, state: HandoffState, giver_id: str) -> Handoff:
    """A handoff of this task with everything copied that was true now."""
    return Handoff(
        case_id=act.case.id,
        instance_id=task.instance_id,
        task_id=task.id,
        scope=task.scope,
        lane=task.lane,
        giver_id=giver_id,
        giver_name=act.agency_name(giver_id),
        element=task.element,
        task_name=task.name,
        service=task.service,
        urgent=task.urgent,
        state=state,
        unit=directory.unit(act.facts).size,
        offered_at=act.at,
    )


def pending(act: Act, about: UserTask | Handoff) -> list[Handoff]:
    """The offers of this (scope, lane) that nobody has answered."""
    return [h for h in of_lane(act, about) if h.state in PENDING_HANDOFF]


def waiting(act: Act, about: UserTask | Handoff) -> UserTask | None:
    """The first task of this (scope, lane) that nobody holds: a lane is offered, whichever task it was offered with."""
    query = _waiting(about).order_by(col(UserTask.opened_at), UserTask.id)
    return act.session.exec(query.limit(1)).first()


def _waiting(about: UserTask | Handoff) -> SelectOfScalar[UserTask]:
    return select(UserTask).where(
        UserTask.instance_id == about.instance_id,
        UserTask.scope == about.scope,
        UserTask.lane == about.lane,
        UserTask.status == TaskStatus.AWAITING,
    )


def of_lane(act: Act, about: UserTask | Handoff) -> list[Handoff]:
    """Every handoff of this (scope, lane), whatever became of it."""
    return act.handoffs_of(about)


def _fallback(act: Act, task: UserTask, basis: Basis) -> list[Candidate]:
    """Nobody gives this service: the next best one, in the order the country has written down.

    The national desk is called at once: it need not wait until the last has said no.
    """
    tried = _tried(act, task)
    for service, candidates in fallbacks.instead(act, task, basis, without=excluded(act, task)):
        if found := [c for c in candidates if c.agency.id not in tried]:
            act.record("task.fell_back", task, element=task.element, service=service)
            alarms.call(act, AlarmKind.NO_TAKER, alarms.duty_desk(act), task_id=task.id)
            return found
    return []


def choices(act: Act, task: UserTask) -> list[Candidate]:
    """Whom a coordinator may ask: the suitable agencies, full houses included, then who gives the next best."""
    found = able(act, task, place=needs_place(act, task), full=True)
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    known = {c.agency.id for c in found}
    for _, candidates in fallbacks.instead(act, task, basis, without=excluded(act, task)) if basis else ():
        found += [c for c in candidates if c.agency.id not in known]
    return found


def _untried(act: Act, task: UserTask) -> list[Candidate]:
    tried = _tried(act, task)
    return [c for c in suitable(act, task) if c.agency.id not in tried]


def _tried(act: Act, task: UserTask) -> set[str]:
    # Whoever was suspended may be asked again afterwards.
    done = {h.receiver_id for h in of_lane(act, task) if h.state in TRIED or h.reason in TAKEN_BACK}
    return {agency_id for agency_id in done if agency_id}


def suitable(act: Act, task: UserTask) -> list[Candidate]:
    """Every agency that could take this task, the nearest first, those that declined included."""
    return able(act, task, place=needs_place(act, task))


def able(act: Act, task: UserTask, *, place: bool = False, full: bool = False) -> list[Candidate]:
    """Who could do it; with `place` who has a free one, or with `full` as well a house that is full."""
    return directory.candidates(
        act,
        role=task.lane,
        giver_id=task.giver_id,
        service=task.service,
        place=place,
        full=full,
        without=excluded(act, task),
    )


def needs_place(act: Act, task: UserTask) -> bool:
    """Whether the agency that fills this lane must give a place."""
    return any(e.properties.get("nrm:place") == "yes" for e in _lane(act, task))


def journey_clock(act: Act, task: UserTask) -> str:
    """The arrival clock of this lane, where its diagram says that the person moves; empty where nobody does."""
    for element in _lane(act, task):
        if (moves := element.expressions.get("moves")) is not None:
            return str(moves.evaluate(act.bundle.values(act.facts)).name)
    return ""


def _lane(act: Act, task: UserTask) -> list[Element]:
    return [e for e in act.bundle.processes[task.process].elements.values() if e.lane == task.lane]


def excluded(act: Act, task: UserTask) -> set[str]:
    """The agencies that may not be asked: kept apart by the drawing, or the person has a place there already.

    Asked for another place, a house would not know that it is the same person.
    """
    found = separation.excluded(act, task)
    if needs_place(act, task):
        here = (task.instance_id, task.scope)
        found |= {p.agency_id for p in act.participations() if p.place_id and (p.instance_id, p.scope) != here}
    return found


def _take_own(act: Act, task: UserTask, candidate: Candidate) -> bool:
    """Giver and receiver are one agency: no handoff, the task is simply its own."""
    place_id = directory.counted(act, candidate)
    if place_id is not None and not directory.take_place(act, place_id, directory.unit(act.facts).size):
        return False
    settle(act, task, candidate.agency.id, place_id=place_id)
    return True


def settle(
    act: Act, task: UserTask, agency_id: str, *, handoff: Handoff | None = None, place_id: str | None = None
) -> None:
    """The agency fills the lane from now on: every waiting task of this (scope, lane) opens at its desk.

    Where the person must travel, the giver stays accountable until arrival.
    """
    participations.join(
        act,
        task.instance_id,
        task.scope,
        task.lane,
        agency_id,
        handoff_id=handoff.id if handoff else None,
        place_id=place_id or (handoff.place_id if handoff else None),
        places=handoff.unit if handoff else directory.unit(act.facts).size,
    )
    tasks = {row.id: row for row in (task, *act.session.exec(_waiting(task)).all())}
    for row in tasks.values():
        open_at(act, row, agency_id, journey=journey_clock(act, row))
        alarms.settle(act, row.id, AlarmKind.NO_TAKER)


def open_at(act: Act, task: UserTask, agency_id: str, *, journey: str = "") -> None:
    """Put a task on the desk of the agency that fills its lane; `journey` is the arrival clock of who travels."""
    task.status = TaskStatus.OPEN
    task.holder_id = agency_id
    task.assigned_at = act.at
    task.revision += 1
    travels = bool(journey) and task.giver_id != agency_id
    task.accountable_id = task.giver_id if travels else agency_id
    act.session.add(task)
    act.record("task.assigned", task, agency=act.agency_name(agency_id), element=task.element)
    if travels:
        expect(act, task, task.giver_id, agency_id, journey)


def expect(act: Act, task: UserTask, from_id: str, to_id: str, journey: str) -> None:
    """The person must travel; a journey of this task that never ended goes to the new agency instead."""
    query = select(Movement).where(Movement.task_id == task.id, col(Movement.arrived_at).is_(None))
    movement = act.session.exec(query).first() or Movement(case_id=act.case.id, task_id=task.id, from_id="", to_id="")
    movement.from_id, movement.to_id = from_id, to_id
    movement.departed_at, movement.escort = None, ""
    act.session.add(movement)
    giver, receiver = act.agency_name(from_id), act.agency_name(to_id)
    act.record("movement.expected", movement, giver=giver, receiver=receiver)
    deadlines.start(act, DeadlineKind.ARRIVAL, journey, movement.id, task_id=task.id)


def recall(act: Act, handoff: Handoff, reason: str) -> None:
    """Take an unanswered offer back."""
    handoff.reason = reason
    move(act, handoff, HandoffState.RECALLED, reason=reason)
    deadlines.stop(act, DeadlineState.CANCELLED, handoff.id)


def end_pending(act: Act, handoff: Handoff) -> None:
    """An open offer whose task is gone: withdrawn by the person, or recalled because the path moved on."""
    if not act.withdrawn:
        recall(act, handoff, MOVED_ON)
        return
    move(act, handoff, HandoffState.WITHDRAWN)
    deadlines.stop(act, DeadlineState.CANCELLED, handoff.id)


def _exhaust(act: Act, task: UserTask, kind: AlarmKind) -> None:
    """Nobody is left to ask. The coordinator is accountable and must find a place."""
    handoff = _written(act, task, HandoffState.EXHAUSTED, task.giver_id)
    handoff.reason = kind
    handoff.ended_at = act.at
    act.add_handoff(handoff)
    act.record("handoff.exhausted", handoff, reason=kind, element=task.element, service=task.service)
    task.accountable_id = task.giver_id = act.case.lead_agency_id
    task.revision += 1
    act.session.add(task)
    act.record("task.exhausted", task, element=task.element, reason=kind)
    desk = alarms.duty_desk(act) if kind is AlarmKind.NO_TAKER else act.case.lead_agency_id
    alarms.call(act, kind, desk, task_id=task.id, handoff_id=handoff.id)
