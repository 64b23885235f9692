"""The path bends: a step skipped, a stage begun early or again, a clock extended, a case taken over from paper."""

from fastapi import APIRouter, Response

from .. import cases, paths, takeovers
from . import behalf, bent, told
from .bent import Extension, NewStage, PaperCase, Reason
from .desk import Desk, Doer, Done, Reader, Revision, RowId
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["paths"])


@router.post("/tasks/{task_id}/skip", response_model=told.TaskState)
def skip(desk: Doer, task_id: RowId, revision: Revision, body: Reason) -> Response:
    """Skip a step with a coded reason: of a called process the whole process, of the path itself the one task."""

    def do() -> Done:
        task = paths.skip(desk.session, task_id, reason=body.reason, by=desk.by, revision=revision)
        return Done.of(told.TaskState.model_validate(task, from_attributes=True), task.revision)

    return desk.once(do)


@router.get("/cases/{reference}/stages")
def stages(desk: Reader, reference: str) -> bent.Stages:
    """The stages that can be begun early or again."""
    return bent.Stages(items=paths.stages(cases.read(desk.session, reference, by=desk.by).bundle))


@router.post("/cases/{reference}/stages", status_code=201, response_model=bent.Begun)
def start(desk: Doer, reference: str, body: NewStage) -> Response:
    """Begin a stage beside the path: early, or once more."""
    desk.fields_at("inputs", but={"stage", "reason"})

    def do() -> Done:
        inputs = dict(body.inputs)
        begun = paths.start_stage(desk.session, reference, body.stage, reason=body.reason, inputs=inputs, by=desk.by)
        return Done(bent.Begun(stage=body.stage, instance_id=begun), 201)

    return desk.once(do)


@router.post("/takeovers", status_code=201, response_model=bent.Happened)
def take_over(desk: Doer, body: PaperCase) -> Response:
    """Open a case at a stage; its earlier steps are recorded as before the system."""
    desk.fields_at("facts", but={"stage", "region"})
    return desk.once(lambda: _taken_over(desk, body))


def _taken_over(desk: Desk, body: PaperCase) -> Done:
    case = takeovers.take_over(desk.session, body.stage, region=body.region, facts=dict(body.facts), by=desk.by)
    shown = bent.Happened(reference=case.reference, status=case.status, close_reason=case.close_reason)
    where = desk.request.url.path.replace("/takeovers", f"/cases/{case.reference}")
    return Done(shown, 201, {"Location": where})


@router.post("/deadlines/{deadline_id}/extension", response_model=told.Clock)
def extend(desk: Doer, deadline_id: RowId, body: Extension) -> Response:
    """Give a running clock more days, with a coded reason."""

    def do() -> Done:
        by = behalf.extending(desk, deadline_id, body)
        row = cases.extend(desk.session, deadline_id, days=body.days, reason=body.reason, by=by)
        return Done(told.Clock.model_validate(row, from_attributes=True))

    return desk.once(do)
