"""Signing in and out, and the language of the pages."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select
from starlette.datastructures import FormData

from ..access import signin
from ..config import settings
from ..demo import agencies as demo
from ..errors import Invalid, NotAllowed
from ..language import NAMES
from ..models.people import Agency, User
from .desk import (
    COOKIE,
    LANGUAGE_COOKIE,
    Posted,
    Turn,
    Writer,
    anonymous,
    check_same_origin,
    local,
    see_other,
    store,
    translator,
)
from .templates import render

router = APIRouter()
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def ask(request: Request, next: str = "/", kept: str = "") -> Response:
    """The page to sign in."""
    return _page(request, next=local(next), expired=kept == "1")


@router.post("/sign-in")
def begin(request: Request, form: Posted, turn: Turn) -> Response:
    """Check name and password outside any write transaction, then begin a session."""
    check_same_origin(request)
    try:
        user = _verified(request, _field(form, "login"), _field(form, "password"))
    except NotAllowed:
        return _refused(request, form, 429, {"": translator(request)("sign_in.many")})
    except Invalid:
        return _refused(request, form, 422, {"login": translator(request)("sign_in.wrong")})
    with store(request).transaction() as session:
        token = signin.begin(session, user)
    answer = see_other(local(_field(form, "next")))
    _remember(answer, COOKIE, token)
    return answer


def _verified(request: Request, login: str, password: str) -> User:
    """The person with this name and password; a failure is counted."""
    try:
        with store(request).reading() as session:
            return signin.verify(session, login, password)
    except Invalid:
        with store(request).transaction() as session:
            signin.count_failure(session, login)
        raise


@router.post("/sign-out")
def end(desk: Writer) -> Response:
    """End the session at once."""
    signin.end(desk.session, desk.request.cookies[COOKIE])
    answer = see_other("/sign-in")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


@router.post("/language")
def speak(request: Request, form: Posted) -> Response:
    """Choose the language of the pages."""
    check_same_origin(request)
    answer = see_other(local(_field(form, "next")))
    if _field(form, "language") in NAMES:
        _remember(answer, LANGUAGE_COOKIE, _field(form, "language"), max_age=YEAR)
    return answer


def _remember(answer: RedirectResponse, name: str, value: str, max_age: int | None = None) -> None:
    secure = settings().public_url.startswith("https://")
    answer.set_cookie(name, value, max_age=max_age, path="/", httponly=True, samesite="strict", secure=secure)


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value[:2000] if isinstance(value, str) else ""


def _refused(request: Request, form: FormData, status: int, errors: dict[str, str]) -> Response:
    typed, after = _field(form, "login"), local(_field(form, "next"))
    return _page(request, login=typed, next=after, errors=errors, status=status)


def _page(
    request: Request,
    *,
    next: str,
    login: str = "",
    expired: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    request.state.frame = anonymous(request)
    return render(
        request,
        "sign_in.html",
        status=status,
        login=login,
        next=next,
        expired=expired,
        training_people=_training_people(request) if settings().demo else [],
        training_password=demo.PASSWORD,
        errors=errors or {},
    )


def _training_people(request: Request) -> list[dict[str, str]]:
    """Everybody a trainee can be; demo mode only."""
    t = translator(request)
    with store(request).reading() as session:
        people = session.exec(
            select(User, Agency).join(Agency, col(Agency.id) == User.agency_id).order_by(Agency.region, Agency.name)
        ).all()
    return [
        {
            "login": user.login,
            "name": user.name,
            "agency": agency.name,
            "what": ", ".join(t.plain(f"duty.{duty}") for duty in user.duties),
        }
        for user, agency in people
    ]
