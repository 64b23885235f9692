"""What it comes to when agencies pause, close or are succeeded, and when people are away or go."""

from collections.abc import Iterable
from datetime import datetime

from tests.batteries import acts, acts_changes
from tests.batteries.desks import Desk, Person
from tests.batteries.model import HELD, MOVING, PENDING, Duty, Episode, Fill, Key, Model


def touches(case: Episode, agency: str) -> bool:
    """Whether an agency has any part in an open case."""
    return case.open and (
        case.lead == agency
        or any(fill.agency == agency for fill in case.fills.values())
        or any(agency in (offer.to, offer.giver) for offer in case.asked() if offer.state in PENDING)
        or any(duty.accountable == agency for duty in case.owed())
    )


def gone(model: Model, case: Episode, desk: Desk, successor: Desk | None) -> None:
    """Its offers are recalled, its work is the successor's or is offered to others; nobody falls between."""
    if case.lead == desk.id:
        able = successor is not None and "coordinator" in successor.roles and _is_there(model, successor)
        acts_changes.led_by(model, case, successor.id if successor and able else model.lead(case.region))
    for offer in [o for o in case.asked() if o.to == desk.id and o.state in PENDING]:
        offer.state = "recalled"
        acts.ask_again(model, case, _owed(case, offer.key))
    for key in sorted(key for key, fill in case.fills.items() if fill.agency == desk.id):
        _given_up(model, case, key, successor)
    for duty in case.owed():
        if duty.accountable == desk.id:
            duty.giver = duty.accountable = case.lead


def _is_there(model: Model, desk: Desk) -> bool:
    return any(not person.is_away(model.now) for person in desk.present)


def _given_up(model: Model, case: Episode, key: Key, successor: Desk | None) -> None:
    duties = _owed(case, key)
    takes = successor is not None and _takes(model, case, key, successor)
    for offer in case.pending(key):
        offer.state = "recalled"
    acts.leave(model, case, key)
    if successor and takes:
        _succeeded(model, case, key, successor)
        return
    held = [offer for offer in case.asked() if offer.key == key and offer.state in HELD]
    giver = acts.giver_again(model, case, held[0], duties) if held else case.lead
    for offer in held:
        offer.state, offer.lost = "recalled", True
    for duty in duties:
        acts.put_back(duty, giver)
        duty.urgent = duty.interrupted = True
    acts.ask_again(model, case, duties)


def _takes(model: Model, case: Episode, key: Key, successor: Desk) -> bool:
    """A successor takes what it could be asked for; its house may be full, but it must be one for such people."""
    about = _owed(case, key) or [duty for duty in case.duties.values() if duty.key == key][-1:]
    return bool(about) and all(
        model.fits(case, duty, successor, place=False)
        and successor.id not in model.barred(case, duty)
        and _agreed(model, case, duty, successor)
        and (not model.needs_place(case, duty) or _has_house(model, case, successor))
        for duty in about
    )


def _agreed(model: Model, case: Episode, duty: Duty, successor: Desk) -> bool:
    """Whether the person's word, or the law, reaches the successor as well."""
    basis = model.basis(case, duty)
    return not duty.purpose or (basis is not None and basis[1] in (None, successor.id))


def _has_house(model: Model, case: Episode, successor: Desk) -> bool:
    beds = model.beds.get((successor.id, model.kind(case)))
    return beds is not None and beds.total > 0


def _succeeded(model: Model, case: Episode, key: Key, successor: Desk) -> None:
    beds, units = (successor.id, model.kind(case)), model.units(case)
    taken = beds if key[2] == "shelter" and beds in model.beds and _is_shelter(case, key) else None
    if taken:
        there = model.beds[taken]
        there.taken += units
        there.over = there.taken > there.total
    case.fills[key] = Fill(successor.id, taken, units)
    for offer in case.asked():
        if offer.key == key and offer.state in HELD:
            offer.to = successor.id
    for duty in _owed(case, key):
        acts.put_back(duty, case.lead)
        model.put(duty, successor.id, moves=(duty.process, duty.lane) in MOVING)


def _is_shelter(case: Episode, key: Key) -> bool:
    return any(duty.process == "shelter" for duty in case.duties.values() if duty.key == key)


def _owed(case: Episode, key: Key) -> list[Duty]:
    return [duty for duty in case.owed() if duty.key == key]


# people
def in_hand(cases: Iterable[Episode], person: str) -> list[tuple[Episode, Duty]]:
    """What somebody works on."""
    return [
        (case, duty)
        for case in cases
        if case.open
        for duty in case.owed()
        if duty.status == "claimed" and duty.by == person
    ]


def pass_hand(cases: Iterable[Episode], person: str, to: str | None, now: datetime, *, before: datetime | None) -> int:
    """A colleague has it in hand, or nobody; returns how many duties passed. `before`: only what was taken by then."""
    found = [(c, d) for c, d in in_hand(cases, person) if before is None or (d.since and d.since < before)]
    for _, duty in found:
        duty.status = "claimed" if to else "open"
        duty.by, duty.since = to, now if to else None
    return len(found)


def beginning(cases: Iterable[Episode], desk: Desk, now: datetime) -> list[Person]:
    """Whose leave has begun with duties still in hand."""
    there = list(cases)
    return [
        person
        for person in desk.people.values()
        if person.away
        and person.is_away(now)
        and any(d.since and d.since < person.away[0] for _, d in in_hand(there, person.id))
    ]


def deputy(desk: Desk, person: Person, now: datetime) -> str | None:
    """Who stands in now, if that one is there."""
    found = desk.people.get(person.away[2] or "") if person.away and person.is_away(now) else None
    return found.id if found and found.active and not found.is_away(now) else None


def may_leave(desk: Desk, person: Person, deputy: str | None, start: datetime, until: datetime, now: datetime) -> bool:
    """A leave ends after it begins; who may stand in is there all that time, or nobody where nobody leads."""
    if deputy is None:
        return "coordinator" not in person.duties and start < until and until >= now
    other = desk.people.get(deputy)
    if other is None or not other.active or other is person or not start < until or until < now:
        return False
    if "coordinator" in person.duties - other.duties:
        return False
    return other.away is None or other.away[1] <= start or until <= other.away[0]
