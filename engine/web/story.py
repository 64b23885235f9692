"""What happened to a case, a page of sentences at a time: the newest first, and from there back."""

from typing import Any

from .. import timelines
from ..process.definitions import Bundle
from . import paging
from .desk import Desk


def page(
    desk: Desk, case_id: str, bundle: Bundle, address: str, before: str, *, own: frozenset[str] | None = None
) -> dict[str, Any]:
    """The sentences before an entry, and the links to the earlier ones and back to the newest."""
    last = paging.number(before)
    entries, edge = timelines.page(desk.session, case_id, bundle, desk.t, own=own, before=last)
    return {
        "entries": entries,
        "earlier": f"{address}?before={edge}#story" if edge is not None else None,
        "newest": f"{address}#story" if last is not None else None,
    }
