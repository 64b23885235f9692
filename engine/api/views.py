"""A person's saved selections of the board and the worklist."""

from typing import Literal

from fastapi import APIRouter, Response

from .. import views
from ..models.people import SavedView
from . import bent
from .bent import NewView
from .desk import Doer, Done, Reader, RowId
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/views", tags=["views"])


@router.get("")
def of_person(desk: Reader, page: Literal["board", "worklist"]) -> bent.Views:
    """This person's saved selections of a list."""
    return bent.Views(items=[_told(view) for view in views.of_person(desk.session, page, by=desk.by)])


@router.post("", status_code=201, response_model=bent.View)
def save(desk: Doer, body: NewView) -> Response:
    """Keep a selection; what is no word or choice of the list is left out. It has no name: nothing can be typed."""

    def do() -> Done:
        view = views.save(desk.session, body.page, body.query, by=desk.by)
        desk.session.flush()
        return Done(_told(view), 201)

    return desk.once(do)


@router.post("/{view_id}/removal", response_model=bent.View)
def remove(desk: Doer, view_id: RowId) -> Response:
    """Forget a selection."""
    return desk.once(lambda: Done(_told(views.remove(desk.session, view_id, by=desk.by))))


def _told(view: SavedView) -> bent.View:
    return bent.View.model_validate(view, from_attributes=True)
