"""Agencies: how they come into the directory, their profile and places, and when they pause, close or are succeeded."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import Any

from sqlmodel import Session, col, select

from . import audit, cases, clock, desks, directory, paths, people, relays, succession
from .access import visibility
from .actor import Actor, Behalf
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.columns import new_id
from .models.people import Agency, Place, PlaceKind, Reach, User
from .participations import COORDINATOR
from .people import check_manager
from .relays import Said

MOST_PLACES = 500
HOUSE = "shelter"  # the role that gives places
SEXES, AGES = ("female", "male"), ("adult", "child")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the directory says of an agency beside its name: what it does, for whom, where, and how it is reached.

    No sexes or ages: everybody.
    """

    region: str
    roles: list[str]
    services: list[str]
    sexes: list[str]
    ages: list[str]
    families: bool = True
    reach: Reach
    phone: str
    hours: str = ""


def add(session: Session, name: str, entry: Entry, *, by: Actor) -> Agency:
    """The national coordinator adds an agency. One without an account is asked by phone or letter from now on.

    One with an account is asked once its first manager has been added (`people.add_first`).
    """
    check_keeps_directory(by)
    if wrong := _named(name) | _wrong(session, entry):
        raise Invalid(fields=wrong)
    agency = Agency(code=f"agency_{new_id()[:12]}", name=name.strip(), **_kept(entry))
    session.add(agency)
    session.flush()
    audit.record(session, "agency.added", agency, by=by, agency=agency.name)
    return agency


def change(session: Session, agency_id: str, entry: Entry, *, by: Actor) -> Agency:
    """Change what an agency does and how it is reached. It keeps what it has; only later offers follow this.

    Whether and where a desk coordinates stays: that decides who sees which cases.
    """
    agency = _kept_by_coordinator(session, agency_id, by)
    if agency.closed_at is not None:
        raise Conflict("This agency is already closed.")
    wrong = _wrong(session, entry)
    leads = COORDINATOR in agency.roles
    if leads != (COORDINATOR in entry.roles) or (leads and agency.region != entry.region):
        wrong["roles"] = "Whether and where a desk coordinates does not change. Add another desk, and close this one."
    elif entry.reach is Reach.SYSTEM is not agency.reach and not people.somebody(session, agency.id):
        wrong["reach"] = "Nobody of this agency can sign in yet. Add its first manager first."
    if wrong:
        raise Invalid(fields=wrong)
    for field, value in _kept(entry).items():
        setattr(agency, field, value)
    session.add(agency)
    audit.record(session, "agency.changed", agency, by=by, agency=agency.name)
    return agency


def add_manager(
    session: Session, agency_id: str, *, login: str, name: str, language: str, by: Actor
) -> tuple[User, str]:
    """Give an agency at which nobody can sign in its first person; returns the first password, shown once."""
    agency = _active(session, agency_id, by)
    return people.add_first(session, agency, login=login, name=name, language=language, by=by)


def services(session: Session) -> list[str]:
    """The services there are: those a case may ask for, those that stand in for another, and those somebody gives."""
    bundle = cases.current_bundle(session)
    asked = {code for inputs in paths.stages(bundle).values() for codes in inputs.values() for code in codes}
    given = {code for found in session.exec(select(Agency.services)).all() for code in found}
    instead = {code for service, others in bundle.country.fallbacks.items() for code in (service, *others)}
    return sorted({code for code in asked if isinstance(code, str)} | given | instead)


def _kept(entry: Entry) -> dict[str, Any]:
    return asdict(entry) | {"phone": entry.phone.strip(), "hours": entry.hours.strip()}


def _named(name: str) -> dict[str, str]:
    return {} if 2 <= len(name.strip()) <= 200 else {"name": "Give the agency's name."}


def _wrong(session: Session, entry: Entry) -> dict[str, str]:
    country = cases.current_bundle(session).country
    wrong = {}
    if entry.region not in country.regions:
        wrong["region"] = "Choose where the agency works."
    if not entry.roles or not set(entry.roles) <= set(country.roles):
        wrong["roles"] = "Choose at least one of the roles of this country."
    elif COORDINATOR in entry.roles and entry.reach is not Reach.SYSTEM:
        wrong["reach"] = "A coordinating desk needs an account."
    if not set(entry.services) <= set(services(session)):
        wrong["services"] = "Choose from the services of this country."
    if not (set(entry.sexes) <= set(SEXES) and set(entry.ages) <= set(AGES)):
        wrong["ages"] = "Choose whom the agency takes, or nothing for everybody."
    if not 3 <= len(entry.phone.strip()) <= 40:
        wrong["phone"] = "Give the number under which somebody on duty answers."
    if len(entry.hours) > 100:
        wrong["hours"] = "Say when somebody answers, such as 09:00-18:00."
    return wrong


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
    """A manager says how many places of a kind there are in the own house; for 24 hours the number is known."""
    check_manager(by)
    if HOUSE not in by.roles and not places(session, by=by):
        raise NotAllowed("Your agency gives no places. Those of another one are entered in its entry of the directory.")
    return _counted(session, session.get_one(Agency, by.agency_id), kind, total, by=by)


def enter_places(session: Session, agency_id: str, kind: PlaceKind, total: int, *, said: Said, by: Actor) -> Place:
    """The coordinator of the region, or of the country, enters what an agency without an account says it has."""
    agency = session.get(Agency, agency_id)
    if agency is None or not speaks_of_places(by, agency):
        raise NotFound()
    relays.check_words(said.channel, said.said_by, said.paper)
    if not clock.now() - directory.CONFIRMED_FOR <= said.happened_at <= clock.now():
        raise Invalid(fields={"happened_at": "Give a time in the last 24 hours: an older number is no longer known."})
    behalf = Behalf(relay_id="", agency_id=by.agency_id or "", agency_name=by.agency_name)
    house = replace(relays.as_agency(agency, by), happened_at=said.happened_at.astimezone(UTC), behalf=behalf)
    return _counted(session, agency, kind, total, by=house, said=said)


def speaks_of_places(by: Actor, agency: Agency) -> bool:
    """Whether the actor enters the places of this agency for it: it has no account, and is of the actor's region."""
    near = by.region in (visibility.NATIONAL, agency.region)
    return by.is_coordinator and near and agency.active and agency.reach is not Reach.SYSTEM and HOUSE in agency.roles


def _counted(
    session: Session, agency: Agency, kind: PlaceKind, total: int, *, by: Actor, said: Said | None = None
) -> Place:
    if not 0 <= total <= MOST_PLACES:
        raise Invalid(fields={"total": f"Give a number from 0 to {MOST_PLACES}."})
    query = select(Place).where(Place.agency_id == agency.id, Place.kind == kind).with_for_update()
    place = session.exec(query).first()
    place = place or Place(agency_id=agency.id, kind=kind, total=0, confirmed_at=clock.now())
    place.total, place.confirmed_at, place.said_by = total, by.acted_at(), said.said_by[:200] if said else ""
    session.add(place)
    audit.record(session, "place.confirmed", place, by=by, agency=agency.name, channel=said and said.channel)
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
    _check_led(session, agency)
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
    _check_led(session, agency)
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


def _check_led(session: Session, agency: Agency) -> None:
    """What a coordinating desk leads needs another with a coordinator; and the desk where alarms end has no other."""
    if COORDINATOR not in agency.roles:
        return
    if agency.code == cases.current_bundle(session).country.escalation.duty_desk:
        raise Conflict("Every alarm of the country ends at this desk: it can neither pause nor close.")
    others = [desk for desk in desks.coordinating(session, clock.now()) if desk.id != agency.id]
    if not any(desk.region == visibility.NATIONAL for desk in others):
        raise Conflict("No coordinator is at the national desk to lead its cases. End a leave there first.")


def _active(session: Session, agency_id: str, by: Actor) -> Agency:
    agency = _kept_by_coordinator(session, agency_id, by)
    if not agency.active:
        raise Conflict("This agency is not active.")
    return agency


def active(session: Session) -> list[Agency]:
    """The agencies that take part now, by name."""
    return list(session.exec(select(Agency).where(col(Agency.active).is_(True)).order_by(Agency.name)).all())


def check_keeps_directory(by: Actor) -> None:
    """The national coordinator keeps the directory."""
    if not by.is_coordinator or by.region != visibility.NATIONAL:
        raise NotAllowed("Only the national coordinator keeps the directory.")


def check_keeps(by: Actor, agency: Agency) -> None:
    """The national coordinator keeps every agency but the own one."""
    check_keeps_directory(by)
    if agency.id == by.agency_id:
        raise NotAllowed("Another desk must do this for your own agency.")


def _kept_by_coordinator(session: Session, agency_id: str, by: Actor) -> Agency:
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such agency in the directory.")
    check_keeps(by, agency)
    return agency
