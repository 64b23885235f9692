"""For auditors: timelines under aliases, the fixed list of exceptions, waiting times, and the proof of the record."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from .. import bundles, cases, oversight, timelines
from ..act import Act
from ..actor import SYSTEM
from ..audit import reconcile
from ..models.cases import Case
from . import audited, paging, told
from .cases import story
from .desk import Reader
from .paging import Cursor, Limit
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/audit", tags=["audit"])

Alias = Annotated[str, Path(pattern="^A-[0-9A-F]{10}$")]
MOST_TOLD = 100


@router.get("/cases")
def index(
    desk: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> audited.AuditCases:
    """All cases under their aliases, the newest first."""
    start = paging.offset(cursor)
    rows = oversight.timelines(desk.session, by=desk.by, offset=start, limit=limit + 1)
    following = paging.write(start + limit) if len(rows) > limit else None
    items = [_line(case) for case in rows[:limit]]
    return audited.AuditCases(items=items, next=paging.link(request, response, following))


def _line(case: Case) -> audited.AuditCase:
    return audited.AuditCase(
        alias=oversight.alias(case.id), status=case.status, opened_at=case.opened_at, closed_at=case.closed_at
    )


@router.get("/cases/{alias}")
def show(
    desk: Reader, request: Request, response: Response, alias: Alias, limit: Limit = paging.MOST, cursor: Cursor = None
) -> told.Timeline:
    """The whole story of one case, oldest first, with agencies and without the person."""
    case = oversight.case_of(desk.session, alias, by=desk.by)
    bundle = bundles.load(desk.session, case.bundle_id)
    seen = cases.overview(act := Act(desk.session, case, bundle, {}, SYSTEM))  # the whole path, no agency's stretch
    names = {agency.id: agency.name for agency in act.agencies().values()}
    start = paging.offset(cursor)
    sentences, edge = timelines.page(desk.session, case.id, bundle, desk.t, start=start, limit=limit)
    spans = timelines.spans(seen.tasks, seen.handoffs, seen.movements, names)
    return story(alias, sentences, spans, paging.link(request, response, paging.numbered(edge)))


@router.get("/exceptions")
def exceptions(desk: Reader) -> audited.Exceptions:
    """What an auditor must be shown, kind by kind, the newest first."""
    found = oversight.exceptions(desk.session, by=desk.by)
    return audited.Exceptions(
        kinds={
            kind: [audited.Exceptional(alias=oversight.alias(f.case_id), at=f.at, what=f.what) for f in rows]
            for kind, rows in found.items()
        }
    )


@router.get("/waits")
def waits(desk: Reader) -> audited.Waits:
    """How long offers and duties wait, per agency and stage."""
    rows = [
        audited.Wait(
            agency=wait.agency,
            stage=wait.stage,
            count=wait.count,
            median_seconds=wait.median.total_seconds(),
            longest_seconds=wait.longest.total_seconds(),
        )
        for wait in oversight.waits(desk.session, by=desk.by)
    ]
    return audited.Waits(items=rows)


@router.post("/verification")
def verify(desk: Reader) -> audited.Verdict:
    """Recompute the whole record and compare it with the live tables. Nothing is changed."""
    oversight.check_auditor(desk.by)
    found = reconcile.verify(desk.session)
    return audited.Verdict(
        intact=found.intact, entries=found.entries, rows=found.rows, root=found.root, wrong=found.wrong[:MOST_TOLD]
    )
