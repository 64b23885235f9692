"""One's own agency: how it is reached and what is free there; and what the national coordinator does with any other."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import agencies, cases, directory, people
from ..access import rules
from ..errors import Invalid, NotFound
from ..language import NAMES
from ..models.cases import Channel
from ..models.people import Agency, Place, PlaceKind, Reach
from .behalf import SAID, heard
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


@router.get("/directory/new")
def ask(desk: Reader) -> Response:
    """An agency that is not in the directory yet."""
    return _new(desk)


@router.post("/directory")
def add(desk: Writer) -> Response:
    """Add it; without an account it is asked by phone or letter from now on."""

    def do() -> str:
        made = agencies.add(desk.session, desk.text("name"), _entry(desk), by=desk.by)
        return f"/directory/{made.id}?done=kept"

    try:
        return desk.once(do)
    except Invalid as refused:
        return _new(desk, desk.t.said_all(refused.fields, refused.message))


@router.post("/directory/{agency_id}/entry")
def change(agency_id: str, desk: Writer) -> Response:
    """Change what it does and how it is reached."""
    return _keep(desk, agency_id, lambda: agencies.change(desk.session, agency_id, _entry(desk), by=desk.by))


@router.post("/directory/{agency_id}/manager")
def add_manager(agency_id: str, desk: Writer) -> Response:
    """Its first person; the first password is shown once, on this very page."""
    login, name, language = (desk.text(field) for field in ("login", "person", "language"))
    try:
        user, password = agencies.add_manager(
            desk.session, agency_id, login=login, name=name, language=language, by=desk.by
        )
    except Invalid as refused:
        wrong = {"person" if field == "name" else field: text for field, text in refused.fields.items()}
        return _kept(desk, agency_id, desk.t.said_all(wrong, refused.message))
    desk.session.flush()
    return _kept(desk, agency_id, added={"login": user.login, "name": user.name, "password": password})


@router.get("/directory/{agency_id}")
def show(agency_id: str, desk: Reader) -> Response:
    """An agency of the directory; the national coordinator keeps it here."""
    return _kept(desk, agency_id)


@router.post("/directory/{agency_id}/name")
def rename(agency_id: str, desk: Writer) -> Response:
    """A new name; handoffs keep the old one."""
    return _keep(desk, agency_id, lambda: agencies.rename(desk.session, agency_id, desk.text("name"), by=desk.by))


@router.post("/directory/{agency_id}/places")
def enter_places(agency_id: str, desk: Writer) -> Response:
    """How many places an agency without an account says it has, who said it, and how it was heard."""

    def do() -> Any:
        kind, total = desk.text("kind"), desk.text("total").strip()
        if kind not in set(PlaceKind):
            raise Invalid(fields={"total": desk.t.plain("choose.one")})
        number = int(total) if total.isdecimal() and len(total) < 6 else -1
        return agencies.enter_places(desk.session, agency_id, PlaceKind(kind), number, said=heard(desk), by=desk.by)

    return _keep(desk, agency_id, do)


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


def _entry(desk: Desk) -> agencies.Entry:
    """What was chosen and typed about an agency."""
    roles, services, sexes, ages = (
        [str(code) for code in desk.form.getlist(name)] for name in ("roles", "services", "sexes", "ages")
    )
    reach = desk.text("reach")
    return agencies.Entry(
        region=desk.text("region"),
        roles=roles,
        services=services,
        sexes=sexes,
        ages=ages,
        families=desk.text("families") != "no",
        reach=Reach(reach) if reach in set(Reach) else Reach.PHONE,
        phone=desk.text("phone"),
        hours=desk.text("hours"),
    )


def _new(desk: Desk, errors: dict[str, str] | None = None) -> Response:
    agencies.check_keeps_directory(desk.by)
    return desk.render(
        "agency_new.html",
        status=422 if errors else 200,
        typed=desk.text("name"),
        entry=asdict(_entry(desk)),
        choices=_choices(desk),
        errors=errors or {},
    )


def _choices(desk: Desk) -> dict[str, Any]:
    """What an entry of the directory is chosen from."""
    words = Words(cases.current_bundle(desk.session), desk.t)
    country = words.bundle.country
    return {
        "regions": [{"code": code, "name": words.region(code)} for code in country.regions],
        "roles": [{"code": code, "name": words.role(code)} for code in country.roles],
        "services": agencies.services(desk.session),
        "sexes": agencies.SEXES,
        "ages": agencies.AGES,
        "reach": list(Reach),
    }


def _kept(
    desk: Desk, agency_id: str, errors: dict[str, str] | None = None, *, added: dict[str, str] | None = None
) -> Response:
    agency = desk.session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such agency in the directory.")
    successor = desk.session.get(Agency, agency.successor_id) if agency.successor_id else None
    keeps = rules.can(agencies.check_keeps, desk.by, agency)
    typed = asdict(_entry(desk))
    return desk.render(
        "agency_keep.html",
        status=422 if errors else 200,
        agency=_told(Words(cases.current_bundle(desk.session), desk.t), agency, successor),
        entry=typed if errors and typed["region"] else {name: getattr(agency, name) for name in typed},
        choices=_choices(desk) if keeps else {},
        others=[{"id": a.id, "name": a.name} for a in agencies.active(desk.session) if keeps and a.id != agency.id],
        spoken=[{"code": code, "name": NAMES[code]} for code in people.SPOKEN],
        values={name: desk.text(name) for name in (*SAID, "login", "person", "language", "kind", "total")},
        channels=list(Channel),
        kinds=list(PlaceKind),
        added=added,
        opened=desk.request.url.path.rpartition("/")[2] if errors else "",
        can=_possible(desk, agency, keeps=keeps),
        errors=errors or {},
    )


def _possible(desk: Desk, agency: Agency, *, keeps: bool) -> dict[str, bool]:
    """What the keeper of the directory can do with this agency now."""
    ended = agency.closed_at is not None
    return {
        "rename": keeps,
        "change": keeps and not ended,
        "staff": keeps and agency.active and not people.somebody(desk.session, agency.id),
        "places": agencies.speaks_of_places(desk.by, agency),
        "suspend": keeps and agency.active,
        "resume": keeps and not agency.active and not ended,
        "close": keeps and not ended,
    }


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
