"""The movable clock of demo mode, and whether the system answers at all."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text

from ..config import settings
from ..demo import clock
from ..errors import Invalid, NotFound
from .desk import Poster, local, see_other, store

router = APIRouter()
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@router.post("/demo/clock")
def move(desk: Poster) -> Response:
    """Move the clock, then let everything that has become due happen before the page comes back."""
    if not settings().demo:
        raise NotFound()
    step = desk.text("step")
    if step not in (*STEPS, "deadline"):
        raise Invalid("The clock moves by an hour, by a day, or to the next deadline.")
    with desk.writing() as session:
        if step == "deadline":
            clock.to_next_deadline(session)
        else:
            clock.move(session, STEPS[step])
    desk.request.app.state.drain()
    return see_other(local(desk.text("next")))


@router.get("/health")
def health(request: Request) -> Response:
    """Whether pages and database answer."""
    with store(request).reading() as session:
        session.connection().execute(text("SELECT 1"))
    return JSONResponse({"ok": True})
