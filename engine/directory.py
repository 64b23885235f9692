"""The directory: which agency can take this person, with these needs, now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from . import clock
from .act import Act
from .errors import Invalid
from .models.people import Agency, Place, PlaceKind, Reach
from .models.work import Handoff

CONFIRMED_FOR = timedelta(hours=24)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN = "unknown"
OVER_CAPACITY = ("emergency", "family_together", "short_stay")


@dataclass(frozen=True)
class Unit:
    """Whoever is placed together: the person and the dependants."""

    sex: str
    age: str  # adult or child; in doubt, child
    size: int

    @property
    def place_kind(self) -> PlaceKind:
        """The kind of place this unit needs."""
        if self.size > 1:
            return PlaceKind.FAMILIES
        if self.age == "child":
            return PlaceKind.CHILDREN
        return PlaceKind.MEN if self.sex == "male" else PlaceKind.WOMEN


def unit(facts: dict[str, Any]) -> Unit:
    """The unit a case stands for, from its facts."""
    age = "adult" if facts.get("age_band") == "adult" else "child"
    return Unit(sex=facts.get("sex") or "unknown", age=age, size=1 + int(facts.get("dependants") or 0))


@dataclass(frozen=True)
class Candidate:
    """An agency that may be asked, and the place it would give, or the service it would give instead of the one asked.

    `full`: every place is taken, as far as anybody knows; it may be asked all the same, and says why it accepts.
    `uncounted`: it gives a place, and nobody has said yet how many it has: it may be asked.
    """

    agency: Agency
    place: Place | None = None
    service: str = ""
    full: bool = False
    uncounted: bool = False


def candidates(
    act: Act,
    *,
    role: str,
    giver_id: str,
    service: str = "",
    place: bool = False,
    full: bool = False,
    without: set[str] | None = None,
) -> list[Candidate]:
    """The suitable agencies, the nearest first: role, service, eligibility, a free place, somebody there.

    The giver itself comes first where it is suitable; then the region of the case; then the code, so that
    the order is the same for everybody. With `full`, full houses are among them.
    """
    people = unit(act.facts)
    staffed = act.staffed()
    fitting = [
        agency
        for agency in act.agencies().values()
        if agency.active
        and (agency.id in staffed or agency.reach is not Reach.SYSTEM)
        and agency.id not in (without or set())
        and (not role or role in agency.roles)
        and (not service or service in agency.services)
        and eligible(agency, people)
    ]
    found = _with_place(act, fitting, people, full) if place else [Candidate(agency) for agency in fitting]
    return sorted(
        found,
        key=lambda c: (c.agency.id != giver_id, c.agency.region != act.case.region, c.agency.code),
    )


def eligible(agency: Agency, people: Unit) -> bool:
    """Whether this agency serves such people. An empty list means everybody."""
    return (
        (not agency.sexes or people.sex in agency.sexes)
        and (not agency.ages or people.age in agency.ages)
        and (people.size == 1 or agency.families)
    )


def _with_place(act: Act, agencies: list[Agency], people: Unit, full: bool) -> list[Candidate]:
    """Agencies with a free place, and those whose capacity nobody confirmed lately: unknown does not exclude.

    An agency that has said no number of any kind may be asked for whomever it serves.
    """
    rows = act.session.exec(select(Place).where(col(Place.agency_id).in_([a.id for a in agencies]))).all()
    own = {place.agency_id for place in rows if is_stated(place) or place.kind is people.place_kind}
    found = [Candidate(agency, uncounted=True) for agency in agencies if agency.id not in own]
    for place in (row for row in rows if row.kind is people.place_kind):
        taken = place.taken + people.size > place.total and is_confirmed(place, act.at)
        if full or not taken:
            found.append(Candidate(act.agency(place.agency_id), place, full=taken))
    return found


def is_stated(place: Place) -> bool:
    """Whether anybody ever said how many places of this kind there are."""
    return place.confirmed_at > NEVER


def counted(act: Act, found: Candidate) -> str | None:
    """The row in which the place is counted that is asked for; new where nobody has said yet how many there are."""
    if found.place is not None or not found.uncounted:
        return found.place.id if found.place else None
    kind = unit(act.facts).place_kind
    act.session.exec(select(Agency.id).where(Agency.id == found.agency.id).with_for_update(key_share=True)).one()
    query = select(Place).where(Place.agency_id == found.agency.id, Place.kind == kind)
    place = act.session.exec(query).first()
    if place is None:
        place = Place(agency_id=found.agency.id, kind=kind, total=0, confirmed_at=NEVER)
        act.session.add(place)
        act.session.flush()
        act.record("place.uncounted", place, agency=found.agency.name)
    return place.id


def is_confirmed(place: Place, now: datetime) -> bool:
    """Whether somebody confirmed this capacity in the last 24 hours; otherwise it reads unknown."""
    return now - place.confirmed_at <= CONFIRMED_FOR


def free(place: Place) -> int | None:
    """How many places are free; None where nobody confirmed the number in the last 24 hours."""
    return max(place.total - place.taken, 0) if is_confirmed(place, clock.now()) else None


def is_full(session: Session, handoff: Handoff) -> bool:
    """Whether the place this offer would take is taken by now: accepting it needs a reason."""
    place = session.get(Place, handoff.place_id) if handoff.place_id else None
    return place is not None and is_stated(place) and place.taken + handoff.unit > place.total


def take_place(act: Act, place_id: str, size: int, *, over_capacity: str = "") -> bool:
    """Take places in this transaction; False where another acceptance took the last one.

    Where nobody has said how many there are, it is counted and recorded as of an unknown number.
    `over_capacity` is the coded reason to take in people beyond the number of places.
    """
    if over_capacity and over_capacity not in OVER_CAPACITY:
        known = ", ".join(OVER_CAPACITY)
        raise Invalid(
            f"Choose why you take in more than you have places for: {known}.", fields={"over_capacity": known}
        )
    place = act.session.get_one(Place, place_id, populate_existing=True)
    return _change_place(act, place_id, size, "place.taken", over_capacity if is_stated(place) else UNKNOWN)


def free_place(act: Act, place_id: str, size: int) -> None:
    """Give places back when the person has gone."""
    _change_place(act, place_id, -size, "place.freed", "less is always allowed")


def _change_place(act: Act, place_id: str, size: int, action: str, beyond: str) -> bool:
    statement = update(Place).where(col(Place.id) == place_id, col(Place.taken) + size >= 0)
    if not beyond:
        statement = statement.where(col(Place.taken) + size <= col(Place.total))
    changed = act.session.exec(
        statement.values(taken=col(Place.taken) + size).execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:
        return False
    place = act.session.get_one(Place, place_id, populate_existing=True)
    reason = beyond if place.taken > place.total and size > 0 else ""
    act.record(action, place, size=size, agency=act.agency_name(place.agency_id), reason=reason)
    return True


def entries(session: Session) -> list[tuple[Agency, list[Place]]]:
    """Every agency with its places, by region and name."""
    places: dict[str, list[Place]] = {}
    for place in session.exec(select(Place).order_by(Place.kind)).all():
        places.setdefault(place.agency_id, []).append(place)
    agencies = session.exec(select(Agency).order_by(Agency.region, Agency.name)).all()
    return [(agency, places.get(agency.id, [])) for agency in agencies]
