"""The training clock: it exists in demo mode only."""

from datetime import timedelta

from fastapi import APIRouter, Response
from sqlmodel import Session

from .. import clock
from ..config import settings
from ..demo import clock as demo
from ..errors import NotFound
from . import told
from .desk import Desk, Doer, Done, Reader
from .schemas import ClockMove
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/clock", tags=["training"])


@router.get("")
def show(desk: Reader) -> told.Now:
    """What time it is in the training."""
    return _now(desk.session)


@router.post("", response_model=told.Now)
def move(desk: Doer, body: ClockMove) -> Response:
    """Let the time go on for everybody. The worker then does what has become due."""
    return desk.once(lambda: _moved(desk, body))


def _moved(desk: Desk, body: ClockMove) -> Done:
    if not settings().demo:
        raise NotFound()
    if body.hours is None:
        demo.to_next_deadline(desk.session)
    else:
        demo.move(desk.session, timedelta(hours=body.hours))
    desk.session.flush()
    return Done(_now(desk.session))


def _now(session: Session) -> told.Now:
    if not settings().demo:
        raise NotFound()
    return told.Now(
        now=clock.now(),
        ahead_seconds=clock.offset().total_seconds(),
        next_deadline=demo.next_deadline(session),
    )
