"""One's own agency: how it is reached and what is free there; and what the national coordinator does with any other."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import agencies, cases, directory, people
from ..access import rules
from ..errors import Invalid, NotFound
from ..models.people import Agency, Place, PlaceKind
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()


@router.get("/agency")
def own(desk: Reader) -> Response:
    """The profile and the places of one's own agency."""
    return _own(desk)


@router.post("/agency/profile")
def profile(desk: Writer) -> Response:
    """Keep the duty phone, its hours and the address for notices."""
    phone, hours, email = (desk.text(name) for name in ("phone", "hours", "email"))

    def do() -> Any:
        return agencies.profile(desk.session, phone=phone, hours=hours, email=email, by=desk.by)

    return _act(desk, do, "/agency?done=profile", _own)


@router.post("/agency/places")
def places(desk: Writer) -> Response:
    """Say how many places of a kind there are now."""
    kind, total = desk.text("kind"), desk.text("total").strip()

    def do() -> Any:
        if kind not in set(PlaceKind):
            raise Invalid(fields={"total": desk.t.plain("choose.one")})
        number = int(total) if total.isdecimal() and len(total) < 6 else -1
        return agencies.confirm_places(desk.session, PlaceKind(kind), number, by=desk.by)

    return _act(desk, do, "/agency?done=places", lambda d, errors: _own(d, {f"total-{kind}": errors["total"]}))


@router.get("/directory/{agency_id}")
def show(agency_id: str, desk: Reader) -> Response:
    """An agency of the directory; the national coordinator keeps it here."""
    return _kept(desk, agency_id)


@router.post("/directory/{agency_id}/name")
def rename(agency_id: str, desk: Writer) -> Response:
    """A new name; handoffs keep the old one."""
    return _keep(desk, agency_id, lambda: agencies.rename(desk.session, agency_id, desk.text("name"), by=desk.by))


@router.post("/directory/{agency_id}/suspension")
def suspend(agency_id: str, desk: Writer) -> Response:
    """No more offers; its work goes to others."""
    return _keep(desk, agency_id, lambda: agencies.suspend(desk.session, agency_id, by=desk.by))


@router.post("/directory/{agency_id}/resumption")
def resume(agency_id: str, desk: Writer) -> Response:
    """It takes part again."""
    return _keep(desk, agency_id, lambda: agencies.resume(desk.session, agency_id, by=desk.by))


@router.post("/directory/{agency_id}/closure")
def close(agency_id: str, desk: Writer) -> Response:
    """It ends, with a successor or without."""
    successor = desk.text("successor") or None
    return _keep(desk, agency_id, lambda: agencies.close(desk.session, agency_id, successor_id=successor, by=desk.by))


def _keep(desk: Desk, agency_id: str, do: Callable[[], Any]) -> Response:
    return _act(desk, do, f"/directory/{agency_id}?done=kept", lambda d, errors: _kept(d, agency_id, errors))


def _act(desk: Desk, do: Callable[[], Any], to: str, page: Callable[[Desk, dict[str, str]], Response]) -> Response:
    """Do it once and go on; a field that is wrong is named on the page. Verbs refuse before they change anything."""

    def act() -> str:
        do()
        return to

    try:
        return desk.once(act)
    except Invalid as refused:
        return page(desk, desk.t.said_all(refused.fields, refused.message))


def _own(desk: Desk, errors: dict[str, str] | None = None) -> Response:
    if desk.by.is_auditor:
        raise NotFound()
    agency = desk.session.get_one(Agency, desk.by.agency_id)
    found = {place.kind: place for place in agencies.places(desk.session, by=desk.by)}
    typed = {name: desk.text(name) for name in ("phone", "hours", "email")}
    present = {"phone": agency.phone, "hours": agency.hours, "email": agency.email}
    return desk.render(
        "agency_show.html",
        status=422 if errors else 200,
        agency={"name": agency.name},
        keeps=rules.can(people.check_manager, desk.by),
        values=typed if errors and typed["phone"] + typed["hours"] else present,
        places=[_place(found[kind]) if kind in found else _no_place(kind) for kind in _kinds(agency, found)],
        errors=errors or {},
    )


def _kinds(agency: Agency, found: dict[PlaceKind, Place]) -> list[PlaceKind]:
    return [kind for kind in PlaceKind if kind in found or "shelter" in agency.roles]


def _place(place: Place) -> dict[str, Any]:
    return {
        "kind": place.kind,
        "total": place.total,
        "taken": place.taken,
        "free": directory.free(place),
        "confirmed_at": place.confirmed_at,
    }


def _no_place(kind: PlaceKind) -> dict[str, Any]:
    return {"kind": kind, "total": 0, "taken": 0, "free": 0, "confirmed_at": None}


def _kept(desk: Desk, agency_id: str, errors: dict[str, str] | None = None) -> Response:
    agency = desk.session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such agency in the directory.")
    successor = desk.session.get(Agency, agency.successor_id) if agency.successor_id else None
    keeps = rules.can(agencies.check_keeps, desk.by, agency)
    return desk.render(
        "agency_keep.html",
        status=422 if errors else 200,
        agency=_told(Words(cases.current_bundle(desk.session), desk.t), agency, successor),
        others=[{"id": a.id, "name": a.name} for a in agencies.active(desk.session) if a.id != agency.id]
        if keeps
        else [],
        can={
            "rename": keeps,
            "suspend": keeps and agency.active,
            "resume": keeps and not agency.active and agency.closed_at is None,
            "close": keeps and agency.closed_at is None,
        },
        errors=errors or {},
    )


def _told(words: Words, agency: Agency, successor: Agency | None) -> dict[str, Any]:
    state = "active" if agency.active else "suspended" if agency.closed_at is None else "closed"
    return {
        "id": agency.id,
        "name": agency.name,
        "region": words.region(agency.region),
        "roles": [words.role(role) for role in agency.roles if role in words.bundle.country.roles],
        "services": agency.services,
        "phone": agency.phone,
        "hours": agency.hours,
        "reach": agency.reach,
        "state": state,
        "closed_at": agency.closed_at,
        "successor": {"id": successor.id, "name": successor.name} if successor else None,
    }
