"""What every page's route is given: a session, who is signed in, and the frame around the page."""

import hmac
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData

from .. import clock
from ..access import signin
from ..actor import Actor
from ..config import settings
from ..database import Store
from ..demo.clock import next_deadline
from ..errors import NotAllowed
from ..language import Translator
from ..models.people import SignIn
from .templates import Frame, Link

COOKIE = "nrm_session"
LANGUAGE_COOKIE = "nrm_language"


class SignedOut(Exception):
    """Nobody is signed in, or the session has ended: the person is asked to sign in and comes back."""


@dataclass(frozen=True)
class Desk:
    """One request of one signed-in person."""

    request: Request
    session: Session
    by: Actor
    sign_in: SignIn
    form: FormData

    def text(self, name: str) -> str:
        """A posted field as text, empty where it is absent."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def revision(self) -> int | None:
        """The revision of the row the page showed."""
        text = self.text("revision")
        return int(text) if text.isdecimal() and len(text) < 10 else None


def store(request: Request) -> Store:
    """The store of this application."""
    found: Store = request.app.state.store
    return found


async def posted(request: Request) -> FormData:
    """The posted form; empty for a GET."""
    if request.method != "POST":
        return FormData()
    return await request.form(max_files=0, max_fields=2000)


def _reading(request: Request) -> Iterator[Session]:
    with store(request).reading() as session:
        yield session


def _writing(request: Request) -> Iterator[Session]:
    with store(request).transaction() as session:
        yield session


def _read(request: Request, session: Annotated[Session, Depends(_reading, scope="function")]) -> Desk:
    return _desk(request, session, FormData())


def _write(
    request: Request,
    form: Annotated[FormData, Depends(posted)],
    session: Annotated[Session, Depends(_writing, scope="function")],
) -> Desk:
    desk = _desk(request, session, form)
    if request.method == "POST":
        _check_origin(desk)
    return desk


Reader = Annotated[Desk, Depends(_read, scope="function")]
Writer = Annotated[Desk, Depends(_write, scope="function")]


def _desk(request: Request, session: Session, form: FormData) -> Desk:
    token = request.cookies.get(COOKIE)
    found = signin.of_cookie(session, token) if token else None
    if found is None:
        raise SignedOut()
    by, row = found
    if signin.stay(row) and request.method == "POST":
        row.seen_at = clock.now()
        session.add(row)
    request.state.frame = frame(request, session, by, row)
    return Desk(request, session, by, row, form)


def _check_origin(desk: Desk) -> None:
    """The form was sent by one of our pages in this session."""
    same = desk.request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if not same or not hmac.compare_digest(desk.text("csrf"), desk.sign_in.csrf):
        raise NotAllowed("This form is too old, or was not sent from these pages. Go back, reload and send it again.")


def language(request: Request) -> str:
    """The language of the pages: chosen by cookie, else asked for by the browser, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in ("ky", "ru", "en"):
        return chosen
    wanted = request.headers.get("accept-language", "")[:2].lower()
    return wanted if wanted in ("ky", "ru", "en") else "en"


def frame(request: Request, session: Session, by: Actor, row: SignIn) -> Frame:
    """What surrounds the page of this person."""
    demo = settings().demo
    return Frame(
        translator=Translator(language(request), time_zone()),
        csrf=row.csrf,
        user=by.name,
        agency=by.agency_name,
        navigation=navigation(session, by),
        demo=demo,
        next_deadline=next_deadline(session) if demo else None,
    )


@cache
def time_zone() -> str:
    """The zone in which pages show times: the country's own."""
    country = tomllib.loads((settings().folder("workflows") / "country.toml").read_text())
    zone: str = country["time_zone"]
    return zone


def navigation(session: Session, by: Actor) -> list[Link]:
    """Where this person can go."""
    if by.is_auditor:
        return [Link("nav.audit", "/audit"), Link("nav.directory", "/directory")]
    links = [Link("nav.worklist", "/worklist"), Link("nav.alarms", "/alarms"), Link("nav.directory", "/directory")]
    return [Link("nav.board", "/cases"), *links] if by.is_coordinator else links


def anonymous(request: Request) -> Frame:
    """The frame of a page nobody is signed in for."""
    return Frame(translator=Translator(language(request), time_zone()), demo=False)
