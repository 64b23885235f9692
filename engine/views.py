"""Saved views: a person's own selections of the board or the worklist. Codes only; nothing of a person is in a URL."""

from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session, select

from .actor import Actor
from .errors import Invalid, NotFound
from .models.people import SavedView

WORKLIST = ("stage", "lane", "clock", "region", "language", "urgent", "assignee")
FILTERS = {"worklist": WORKLIST, "board": (*WORKLIST, "status", "agency", "waiting", "unopened")}
MOST = 20


def of_person(session: Session, page: str, *, by: Actor) -> list[SavedView]:
    """The saved views of this page, by name."""
    query = select(SavedView).where(SavedView.user_id == by.user_id, SavedView.page == page)
    return list(session.exec(query.order_by(SavedView.name)).all())


def save(session: Session, page: str, name: str, query: str, *, by: Actor) -> SavedView:
    """Keep a selection under a name; the same name again replaces it."""
    name = name.strip()
    if page not in FILTERS or not 1 <= len(name) <= 60:
        raise Invalid(fields={"name": "Give the view a name of up to 60 letters."})
    known = [(key, value) for key, value in parse_qsl(query) if key in FILTERS[page]]
    present = of_person(session, page, by=by)
    view = next((v for v in present if v.name == name), None)
    if view is None and len(present) >= MOST:
        raise Invalid(fields={"name": f"There are already {MOST} views. Remove one first."})
    view = view or SavedView(user_id=by.user_id or "", page=page, name=name, query="")
    view.query = urlencode(known)[:500]
    session.add(view)
    return view


def remove(session: Session, view_id: str, *, by: Actor) -> SavedView:
    """Forget a view; returns what it was."""
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != by.user_id:
        raise NotFound()
    session.delete(view)
    return view
