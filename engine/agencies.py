"""Agencies: their profile and places, and what happens to their cases when they pause, close or are succeeded."""

from sqlmodel import Session, col, select

from . import alarms, audit, cases, clock, directory, handovers, links, offers, participations
from .access import visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case, CaseStatus
from .models.people import Agency, Place, PlaceKind
from .models.work import HELD_HANDOFF, OPEN_TASK, PENDING_HANDOFF, AlarmKind, Handoff, UserTask
from .participations import COORDINATOR
from .people import check_manager

MOST_PLACES = 500


def profile(session: Session, *, phone: str, hours: str, email: str, by: Actor) -> Agency:
    """A manager keeps the duty phone with its hours, and the address for notices."""
    check_manager(by)
    agency = session.get_one(Agency, by.agency_id)
    wrong = {}
    if not 3 <= len(phone.strip()) <= 40:
        wrong["phone"] = "Give the number under which somebody on duty answers."
    if not 1 <= len(hours.strip()) <= 100:
        wrong["hours"] = "Say when somebody answers, such as 09:00-18:00."
    if len(email) > 200 or (email.strip() and "@" not in email):
        wrong["email"] = "Give an e-mail address, or nothing."
    if wrong:
        raise Invalid(fields=wrong)
    agency.phone, agency.hours, agency.email = phone.strip(), hours.strip(), email.strip()
    session.add(agency)
    audit.record(session, "agency.profile", agency, by=by, agency=agency.name)
    return agency


def places(session: Session, *, by: Actor) -> list[Place]:
    """The places of the actor's agency, by kind."""
    return list(session.exec(select(Place).where(Place.agency_id == by.agency_id).order_by(Place.kind)).all())


def confirm_places(session: Session, kind: PlaceKind, total: int, *, by: Actor) -> Place:
    """Say how many places of a kind there are: now, and for the next 24 hours, it is known."""
    check_manager(by)
    if not 0 <= total <= MOST_PLACES:
        raise Invalid(f"Give a number from 0 to {MOST_PLACES}.", fields={"total": ""})
    query = select(Place).where(Place.agency_id == by.agency_id, Place.kind == kind).with_for_update()
    place = session.exec(query).first()
    place = place or Place(agency_id=by.agency_id or "", kind=kind, total=0, confirmed_at=clock.now())
    place.total, place.confirmed_at = total, clock.now()
    session.add(place)
    audit.record(session, "place.confirmed", place, by=by, agency=by.agency_name)
    return place


def rename(session: Session, agency_id: str, name: str, *, by: Actor) -> Agency:
    """A new name. Handoffs keep the name the agency had then."""
    agency = _kept_by_coordinator(session, agency_id, by)
    if not 2 <= len(name.strip()) <= 200:
        raise Invalid(fields={"name": "Give the new name."})
    before, agency.name = agency.name, name.strip()
    session.add(agency)
    audit.record(session, "agency.renamed", agency, by=by, before=before, agency=agency.name)
    return agency


def suspend(session: Session, agency_id: str, *, by: Actor) -> Agency:
    """No more offers: open ones are recalled, its work is offered to others, the people in its care are urgent."""
    agency = _active(session, agency_id, by)
    agency.active = False
    session.add(agency)
    audit.record(session, "agency.suspended", agency, by=by, agency=agency.name)
    _release(session, agency, None, "agency_suspended", by)
    return agency


def resume(session: Session, agency_id: str, *, by: Actor) -> Agency:
    """A suspended agency takes part again."""
    agency = _kept_by_coordinator(session, agency_id, by)
    if agency.active or agency.closed_at is not None:
        raise Conflict("Only a suspended agency can take part again.")
    agency.active = True
    session.add(agency)
    audit.record(session, "agency.resumed", agency, by=by, agency=agency.name)
    return agency


def close(session: Session, agency_id: str, *, successor_id: str | None, by: Actor) -> Agency:
    """An agency ends. With a successor its open tasks move there; otherwise they are offered to others."""
    agency = _kept_by_coordinator(session, agency_id, by)
    if agency.closed_at is not None:
        raise Conflict("This agency is already closed.")
    successor = session.get(Agency, successor_id) if successor_id else None
    if successor_id and (successor is None or not successor.active or successor.id == agency.id):
        raise Invalid(fields={"successor": "Choose an active agency of the directory."})
    agency.active = False
    agency.closed_at = clock.now()
    agency.successor_id = successor.id if successor else None
    session.add(agency)
    audit.record(session, "agency.closed", agency, by=by, agency=agency.name)
    _release(session, agency, successor, "agency_closed", by)
    return agency


def _release(session: Session, agency: Agency, successor: Agency | None, reason: str, by: Actor) -> None:
    """Case by case, in a fixed order: recall its offers, pass its tasks on, call the coordinators of its people."""
    session.flush()
    for case_id in _concerned(session, agency):
        act = begin(session, case_id, by)
        _pass_lead(act, agency, successor)
        if successor is None:
            _mark_urgent(act, agency)
        for handoff in _handoffs(act, agency):
            if handoff.state in PENDING_HANDOFF or successor is None:
                handovers.withdraw_from(act, handoff, reason)
        for task in _tasks(act, agency):
            _pass_on(act, task, successor, reason)
        _answer_for(act, agency)


def _pass_lead(act: Act, agency: Agency, successor: Agency | None) -> None:
    """A case its desk led is led by the successor, or by the desk that leads new cases of that region."""
    if act.case.status is CaseStatus.OPEN and act.case.lead_agency_id == agency.id:
        able = successor is not None and COORDINATOR in successor.roles
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


def _mark_urgent(act: Act, agency: Agency) -> None:
    """People in the care of an agency that is gone are urgent: offered to all at once, the coordinator called."""
    for task in _tasks(act, agency):
        task.urgent = True
        act.session.add(task)
        alarms.call(act, AlarmKind.CARE_INTERRUPTED, act.case.lead_agency_id, task_id=task.id)


def _concerned(session: Session, agency: Agency) -> list[str]:
    held = select(UserTask.case_id).where(UserTask.holder_id == agency.id, col(UserTask.status).in_(OPEN_TASK))
    offered = select(Handoff.case_id).where(
        Handoff.receiver_id == agency.id, col(Handoff.state).in_(PENDING_HANDOFF + HELD_HANDOFF)
    )
    answered = select(UserTask.case_id).where(UserTask.accountable_id == agency.id, col(UserTask.status).in_(OPEN_TASK))
    led = select(Case.id).where(Case.lead_agency_id == agency.id, Case.status == CaseStatus.OPEN)
    return sorted({found for query in (held, offered, answered, led) for found in session.exec(query).all()})


def _handoffs(act: Act, agency: Agency) -> list[Handoff]:
    query = select(Handoff).where(
        Handoff.case_id == act.case.id,
        Handoff.receiver_id == agency.id,
        col(Handoff.state).in_(PENDING_HANDOFF + HELD_HANDOFF),
    )
    return list(act.session.exec(query).all())


def _tasks(act: Act, agency: Agency) -> list[UserTask]:
    query = select(UserTask).where(
        UserTask.case_id == act.case.id,
        UserTask.holder_id == agency.id,
        col(UserTask.status).in_(OPEN_TASK),
    )
    return list(act.session.exec(query).all())


def _pass_on(act: Act, task: UserTask, successor: Agency | None, reason: str) -> None:
    for present in act.participations():
        key = (present.instance_id, present.scope, present.lane)
        if key == (task.instance_id, task.scope, task.lane):
            participations.leave(act, present)
    handovers.put_back(act, task, act.case.lead_agency_id)
    if successor is not None:
        offers.settle(act, task, successor.id, place_id=_place_at(act, task, successor))
    else:
        offers.make(act, task)
    act.record("task.agency_gone", task, element=task.element, reason=reason)


def _place_at(act: Act, task: UserTask, successor: Agency) -> str | None:
    """The successor takes the person in even where its house is full; the record says so."""
    if not offers.needs_place(act, task):
        return None
    unit = directory.unit(act.facts)
    query = select(Place).where(Place.agency_id == successor.id, Place.kind == unit.place_kind)
    place = act.session.exec(query).first()
    if place is not None:
        directory.take_place(act, place.id, unit.size, over_capacity="emergency")
    return place.id if place else None


def _active(session: Session, agency_id: str, by: Actor) -> Agency:
    agency = _kept_by_coordinator(session, agency_id, by)
    if not agency.active:
        raise Conflict("This agency is not active.")
    return agency


def active(session: Session) -> list[Agency]:
    """The agencies that take part now, by name."""
    return list(session.exec(select(Agency).where(col(Agency.active).is_(True)).order_by(Agency.name)).all())


def check_keeps(by: Actor, agency: Agency) -> None:
    """The national coordinator keeps the directory, but not the own agency."""
    if not by.is_coordinator or by.region != visibility.NATIONAL:
        raise NotAllowed("Only the national coordinator keeps the directory.")
    if agency.id == by.agency_id:
        raise NotAllowed("Another desk must do this for your own agency.")


def _kept_by_coordinator(session: Session, agency_id: str, by: Actor) -> Agency:
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such agency in the directory.")
    check_keeps(by, agency)
    return agency
