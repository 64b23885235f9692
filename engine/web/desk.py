"""What every page's route is given: a session, who is signed in, and the frame around the page."""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect

from .. import alarms, once
from ..access import signin
from ..actor import Actor
from ..config import settings
from ..database import Store
from ..demo.clock import next_deadline
from ..errors import NotAllowed
from ..language import NAMES, Translator, negotiate
from ..models.people import SignIn
from ..turns import turn
from .templates import Frame, Link, render

COOKIE = "nrm_session"
LANGUAGE_COOKIE = "nrm_language"
MOST_FIELDS = 2000
DONE = frozenset(
    (
        *(
            "accepted",
            "awaited",
            "declined",
            "claimed",
            "released",
            "completed",
            "departed",
            "arrived",
            "assigned",
            "offered",
        ),
        *(
            "asked",
            "consent",
            "extended",
            "acknowledged",
            "clock",
            "saved",
            "revoked",
            "checked",
            "recalled",
            "relayed",
            "settled",
            *("changed", "withdrawn", "reported", "corrected", "stands", "redone", "skipped", "begun", "taken_over"),
            *("handed_over", "taken_back", "view_kept", "view_gone"),
            *("deactivated", "away", "back", "profile", "places", "kept", "linked", "unlinked", "several"),
        ),
    )
)


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

    @property
    def t(self) -> Translator:
        """The language of this request's pages."""
        return translator(self.request)

    def render(self, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of this person."""
        self.request.state.frame = frame(self.request, self.session, self.by, self.sign_in)
        return render(self.request, name, status=status, **context)

    def text(self, name: str) -> str:
        """A posted field as text, empty where it is absent."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def revision(self) -> int:
        """The revision of the row the page showed; a form without one is incomplete."""
        text = self.text("revision")
        if not text.isdecimal() or len(text) > 9:
            raise HTTPException(428)
        return int(text)

    def once(self, do: Callable[[], str]) -> RedirectResponse:
        """Do an act once for each form that was shown, then go where it says."""
        body = urlencode([(k, v) for k, v in self.form.multi_items() if k != "csrf" and isinstance(v, str)])
        answer, _ = once.act(self.session, self.text("form_id"), body.encode(), lambda: {"to": do()}, by=self.by)
        return see_other(answer["to"])

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of its own inside a request that only reads; the reading ends first."""
        self.session.close()
        with store(self.request).transaction() as session:
            yield session


def see_other(address: str) -> RedirectResponse:
    """Go on there, by GET."""
    return RedirectResponse(address, status_code=303)


def local(address: str, default: str = "/") -> str:
    """An address of this site; anything else is replaced, so that no link leads a person astray."""
    plain = all(" " < letter < "\x7f" and letter != "\\" for letter in address)
    return address if plain and address.startswith("/") and not address.startswith("//") else default


def store(request: Request) -> Store:
    """The store of this application."""
    found: Store = request.app.state.store
    return found


async def posted(request: Request) -> FormData:
    """The posted form; empty for a GET. Kept at the request, so that an error page can save it."""
    if request.method != "POST":
        return FormData()
    try:
        form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    except ClientDisconnect:  # a bad line; nobody hears this, and it is no fault to report
        raise HTTPException(400) from None
    if request.url.path.startswith("/tasks/"):  # a form's own check names it in its place and keeps the words
        form = FormData([(k, v.replace("\x00", "\x01") if isinstance(v, str) else v) for k, v in form.multi_items()])
    if any("\x00" in key or (isinstance(value, str) and "\x00" in value) for key, value in form.multi_items()):
        raise HTTPException(400)
    request.state.form = form
    return form


Posted = Annotated[FormData, Depends(posted)]


Turn = Annotated[None, Depends(turn, scope="function")]  # after the form has come, before any session


def _reading(request: Request, form: Posted, turn: Turn) -> Iterator[Session]:
    with store(request).reading() as session:
        yield session


def _writing(request: Request, form: Posted, turn: Turn) -> Iterator[Session]:
    with store(request).transaction() as session:
        yield session


Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]


def _read(request: Request, session: Reading) -> Desk:
    desk = _desk(request, session, FormData())
    if signin.stay(desk.sign_in):
        with desk.writing() as own:
            signin.seen(own, desk.sign_in)
    return desk


def _post(request: Request, form: Posted, session: Reading) -> Desk:
    desk = _desk(request, session, form)
    _check_origin(desk)
    return desk


def _write(request: Request, form: Posted, session: Writing) -> Desk:
    desk = _desk(request, session, form)
    _check_origin(desk)
    if signin.stay(desk.sign_in):
        signin.seen(session, desk.sign_in)
    return desk


Reader = Annotated[Desk, Depends(_read, scope="function")]
Poster = Annotated[Desk, Depends(_post, scope="function")]  # opens its own transactions
Writer = Annotated[Desk, Depends(_write, scope="function")]


def _desk(request: Request, session: Session, form: FormData) -> Desk:
    token = request.cookies.get(COOKIE)
    found = signin.of_cookie(session, token) if token else None
    if found is None:
        raise SignedOut()
    by, row = found
    session.expunge(row)  # pages need it after the session has ended, too
    by = replace(by, language=language(request))
    request.state.signed_in = by, row
    return Desk(request, session, by, row, form)


def check_same_origin(request: Request) -> None:
    """The request was made by one of our own pages, as far as the browser tells."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("This was not sent from these pages. Open the page here and send it again.")


def _check_origin(desk: Desk) -> None:
    """The form was sent by one of our pages in this session."""
    check_same_origin(desk.request)
    if not hmac.compare_digest(desk.text("csrf").encode(), desk.sign_in.csrf.encode()):
        raise NotAllowed("This form is too old, or was not sent from these pages. Go back, reload and send it again.")


def language(request: Request) -> str:
    """The language of the pages: chosen by cookie, else asked for by the browser, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in NAMES else negotiate(request.headers.get("accept-language"))


def translator(request: Request) -> Translator:
    """The one translator of a request: it remembers what it could not say in the reader's language."""
    if getattr(request.state, "translator", None) is None:
        request.state.translator = Translator(language(request), settings().time_zone)
    found: Translator = request.state.translator
    return found


def frame(request: Request, session: Session | None, by: Actor, row: SignIn) -> Frame:
    """What surrounds the page of this person; without a session, without what must be looked up."""
    t = translator(request)
    demo = settings().demo
    done = request.query_params.get("done", "")
    return Frame(
        translator=t,
        csrf=row.csrf,
        user=by.name,
        agency=by.agency_name,
        navigation=navigation(session, by),
        success=t(f"done.{done}") if done in DONE else None,
        demo=demo,
        next_deadline=next_deadline(session) if demo and session else None,
    )


def anonymous(request: Request) -> Frame:
    """The frame of a page nobody is signed in for."""
    return Frame(translator=translator(request), demo=False)


def navigation(session: Session | None, by: Actor) -> list[Link]:
    """Where this person can go."""
    directory, account = Link("nav.directory", "/directory"), Link("nav.account", "/account")
    if by.is_auditor:
        return [Link("nav.audit", "/audit"), directory, account]
    waiting = alarms.count(session, by=by) if session else None
    own = Link("nav.agency", "/agency")
    links = [Link("nav.worklist", "/worklist"), Link("nav.alarms", "/alarms", waiting), directory, own, account]
    return [Link("nav.board", "/cases"), *links] if by.is_coordinator else links
