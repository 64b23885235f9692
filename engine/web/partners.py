"""Whom to call about a person: the agency one has the person from, and the one that takes the person."""

from typing import Any

from .. import handoffs
from ..access import visibility
from ..models.people import Agency
from ..models.work import HELD_HANDOFF, Handoff, UserTask
from .desk import Desk


def of_task(desk: Desk, task: UserTask) -> dict[str, Any]:
    """The giver for who holds a task, the receiver for who gave it, as far as one may read it; None for neither."""
    held = handoffs.held(desk.session, task)
    if held is None:
        return {"giver": None, "receiver": None}
    return {"giver": _giver(desk, held), "receiver": receiver(desk, held)}


def giver_of(desk: Desk, task: UserTask) -> dict[str, str] | None:
    """From whom this agency has the person; None where nobody handed it over."""
    held = handoffs.held(desk.session, task)
    return _giver(desk, held) if held is not None else None


def receiver(desk: Desk, handoff: Handoff) -> dict[str, str] | None:
    """Who has accepted, for who gave it or steers the case: only as long as one may read the name."""
    if handoff.receiver_id == desk.by.agency_id or handoff.state not in HELD_HANDOFF:
        return None
    named = visibility.naming_receiver(desk.session, [handoff], by=desk.by)
    return _called(desk, handoff.receiver_id) if named else None


def _giver(desk: Desk, held: Handoff) -> dict[str, str] | None:
    own = held.receiver_id == desk.by.agency_id and held.giver_id != desk.by.agency_id
    return _called(desk, held.giver_id) if own else None


def _called(desk: Desk, agency_id: str | None) -> dict[str, str]:
    agency = desk.session.get_one(Agency, agency_id)
    return {"name": agency.name, "phone": agency.phone, "hours": agency.hours}
