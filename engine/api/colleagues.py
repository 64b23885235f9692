"""The people of an agency: who is here, who is away, and who does whose duties."""

from fastapi import APIRouter, Response

from .. import people
from ..errors import NotFound
from ..models.people import User
from . import told_daily
from .desk import Desk, Doer, Done, Reader, RowId, Writer
from .schemas_daily import Leave, NewColleague, Receiver
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/colleagues", tags=["colleagues"])


@router.get("")
def everybody(desk: Reader) -> told_daily.Colleagues:
    """Everybody of the agency, the active ones first."""
    if desk.by.is_auditor:
        raise NotFound()
    return told_daily.Colleagues(items=_told(desk, people.of_agency(desk.session, by=desk.by)))


@router.post("", status_code=201)
def add(desk: Writer, body: NewColleague) -> told_daily.Joined:
    """Add a colleague. The first password is told in this answer only, so it is not repeated for any key."""
    user, password = people.add(
        desk.session, login=body.login, name=body.name, duties=list(body.duties), language=body.language, by=desk.by
    )
    return told_daily.Joined(colleague=_told(desk, [user])[0], password=password)


@router.post("/{user_id}/deactivation", response_model=told_daily.Colleague)
def deactivate(desk: Doer, user_id: RowId) -> Response:
    """Somebody has gone for good: no more sign-in, and what was in hand is back on the desk."""
    return desk.once(lambda: _done(desk, people.deactivate(desk.session, user_id, by=desk.by)))


@router.post("/{user_id}/reactivation", response_model=told_daily.Colleague)
def reactivate(desk: Doer, user_id: RowId) -> Response:
    """Somebody who had gone is here again, with the old password and duties."""
    return desk.once(lambda: _done(desk, people.reactivate(desk.session, user_id, by=desk.by)))


@router.post("/{user_id}/leave", response_model=told_daily.Colleague)
def leave(desk: Doer, user_id: RowId, body: Leave) -> Response:
    """Somebody is away; the deputy gets what is in hand when the leave begins."""

    def do() -> Done:
        start, until, deputy = body.start, body.until, body.deputy
        return _done(desk, people.away(desk.session, user_id, start=start, until=until, deputy_id=deputy, by=desk.by))

    return desk.once(do)


@router.post("/{user_id}/return", response_model=told_daily.Colleague)
def come_back(desk: Doer, user_id: RowId) -> Response:
    """The leave is over."""
    return desk.once(lambda: _done(desk, people.back(desk.session, user_id, by=desk.by)))


@router.post("/{user_id}/tasks", response_model=told_daily.Moved)
def hand_all(desk: Doer, user_id: RowId, body: Receiver) -> Response:
    """Give everything one person has in hand to another."""
    return desk.once(lambda: Done(told_daily.Moved(moved=people.hand_all(desk.session, user_id, body.to, by=desk.by))))


def _done(desk: Desk, user: User) -> Done:
    return Done(_told(desk, [user])[0])


def _told(desk: Desk, users: list[User]) -> list[told_daily.Colleague]:
    desk.session.flush()
    held = people.in_hand(desk.session, by=desk.by)
    plain = told_daily.Colleague.model_fields.keys() - {"in_hand"}
    return [
        told_daily.Colleague(**{name: getattr(user, name) for name in plain}, in_hand=held.get(user.id, 0))
        for user in users
    ]
