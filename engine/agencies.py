"""Agencies: their profile and places, and what happens to their cases when they pause, close or are succeeded."""

from sqlmodel import Session, col, select

from . import audit, clock, succession
from .access import visibility
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.people import Agency, Place, PlaceKind
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
    succession.release(session, agency, "agency_suspended", by=by)
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
    """An agency ends. What the successor can do goes on there; everything else is offered to others."""
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
    succession.release(session, agency, "agency_closed", successor=successor, by=by)
    return agency


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
