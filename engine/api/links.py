"""Persons beyond one case: several of one event, two cases of one person, a new episode."""

from fastapi import APIRouter, Response

from .. import cases, links
from ..errors import NotAllowed
from ..models.cases import Case, Link
from . import told_daily
from .desk import Desk, Doer, Done, Reader, RowId
from .schemas_daily import NewIncident, OtherCase
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["persons"])


@router.post("/incidents", status_code=201, response_model=told_daily.OpenedCases)
def several(desk: Doer, body: NewIncident) -> Response:
    """Several people of one event: each gets a case, an intake, consents and clocks of their own."""
    return desk.once(lambda: _several(desk, body))


def _several(desk: Desk, body: NewIncident) -> Done:
    opened = links.several(desk.session, body.count, region=body.region, by=desk.by)
    return Done(told_daily.OpenedCases(items=[_opened(case) for case in opened]), 201)


@router.get("/cases/{reference}/links")
def of_case(desk: Reader, reference: str) -> told_daily.CaseLinks:
    """The links of a case that hold. Only coordinators know of them."""
    case = cases.read(desk.session, reference, by=desk.by).case
    if not desk.by.is_coordinator:
        raise NotAllowed("Only a coordinator may do this.")
    return told_daily.CaseLinks(items=[_told(desk, link) for link in links.of_case(desk.session, case.id)])


@router.post("/cases/{reference}/links", status_code=201, response_model=told_daily.CaseLink)
def link(desk: Doer, reference: str, body: OtherCase) -> Response:
    """Say that another case, open or closed, is of the same person. This one is open and leads."""
    return desk.once(lambda: Done(_told(desk, links.same_person(desk.session, reference, body.other, by=desk.by)), 201))


@router.post("/links/{link_id}/undoing", response_model=told_daily.CaseLink)
def undo(desk: Doer, link_id: RowId) -> Response:
    """They are two people after all. The coordinator of either case may say so."""
    return desk.once(lambda: Done(_told(desk, links.undo(desk.session, link_id, by=desk.by))))


@router.post("/cases/{reference}/episodes", status_code=201, response_model=told_daily.Opened)
def new_episode(desk: Doer, reference: str) -> Response:
    """The person of a closed case is found again: a new case of the same person."""
    return desk.once(lambda: Done(_opened(links.new_episode(desk.session, reference, by=desk.by)), 201))


def _opened(case: Case) -> told_daily.Opened:
    return told_daily.Opened(reference=case.reference, status=case.status, region=case.region)


def _told(desk: Desk, link: Link) -> told_daily.CaseLink:
    seen = links.visible(desk.session, (link.leading_id, link.follower_id), by=desk.by)
    leading, follower = seen[link.leading_id], seen[link.follower_id]
    return told_daily.CaseLink(
        id=link.id,
        leading=leading.reference if leading else None,
        follower=follower.reference if follower else None,
        linked_at=link.linked_at,
        undone_at=link.undone_at,
    )
