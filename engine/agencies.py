"""Agencies: their profile and places, and what happens to their cases when they pause, close or are succeeded."""

from sqlmodel import Session, col, select

from . import alarms, audit, cases, clock, directory, handovers, links, offers, participations
from .access import visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case, CaseStatus, Participation
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
    if successor is not None and _can(act, successor, present.lane, owed or tasks[-1:]):
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
    """Whether a successor may fill a lane: its role, the people it serves, and who must be kept apart still count."""
    return lane in successor.roles and all(
        successor.id in {found.agency.id for found in offers.able(act, task)} for task in about
    )


def _succeed(act: Act, present: Participation, successor: Agency, owed: list[UserTask], *, place: bool) -> None:
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
            giver_id = handovers.giver_again(act, handoff)
    for task in owed:
        task.urgent = True
        handovers.put_back(act, task, giver_id)
        alarms.call(act, AlarmKind.CARE_INTERRUPTED, act.case.lead_agency_id, task_id=task.id)
    if owed:
        offers.make(act, owed[0])


def _place_at(act: Act, successor: Agency) -> str | None:
    """The successor takes the person in even where its house is full; the record says so."""
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
