"""A person's saved views of the board and the worklist."""

from fastapi import APIRouter
from fastapi.responses import Response

from .. import views
from . import filters
from .desk import Desk, Writer, local
from .filters import Choices

router = APIRouter()
PLACES = {"board": "/cases", "worklist": "/worklist"}


@router.post("/views")
def save(desk: Writer) -> Response:
    """Keep the present selection."""

    def do() -> str:
        view = views.save(desk.session, desk.text("page"), desk.text("query"), by=desk.by)
        return address(view.page, view.query, done="view_kept")

    return desk.once(do)


@router.post("/views/{view_id}/removal")
def remove(view_id: str, desk: Writer) -> Response:
    """Forget a view."""

    def do() -> str:
        views.remove(desk.session, view_id, by=desk.by)
        return local(desk.text("back"))

    return desk.once(do)


def address(page: str, query: str, *, done: str = "") -> str:
    """The address of a view."""
    words = "&".join(part for part in (query, f"done={done}" if done else "") if part)
    return f"{PLACES[page]}?{words}" if words else PLACES[page]


def of(desk: Desk, page: str, offered: Choices) -> list[dict[str, str]]:
    """This person's views of a page, as links that say what they show."""
    found = views.of_person(desk.session, page, by=desk.by)
    rows = [
        {"id": view.id, "name": filters.name(desk, page, view.query, offered), "href": address(view.page, view.query)}
        for view in found
    ]
    return sorted(rows, key=lambda row: row["name"].casefold())
