"""One's own agency, and what the national coordinator does with the others."""

from typing import Any

from fastapi import APIRouter, Response

from .. import agencies, directory
from ..errors import NotFound
from ..models.people import Agency
from ..relays import Said
from . import told_daily
from .desk import Desk, Doer, Done, Reader, RowId, Writer
from .schemas_daily import Capacity, Closure, Entry, HeardCapacity, NewAgency, NewManager, NewName, Profile
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["directory"])


@router.get("/agency")
def own(desk: Reader) -> told_daily.OwnAgency:
    """How one's own agency is reached, and its places."""
    return _own(desk)


@router.post("/agency/profile", response_model=told_daily.OwnAgency)
def profile(desk: Doer, body: Profile) -> Response:
    """Keep the duty phone, its hours and the address for notices."""

    def do() -> Done:
        agencies.profile(desk.session, phone=body.phone, hours=body.hours, email=body.email, by=desk.by)
        return Done(_own(desk))

    return desk.once(do)


@router.post("/agency/places", response_model=told_daily.OwnAgency)
def places(desk: Doer, body: Capacity) -> Response:
    """Say how many places of a kind there are; for 24 hours the number is known."""

    def do() -> Done:
        agencies.confirm_places(desk.session, body.kind, body.total, by=desk.by)
        return Done(_own(desk))

    return desk.once(do)


@router.post("/directory", status_code=201, response_model=told_daily.Listed)
def add(desk: Doer, body: NewAgency) -> Response:
    """Add an agency; without an account it is asked by phone or letter from now on."""
    entry = agencies.Entry(**body.model_dump(exclude={"name"}))
    return desk.once(lambda: Done(_listed(agencies.add(desk.session, body.name, entry, by=desk.by)), 201))


@router.post("/directory/{agency_id}/entry", response_model=told_daily.Listed)
def change(desk: Doer, agency_id: RowId, body: Entry) -> Response:
    """Change what an agency does and how it is reached; what it has, it keeps."""
    entry = agencies.Entry(**body.model_dump())
    return desk.once(lambda: Done(_listed(agencies.change(desk.session, agency_id, entry, by=desk.by))))


@router.post("/directory/{agency_id}/manager", status_code=201)
def add_manager(desk: Writer, agency_id: RowId, body: NewManager) -> told_daily.FirstManager:
    """Give an agency its first person. The password is told in this answer only, so it is not repeated for any key."""
    user, password = agencies.add_manager(
        desk.session, agency_id, login=body.login, name=body.name, language=body.language, by=desk.by
    )
    return told_daily.FirstManager(login=user.login, name=user.name, password=password)


@router.post("/directory/{agency_id}/places", response_model=told_daily.Listed)
def enter_places(desk: Doer, agency_id: RowId, body: HeardCapacity) -> Response:
    """Enter how many places an agency without an account says it has."""

    def do() -> Done:
        heard = Said(**body.behalf.model_dump())
        place = agencies.enter_places(desk.session, agency_id, body.kind, body.total, said=heard, by=desk.by)
        return Done(_listed(desk.session.get_one(Agency, place.agency_id)))

    desk.fields_at("behalf", but={"kind", "total"})
    return desk.once(do)


@router.get("/directory/{agency_id}")
def show(desk: Reader, agency_id: RowId) -> told_daily.Listed:
    """An agency, also one that takes part no longer."""
    found = desk.session.get(Agency, agency_id)
    if found is None:
        raise NotFound("There is no such agency in the directory.")
    return _listed(found)


@router.post("/directory/{agency_id}/name", response_model=told_daily.Listed)
def rename(desk: Doer, agency_id: RowId, body: NewName) -> Response:
    """A new name; handoffs keep the old one."""
    return desk.once(lambda: Done(_listed(agencies.rename(desk.session, agency_id, body.name, by=desk.by))))


@router.post("/directory/{agency_id}/suspension", response_model=told_daily.Listed)
def suspend(desk: Doer, agency_id: RowId) -> Response:
    """No more offers: open ones are recalled, its work is offered to others."""
    return desk.once(lambda: Done(_listed(agencies.suspend(desk.session, agency_id, by=desk.by))))


@router.post("/directory/{agency_id}/resumption", response_model=told_daily.Listed)
def resume(desk: Doer, agency_id: RowId) -> Response:
    """A suspended agency takes part again."""
    return desk.once(lambda: Done(_listed(agencies.resume(desk.session, agency_id, by=desk.by))))


@router.post("/directory/{agency_id}/closure", response_model=told_daily.Listed)
def close(desk: Doer, agency_id: RowId, body: Closure) -> Response:
    """An agency ends; its work goes to the successor, or is offered to others."""
    successor = body.successor
    return desk.once(lambda: Done(_listed(agencies.close(desk.session, agency_id, successor_id=successor, by=desk.by))))


def _own(desk: Desk) -> told_daily.OwnAgency:
    if desk.by.is_auditor:
        raise NotFound()
    desk.session.flush()
    agency = desk.session.get_one(Agency, desk.by.agency_id)
    return told_daily.OwnAgency(
        **_plain(agency, told_daily.OwnAgency, {"places"}),
        places=[
            told_daily.OwnPlaces(**_plain(place, told_daily.OwnPlaces, {"free"}), free=directory.free(place))
            for place in agencies.places(desk.session, by=desk.by)
        ],
    )


def _listed(agency: Agency) -> told_daily.Listed:
    return told_daily.Listed(**_plain(agency, told_daily.Listed, set()))


def _plain(row: Any, model: Any, without: set[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields.keys() - without}
