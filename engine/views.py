"""Saved views: a person's own selections of the board or the worklist. A view is called by what it asks for.

There is no name to type, so that nothing of a person can be written into one.
"""

from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session, select

from . import selections
from .actor import Actor
from .errors import Invalid, NotFound
from .models.people import SavedView

MOST = 20


def of_person(session: Session, page: str, *, by: Actor) -> list[SavedView]:
    """The saved views of this page."""
    query = select(SavedView).where(SavedView.user_id == by.user_id, SavedView.page == page)
    return list(session.exec(query.order_by(SavedView.query)).all())


def save(session: Session, page: str, query: str, *, by: Actor) -> SavedView:
    """Keep a selection. Words that ask for nothing that exists are left out; the same selection is kept once."""
    if page not in selections.PAGES:
        raise Invalid(fields={"page": f"Choose one of: {', '.join(selections.PAGES)}."})
    found, _ = selections.sift(session, selections.known(session, by=by), page, dict(parse_qsl(query)), by=by)
    if not found:
        raise Invalid(fields={"query": "Choose first what the list shall show, then save it."})
    words = urlencode(found)
    present = of_person(session, page, by=by)
    view = next((v for v in present if v.query == words), None)
    if view is not None:
        return view
    if len(present) >= MOST:
        raise Invalid(fields={"query": f"There are already {MOST} views. Remove one first."})
    view = SavedView(user_id=by.user_id or "", page=page, query=words)
    session.add(view)
    return view


def remove(session: Session, view_id: str, *, by: Actor) -> SavedView:
    """Forget a view; returns what it was."""
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != by.user_id:
        raise NotFound()
    session.delete(view)
    return view
