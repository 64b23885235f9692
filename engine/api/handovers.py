"""Moving inside a role: a task is offered to another agency of its kind, or taken back from the wrong one."""

from fastapi import APIRouter, Response

from .. import act as acts
from .. import directory, handovers
from ..access import visibility
from . import behalf, showing, told
from .bent import NewHandover, TakingBack
from .desk import Desk, Doer, Done, Reader, Revision, RowId, etag
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["handovers"])


@router.get("/tasks/{task_id}/handover")
def choices(desk: Reader, task_id: RowId) -> told.Candidates:
    """The other agencies of the same role that could take the task over."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    act = acts.look(desk.session, task.case_id, desk.by)
    handovers.check_offer(act, task)
    return told.Candidates(
        items=[
            told.Candidate(
                agency=showing.contact(one.agency),
                region=one.agency.region,
                place=one.place.kind if one.place else None,
                free=directory.free(one.place)
                if one.place and visibility.sees_places(one.agency.id, by=desk.by)
                else None,
            )
            for one in handovers.choices(act, task)
        ]
    )


@router.post("/tasks/{task_id}/handover", status_code=201, response_model=told.Handoff)
def offer(desk: Doer, task_id: RowId, revision: Revision, body: NewHandover) -> Response:
    """Offer the task to another agency of its role; until it is accepted, nothing changes."""
    return desk.once(lambda: _offered(desk, task_id, revision, body))


def _offered(desk: Desk, task_id: str, revision: int, body: NewHandover) -> Done:
    by = behalf.handing_over(desk, task_id, body)
    made = handovers.offer(desk.session, task_id, body.agency, reason=body.reason, by=by, revision=revision)
    desk.session.flush()
    return Done(showing.handoffs(desk, [made])[0], 201, {"ETag": etag(made.revision)})


@router.post("/handoffs/{handoff_id}/taking-back", response_model=told.Handoff)
def take_back(desk: Doer, handoff_id: RowId, revision: Revision, body: TakingBack) -> Response:
    """Take an offer back, or a handoff from the wrong agency; the task is offered to the next."""

    def do() -> Done:
        by = behalf.taking_back(desk, handoff_id, body)
        row = handovers.take_back(desk.session, handoff_id, reason=body.reason, by=by, revision=revision)
        return Done.of(showing.handoffs(desk, [row])[0], row.revision)

    return desk.once(do)
