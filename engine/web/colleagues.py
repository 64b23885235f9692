"""The people of an agency: who is here, who is away, and who does whose duties."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import clock, desks, people
from ..access import rules
from ..actor import Actor
from ..errors import Invalid, NotFound
from ..language import NAMES
from ..models.people import Duty, User
from .behalf import moment
from .desk import Desk, Reader, Writer

router = APIRouter()


@router.get("/colleagues")
def show(desk: Reader) -> Response:
    """Everybody of the agency."""
    return _page(desk)


@router.post("/colleagues")
def add(desk: Writer) -> Response:
    """Add a colleague; the first password is shown once, on this very page."""
    duties = [str(value) for value in desk.form.getlist("duties")]
    try:
        user, password = people.add(
            desk.session,
            login=desk.text("login"),
            name=desk.text("name"),
            duties=duties,
            language=desk.text("language"),
            by=desk.by,
        )
    except Invalid as refused:
        return _page(desk, errors=desk.t.said_all(refused.fields, refused.message), status=422)
    return _page(desk, added={"login": user.login, "name": user.name, "password": password})


@router.post("/colleagues/{user_id}/deactivation")
def deactivate(user_id: str, desk: Writer) -> Response:
    """Somebody has gone for good."""
    return _act(desk, lambda: people.deactivate(desk.session, user_id, by=desk.by), "deactivated")


@router.post("/colleagues/{user_id}/reactivation")
def reactivate(user_id: str, desk: Writer) -> Response:
    """Somebody who had gone is here again."""
    return _act(desk, lambda: people.reactivate(desk.session, user_id, by=desk.by), "reactivated")


@router.post("/colleagues/{user_id}/leave")
def leave(user_id: str, desk: Writer) -> Response:
    """Somebody is away, from one moment to another; a deputy gets what is in hand."""
    start, until = moment(desk, "start"), moment(desk, "until")
    if start is None or until is None:
        return _page(desk, errors={f"until-{user_id}": desk.t("choose.moment")}, status=422)
    deputy = desk.text("deputy") or None

    def do() -> Any:
        return people.away(desk.session, user_id, start=start, until=until, deputy_id=deputy, by=desk.by)

    return _act(desk, do, "away", about=user_id)


@router.post("/colleagues/{user_id}/return")
def come_back(user_id: str, desk: Writer) -> Response:
    """The leave is over."""
    return _act(desk, lambda: people.back(desk.session, user_id, by=desk.by), "back")


@router.post("/colleagues/{user_id}/tasks")
def hand_all(user_id: str, desk: Writer) -> Response:
    """Give everything one person has in hand to another."""
    to = desk.text("to")
    return _act(desk, lambda: people.hand_all(desk.session, user_id, to, by=desk.by), "assigned", about=user_id)


def _act(desk: Desk, do: Callable[[], Any], done: str, *, about: str = "") -> Response:
    def act() -> str:
        do()
        return f"/colleagues?done={done}"

    try:
        return desk.once(act)
    except Invalid as refused:
        wrong = {f"{name}-{about}": text for name, text in desk.t.said_all(refused.fields, refused.message).items()}
        return _page(desk, errors=wrong, status=422)


def _page(
    desk: Desk, *, errors: dict[str, str] | None = None, added: dict[str, str] | None = None, status: int = 200
) -> Response:
    if desk.by.is_auditor:
        raise NotFound()
    desk.session.flush()
    keeps = rules.can(people.check_manager, desk.by)
    found = people.of_agency(desk.session, by=desk.by)
    held = people.in_hand(desk.session, by=desk.by)
    names = {user.id: user.name for user in found}
    here = [user for user in found if user.active]
    return desk.render(
        "colleagues.html",
        status=status,
        people=[_person(desk.by, user, names, held, keeps) | _beside(here, user) for user in found],
        keeps=keeps,
        duties=sorted(people.may_give(desk.by)),
        spoken=[{"code": code, "name": NAMES[code]} for code in people.SPOKEN],
        values={name: desk.text(name) for name in ("login", "name", "language")} if errors else {},
        added=added,
        errors=errors or {},
    )


def _person(by: Actor, user: User, names: dict[str, str], held: dict[str, int], keeps: bool) -> dict[str, Any]:
    mine = user.id == by.user_id
    return {
        "id": user.id,
        "name": user.name,
        "login": user.login,
        "duties": user.duties,
        "active": user.active,
        "in_hand": held.get(user.id, 0),
        "away_from": user.away_from,
        "away_until": user.away_until,
        "away": desks.is_away(user, clock.now()),
        "deputy": names.get(user.deputy_id or ""),
        "needs_deputy": Duty.COORDINATOR in user.duties,
        "can": {
            "keep": user.active and (keeps or mine),
            "deactivate": user.active and keeps and not mine,
            "reactivate": not user.active and keeps and (by.is_coordinator or Duty.COORDINATOR not in user.duties),
        },
    }


def _beside(here: list[User], user: User) -> dict[str, list[dict[str, str]]]:
    """Everybody else who is active, and who of them may stand in: for a coordinator another one."""
    others = [other for other in here if other.id != user.id]
    able = [one for one in others if Duty.COORDINATOR in one.duties or Duty.COORDINATOR not in user.duties]
    return {
        "others": [{"id": one.id, "name": one.name} for one in others],
        "deputies": [{"id": one.id, "name": one.name} for one in able],
    }
