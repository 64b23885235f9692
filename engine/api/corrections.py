"""Completed forms: their versions, correcting them, and what the coordinator decides then."""

from typing import Literal

from fastapi import APIRouter, Response

from .. import act as acts
from .. import cases, corrections
from ..access import rules, visibility
from ..corrections import Verdict
from ..errors import Conflict
from ..models.answers import Correction
from ..models.work import UserTask
from . import behalf, bent
from .bent import CorrectedForm, Decided
from .desk import Desk, Doer, Done, Reader, Revision, RowId, etag
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["corrections"])


@router.get("/tasks/{task_id}/answers")
def versions(desk: Reader, response: Response, task_id: RowId) -> bent.Versions:
    """A completed form in all its versions. The ETag is the task's revision."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    found = corrections.versions(acts.look(desk.session, task.case_id, desk.by), task)
    response.headers["ETag"] = etag(task.revision)
    return bent.Versions(items=[bent.Version.model_validate(one, from_attributes=True) for one in found])


@router.post("/tasks/{task_id}/corrections", status_code=201, response_model=bent.Correction)
def correct(desk: Doer, task_id: RowId, revision: Revision, body: CorrectedForm) -> Response:
    """Correct a completed form: a new version with a coded reason; the old one stays."""
    desk.fields_at("answers", but={"reason"})
    return desk.once(lambda: _corrected(desk, task_id, revision, body))


def _corrected(desk: Desk, task_id: str, revision: int, body: CorrectedForm) -> Done:
    by = behalf.correcting(desk, task_id, body)
    made = corrections.correct(desk.session, task_id, body.answers, reason=body.reason, by=by, revision=revision)
    told = _told(made)
    if by.behalf is not None:  # who enters it for the agency does not learn by it what had been answered
        told.fields, told.gateways = [], []
    return Done(told, 201)


@router.get("/cases/{reference}/corrections")
def waiting(desk: Reader, reference: str) -> bent.Corrections:
    """The corrections that wait for the coordinator's decision."""
    act = cases.read(desk.session, reference, by=desk.by)
    rules.check_coordinate(desk.by, act.case)
    return bent.Corrections(items=[_waits(act, row) for row in corrections.waiting(desk.session, act.case.id)])


def _waits(act: acts.Act, row: Correction) -> bent.Correction:
    way = corrections.redo(act, act.session.get_one(UserTask, row.task_id))
    means: Literal["path", "beside", "no"] = "no"
    if not isinstance(way, Conflict):
        means = "path" if way.step else "beside"
    return _told(row).model_copy(update={"redo": means})


@router.post("/corrections/{correction_id}/verdict", response_model=bent.Correction)
def decide(desk: Doer, correction_id: RowId, body: Decided) -> Response:
    """What was decided on the old answer stands, or the step is done again and the path goes on from there."""
    verdict = Verdict(body.verdict)
    return desk.once(lambda: Done(_told(corrections.decide(desk.session, correction_id, verdict, by=desk.by))))


def _told(row: Correction) -> bent.Correction:
    return bent.Correction.model_validate(row, from_attributes=True)
