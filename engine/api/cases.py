"""Cases: opening one, the board, one case as its reader may see it, its story, and messages to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session, select

from .. import cases, tasks, timelines
from ..act import Act
from ..actor import Actor
from ..cases import CaseView
from ..errors import NotAllowed
from ..models.cases import Case
from ..models.work import TaskStatus, UserTask
from . import paging, showing, told
from .desk import Desk, Doer, Done, Reader
from .filters import BoardQuery
from .paging import Cursor, Limit
from .schemas import NewCase, NewMessage
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/cases", tags=["cases"])


@router.post("", status_code=201, response_model=told.Case)
def open_case(desk: Doer, body: NewCase) -> Response:
    """Open a case for a person who has just been detected. With `intake`, all or nothing is done."""
    desk.fields_at("intake" if body.intake is not None else "", but={"region"})
    return desk.once(lambda: _opened(desk, body))


def _opened(desk: Desk, body: NewCase) -> Done:
    case = cases.open_case(desk.session, by=desk.by, region=body.region)
    if body.intake is not None:
        task = _first_task(desk.session, case, desk.by)
        tasks.claim(desk.session, task.id, by=desk.by)
        tasks.complete(desk.session, task.id, body.intake, by=desk.by)
    headers = {"Location": f"{desk.request.url.path}/{case.reference}"}
    return Done(_told(desk, cases.read(desk.session, case.reference, by=desk.by)), 201, headers)


def _first_task(session: Session, case: Case, by: Actor) -> UserTask:
    query = select(UserTask).where(
        UserTask.case_id == case.id, UserTask.holder_id == by.agency_id, UserTask.status == TaskStatus.OPEN
    )
    return session.exec(query).one()


@router.get("")
def board(
    desk: Reader,
    request: Request,
    response: Response,
    asked: Annotated[BoardQuery, Query()],
) -> told.Board:
    """The cases a coordinator steers, newest first, each with everything that is open in it."""
    if not desk.by.is_coordinator:
        raise NotAllowed("The board is the coordinators'. Your duties are at /tasks, your offers at /handoffs.")
    after = paging.after(asked.cursor)
    found = cases.board(desk.session, by=desk.by, wanted=asked.wanted(desk), after=after, limit=asked.limit)
    following = paging.write(*found.after) if found.after else None
    return told.Board(items=_lines(desk, found), next=paging.link(request, response, following))


def _lines(desk: Desk, found: cases.Board) -> list[told.CaseLine]:
    shown = showing.tasks(desk, [task for case in found.cases for task in found.tasks[case.id]])
    return [
        told.CaseLine(
            reference=case.reference,
            region=case.region,
            status=case.status,
            opened_at=case.opened_at,
            open_tasks=[task for task in shown if task.reference == case.reference],
        )
        for case in found.cases
    ]


@router.get("/{reference}")
def show(desk: Reader, reference: str) -> told.Case:
    """One case: for a coordinator path, handoffs, clocks and consents; for an agency its own stretch."""
    return _told(desk, cases.read(desk.session, reference, by=desk.by))


def _told(desk: Desk, act: Act) -> told.Case:
    seen = cases.overview(act)
    near = showing.of_handoffs(desk, seen.handoffs)
    duties = showing.of_tasks(desk, seen.tasks)
    lead = near.contact(act.case.lead_agency_id)
    assert lead is not None
    steers = desk.by.is_coordinator
    return told.Case(
        reference=act.case.reference,
        status=act.case.status,
        opened_at=act.case.opened_at if steers else None,
        closed_at=act.case.closed_at,
        region=act.case.region if steers else None,
        lead=lead,
        tasks=[told.Task(**showing.task_fields(duties, row)) for row in seen.tasks],
        handoffs=[showing.handoff(near, row) for row in seen.handoffs],
        clocks=[told.Clock.model_validate(row, from_attributes=True) for row in seen.deadlines],
        consents=[told.Consent.model_validate(row, from_attributes=True) for row in seen.consents],
        holders=_holders(near, seen),
    )


def _holders(near: showing.Around, seen: CaseView) -> list[told.Holder]:
    return [
        told.Holder(lane=row.lane, agency=agency, since=row.since, until=row.until)
        for row in seen.participations
        if (agency := near.contact(row.agency_id)) is not None
    ]


@router.get("/{reference}/timeline")
def timeline(
    desk: Reader,
    request: Request,
    response: Response,
    reference: str,
    limit: Limit = paging.MOST,
    cursor: Cursor = None,
) -> told.Timeline:
    """What happened, as sentences, oldest first, and as stretches of time; an agency reads of its own part only."""
    act = cases.read(desk.session, reference, by=desk.by)
    seen = cases.stretch(act)
    own = None if desk.by.is_coordinator else _own(seen)
    sentences, edge = timelines.page(
        desk.session, act.case.id, act.bundle, desk.t, own=own, start=paging.offset(cursor), limit=limit
    )
    names = {agency.id: agency.name for agency in act.agencies().values()}
    spans = timelines.spans(seen.tasks, seen.handoffs, seen.movements, names)
    return story(act.case.reference, sentences, spans, paging.link(request, response, paging.numbered(edge)))


def _own(seen: CaseView) -> frozenset[str]:
    rows: tuple[Any, ...] = (*seen.tasks, *seen.handoffs, *seen.movements, *seen.deadlines)
    return frozenset(row.id for row in rows)


def story(
    name: str, sentences: list[timelines.Told], spans: list[timelines.Span], following: str | None
) -> told.Timeline:
    """A timeline under a name; `following` is the cursor of the sentences after these."""
    return told.Timeline(
        name=name,
        sentences=[told.Sentence.model_validate(line, from_attributes=True) for line in sentences],
        spans=[told.Span.model_validate(span, from_attributes=True) for span in spans],
        next=following,
    )


@router.post("/{reference}/messages", status_code=202, response_model=told.Message)
def send(desk: Doer, reference: str, body: NewMessage) -> Response:
    """Send a message to a case; a step that waits for it goes on, else it is kept until one does."""
    desk.fields_at("payload", but={"name"})
    return desk.once(lambda: _sent(desk, reference, body))


def _sent(desk: Desk, reference: str, body: NewMessage) -> Done:
    message = cases.tell(desk.session, reference, body.name, dict(body.payload), by=desk.by)
    return Done(told.Message(name=message.name, received_at=message.received_at), 202)
