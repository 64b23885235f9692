"""The directory of agencies, and the forms as JSON Schema."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import col, select

from .. import cases, directory, forms
from ..access import visibility
from ..errors import NotFound
from ..models.people import Agency, Place
from . import paging, told
from .desk import Desk, Reader
from .paging import Cursor, Limit
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["directory"])

FormKey = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,63}$")]


@router.get("/directory")
def agencies(
    desk: Reader, request: Request, response: Response, limit: Limit = paging.MOST, cursor: Cursor = None
) -> told.Agencies:
    """Whom one may call: the agencies, what they do and for whom. Coordinators see free places, others their own."""
    start = paging.offset(cursor)
    query = select(Agency).where(col(Agency.active).is_(True)).order_by(Agency.code)
    rows = desk.session.exec(query.offset(start).limit(limit + 1)).all()
    following = paging.write(start + limit) if len(rows) > limit else None
    return told.Agencies(items=_told(desk, rows[:limit]), next=paging.link(request, response, following))


def _told(desk: Desk, rows: Any) -> list[told.Agency]:
    places: dict[str, list[told.Places]] = {}
    for place in desk.session.exec(select(Place).order_by(Place.kind)).all():
        if visibility.sees_places(place.agency_id, by=desk.by):
            line = told.Places(kind=place.kind, total=place.total, free=directory.free(place))
            places.setdefault(place.agency_id, []).append(line)
    plain = told.Agency.model_fields.keys() - {"places"}
    return [
        told.Agency(
            **{name: getattr(row, name) for name in plain},
            places=places.get(row.id, []) if visibility.sees_places(row.id, by=desk.by) else None,
        )
        for row in rows
    ]


@router.get("/forms/{key}")
def form(desk: Reader, key: FormKey) -> dict[str, Any]:
    """The JSON Schema of the answers to a form, as new cases use it."""
    found = cases.current_bundle(desk.session).forms.get(key)
    if found is None:
        raise NotFound("There is no form of this name. A task says which form it has.")
    return forms.json_schema(found, desk.by.language)
