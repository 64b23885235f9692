"""Succession: what an agency leaves behind when it pauses, ends, or nobody is left at its desk.

Its offers are taken back. What a named successor can do goes on there; everything else is urgent and offered to others.
"""

from sqlmodel import Session, col, select

from . import alarms, cases, consents, directory, handovers, links, offers, participations
from .act import Act, begin
from .actor import Actor
from .models.cases import Case, CaseStatus, Participation
from .models.people import Agency, Place
from .models.work import HELD_HANDOFF, OPEN_TASK, PENDING_HANDOFF, AlarmKind, Handoff, UserTask
from .participations import COORDINATOR


def release(session: Session, agency: Agency, reason: str, *, by: Actor, successor: Agency | None = None) -> None:
    """Case by case, in a fixed order: recall its offers, pass its lanes on, call the coordinators of its people."""
    session.flush()
    for case_id in _concerned(session, agency):
        act = begin(session, case_id, by)
        _pass_lead(act, agency, successor)
        for handoff in _offered(act, agency):
            handovers.withdraw_from(act, handoff, reason)
        own = [present for present in act.participations() if present.agency_id == agency.id]
        for present in sorted(own, key=lambda p: (p.instance_id, p.scope, p.lane)):
            _pass_on(act, present, successor, reason)
        _answer_for(act, agency)


def _pass_lead(act: Act, agency: Agency, successor: Agency | None) -> None:
    """A case its desk led is led by the successor, or by the desk that leads new cases of that region."""
    if act.case.status is CaseStatus.OPEN and act.case.lead_agency_id == agency.id:
        able = successor is not None and COORDINATOR in successor.roles and successor.id in act.staffed()
        desk = successor if able and successor else cases.lead_coordinator(act.session, act.case.region)
        links.move_lead(act, desk.id)


def _answer_for(act: Act, agency: Agency) -> None:
    """What it had given away and nobody has taken over yet: the lead coordinator is accountable."""
    query = select(UserTask).where(
        UserTask.case_id == act.case.id, UserTask.accountable_id == agency.id, col(UserTask.status).in_(OPEN_TASK)
    )
    for task in act.session.exec(query).all():
        task.accountable_id = task.giver_id = act.case.lead_agency_id
        task.revision += 1
        act.session.add(task)
        act.record("task.accountable", task, element=task.element, agency=act.agency(act.case.lead_agency_id).name)


def _concerned(session: Session, agency: Agency) -> list[str]:
    filled = select(Participation.case_id).where(
        Participation.agency_id == agency.id, col(Participation.until).is_(None)
    )
    offered = select(Handoff.case_id).where(Handoff.receiver_id == agency.id, col(Handoff.state).in_(PENDING_HANDOFF))
    answered = select(UserTask.case_id).where(UserTask.accountable_id == agency.id, col(UserTask.status).in_(OPEN_TASK))
    led = select(Case.id).where(Case.lead_agency_id == agency.id, Case.status == CaseStatus.OPEN)
    return sorted({found for query in (filled, offered, answered, led) for found in session.exec(query).all()})


def _offered(act: Act, agency: Agency) -> list[Handoff]:
    query = select(Handoff).where(
        Handoff.case_id == act.case.id,
        Handoff.receiver_id == agency.id,
        col(Handoff.state).in_(PENDING_HANDOFF),
    )
    return list(act.session.exec(query).all())


def _pass_on(act: Act, present: Participation, successor: Agency | None, reason: str) -> None:
    """What it had in one lane is the successor's, where it could be asked for it; otherwise it is offered to others.

    A handoff goes on with the successor: the giver gets its outcome. What the agency was about to hand over is not.
    """
    tasks = _of_lane(act, present)
    owed = [task for task in tasks if task.status in OPEN_TASK]
    for handoff in _handed(act, present):
        if handoff.state in PENDING_HANDOFF:
            handovers.recall(act, handoff, reason)
    participations.leave(act, present)
    about = owed or tasks[-1:]
    if successor is not None and about and _can(act, successor, present.lane, about):
        _succeed(act, present, successor, owed, place=any(offers.needs_place(act, task) for task in tasks))
    else:
        _interrupt(act, present, owed, reason)
    for task in owed:
        act.record("task.agency_gone", task, element=task.element, reason=reason)


def _of_lane(act: Act, present: Participation) -> list[UserTask]:
    """Every task there was in this lane, the newest last."""
    query = select(UserTask).where(
        UserTask.instance_id == present.instance_id,
        UserTask.scope == present.scope,
        UserTask.lane == present.lane,
    )
    return list(act.session.exec(query.order_by(col(UserTask.opened_at), UserTask.element, UserTask.service)).all())


def _handed(act: Act, present: Participation) -> list[Handoff]:
    """Every handoff there was of this lane."""
    return [h for h in act.handoffs(present.instance_id, present.scope) if h.lane == present.lane]


def _can(act: Act, successor: Agency, lane: str, about: list[UserTask]) -> bool:
    """Whether a successor may fill a lane: all that counts for an offer, but that its house may be full."""
    return lane in successor.roles and all(
        successor.id in {found.agency.id for found in offers.able(act, task)}
        and _agreed(act, successor, task)
        and (not offers.needs_place(act, task) or _house(act, successor) is not None)
        for task in about
    )


def _agreed(act: Act, successor: Agency, task: UserTask) -> bool:
    """A consent that names one agency, or that was taken back, is no consent to whoever comes after that agency."""
    if not task.purpose:
        return True
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    return basis is not None and basis.covers(successor)


def _succeed(act: Act, present: Participation, successor: Agency, owed: list[UserTask], *, place: bool) -> None:
    for handoff in _handed(act, present):
        if handoff.state in HELD_HANDOFF:  # goes on under its old name: what was true when it was made
            handoff.receiver_id = successor.id
            handoff.revision += 1
            act.session.add(handoff)
            act.record("handoff.succeeded", handoff, receiver=successor.name)
    participations.join(
        act,
        present.instance_id,
        present.scope,
        present.lane,
        successor.id,
        handoff_id=present.handoff_id,
        place_id=_place_at(act, successor) if place else None,
        places=directory.unit(act.facts).size,
    )
    for task in owed:
        handovers.put_back(act, task, act.case.lead_agency_id)
        offers.open_at(act, task, successor.id, journey=offers.journey_clock(act, task))


def _interrupt(act: Act, present: Participation, owed: list[UserTask], reason: str) -> None:
    """People in the care of an agency that is gone are urgent: offered to all at once, the coordinator called."""
    giver_id = act.case.lead_agency_id
    for handoff in _handed(act, present):
        if handoff.state in HELD_HANDOFF:
            handovers.recall(act, handoff, reason)
            giver_id = handovers.giver_again(act, handoff, owed)
    for task in owed:
        task.urgent = True
        handovers.put_back(act, task, giver_id)
        alarms.call(act, AlarmKind.CARE_INTERRUPTED, act.case.lead_agency_id, task_id=task.id)
    if owed:
        offers.make(act, owed[0])
    elif present.place_id:
        alarms.call(act, AlarmKind.CARE_INTERRUPTED, act.case.lead_agency_id)


def _place_at(act: Act, successor: Agency) -> str | None:
    """The successor takes the person in even where its house is full; the record says so."""
    place = _house(act, successor)
    if place is not None:
        directory.take_place(act, place.id, directory.unit(act.facts).size, over_capacity="emergency")
    return place.id if place else None


def _house(act: Act, successor: Agency) -> Place | None:
    """The places a successor has for such people, free or not."""
    kind = directory.unit(act.facts).place_kind
    query = select(Place).where(Place.agency_id == successor.id, Place.kind == kind, Place.total > 0)
    return act.session.exec(query).first()
