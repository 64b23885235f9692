"""Paper: a handoff as a letter, a form printed blank, and a sheet by its code."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from .. import cases, papers
from ..access import visibility
from ..models.answers import Sheet
from ..models.work import UserTask
from ..timelines import element_name
from . import showing, told_daily
from .desk import Desk, Doer, Done, Reader, RowId
from .directory import FormKey
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["paper"])

Code = Annotated[str, Path(pattern="^[A-Za-z0-9 -]{9,20}$")]


@router.get("/handoffs/{handoff_id}/letter")
def letter(desk: Reader, handoff_id: RowId) -> told_daily.Letter:
    """What the one-page letter about a handoff says, for its giver or the coordinator."""
    found = papers.letter(desk.session, handoff_id, by=desk.by)
    return told_daily.Letter(
        reference=found.reference,
        giver=showing.contact(found.giver, found.giver_name),
        giver_hours=found.giver.hours,
        receiver=showing.contact(found.receiver, found.receiver_name),
        asked=element_name(found.bundle, found.element, desk.t),
        owed=found.bundle.elements[found.element].documentation,
        urgent=found.urgent,
        answer_by=found.answer_by,
        due_at=found.due_at,
        ground=found.ground,
        consent=found.consent,
    )


@router.post("/forms/{form}/sheets", status_code=201, response_model=told_daily.Sheet)
def print_blank(desk: Doer, form: FormKey) -> Response:
    """A new sheet of a form. Its code makes sure that what is written on it is entered once."""
    return desk.once(lambda: _printed(desk, form))


def _printed(desk: Desk, form: str) -> Done:
    sheet = papers.print_blank(desk.session, form, cases.current_bundle(desk.session), by=desk.by)
    desk.session.flush()
    return Done(_told(desk, sheet), 201)


@router.get("/sheets/{code}")
def show(desk: Reader, code: Code) -> told_daily.Sheet:
    """A sheet this agency printed, entered, or whose case it steers, and when it was entered."""
    return _told(desk, papers.read(desk.session, code, by=desk.by)[0])


def _told(desk: Desk, sheet: Sheet) -> told_daily.Sheet:
    _, form = papers.read(desk.session, sheet.code, by=desk.by)
    task = desk.session.get(UserTask, sheet.task_id) if sheet.task_id else None
    seen = task is not None and visibility.may_see_task(desk.session, task, desk.by)
    return told_daily.Sheet(
        code=sheet.code,
        form=sheet.form,
        version=form.version,
        bundle=sheet.bundle_id,
        printed_at=sheet.printed_at,
        entered_at=sheet.entered_at,
        task_id=sheet.task_id if seen else None,
    )
