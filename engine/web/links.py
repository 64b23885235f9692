"""Two cases of one person, a new episode of somebody known: what coordinators know beyond one case."""

from fastapi import APIRouter
from fastapi.responses import Response

from .. import cases, links
from ..errors import Invalid
from . import case_page
from .desk import Writer

router = APIRouter()


@router.post("/cases/{reference}/links")
def link(reference: str, desk: Writer) -> Response:
    """Say that another case is of the same person; this one leads."""

    def do() -> str:
        links.same_person(desk.session, reference, desk.text("other"), by=desk.by)
        return f"/cases/{reference}?done=linked"

    try:
        return desk.once(do)
    except Invalid as refused:
        act = cases.read(desk.session, reference, by=desk.by)
        wrong = desk.t.said_all(refused.fields, refused.message)
        return desk.render("case_show.html", status=422, **(case_page.view(desk, act) | {"errors": wrong}))


@router.post("/links/{link_id}/undoing")
def undo(link_id: str, desk: Writer) -> Response:
    """They are two people after all."""

    def do() -> str:
        row = links.undo(desk.session, link_id, by=desk.by)
        seen = links.visible(desk.session, (row.leading_id, row.follower_id), by=desk.by)
        case = seen[row.leading_id] or seen[row.follower_id]
        return f"/cases/{case.reference}?done=unlinked" if case else "/cases"

    return desk.once(do)


@router.post("/cases/{reference}/episodes")
def new_episode(reference: str, desk: Writer) -> Response:
    """The person of a closed case is found again."""

    def do() -> str:
        return f"/cases/{links.new_episode(desk.session, reference, by=desk.by).reference}?done=opened"

    return desk.once(do)
