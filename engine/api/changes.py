"""What happens to the person: consent withdrawn, service declined, left, missing, in danger, died; or a mistake."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from .. import cases, changes, withdrawals
from ..access import visibility
from ..errors import NotFound
from ..models.cases import Case
from ..models.work import UserTask
from . import behalf, bent, told
from .bent import Mistake, Withdrawal
from .desk import Desk, Doer, Done, Reader, RowId
from .schemas import Report
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["changes"])


@router.post("/cases/{reference}/withdrawal", response_model=bent.Happened)
def withdraw(desk: Doer, reference: str, body: Withdrawal) -> Response:
    """The person takes back a consent, or everything. From an agency that works on it, this is a report."""
    return desk.once(lambda: _withdrawn(desk, reference, body))


def _withdrawn(desk: Desk, reference: str, body: Withdrawal) -> Done:
    case = cases.read(desk.session, reference, by=desk.by).case
    by = behalf.reporting(desk, case, body, "withdraw")
    rows = withdrawals.withdraw(desk.session, case.reference, body.purpose, by=by)
    return Done(_told(case, reported=not rows, purposes=[row.purpose for row in rows]))


@router.get("/cases/{reference}/services")
def services(desk: Reader, reference: str) -> bent.Services:
    """The services that are offered or under way, as far as the reader may know of them."""
    act = cases.read(desk.session, reference, by=desk.by)
    found = [task for service in withdrawals.services(act) for task in service.tasks[:1]]
    shown = [task for task in found if visibility.may_see_task(desk.session, task, desk.by)]
    return bent.Services(items=[bent.Service(task_id=t.id, element=t.element, service=t.service) for t in shown])


@router.post("/tasks/{task_id}/waiver", response_model=told.TaskState)
def decline(desk: Doer, task_id: RowId, body: Report | None = None) -> Response:
    """The person does not want the service this task belongs to; others are untouched."""
    return desk.once(lambda: _declined(desk, task_id, body))


def _declined(desk: Desk, task_id: str, body: Report | None) -> Done:
    by = behalf.reporting(desk, _case_of(desk, task_id), body, "decline") if body else desk.by
    task = withdrawals.decline_service(desk.session, task_id, by=by)
    return Done.of(told.TaskState.model_validate(task, from_attributes=True), task.revision)


@router.post("/cases/{reference}/mistake", response_model=bent.Happened)
def mistake(desk: Doer, reference: str, body: Mistake) -> Response:
    """This case should not exist; only a coordinator says so."""

    def do() -> Done:
        case = cases.read(desk.session, reference, by=desk.by).case
        changes.opened_in_error(desk.session, case.reference, reason=body.reason, by=desk.by)
        return Done(_told(case))

    return desk.once(do)


@router.post("/cases/{reference}/leaving", response_model=bent.Happened)
def leave(desk: Doer, reference: str, body: Report | None = None) -> Response:
    """The person has left for good: what is open ends as the person's wish. From who handed the person on, a report."""
    return _happened(desk, reference, changes.leave, body, "left")


@router.post("/cases/{reference}/absence", response_model=bent.Happened)
def missing(desk: Doer, reference: str, body: Report | None = None) -> Response:
    """Nobody knows where the person is: a search begins, and the national desk is alarmed."""
    return _happened(desk, reference, changes.missing, body, "missing")


@router.post("/cases/{reference}/danger", response_model=bent.Happened)
def danger(desk: Doer, reference: str, body: Report | None = None) -> Response:
    """The person is in danger: a safety task begins, and the national desk is alarmed."""
    return _happened(desk, reference, changes.danger, body, "danger")


@router.post("/cases/{reference}/death", response_model=bent.Happened)
def died(desk: Doer, reference: str, body: Report | None = None) -> Response:
    """The person has died: everything ends, and closure is prepared. From who handed the person on, a report."""
    return _happened(desk, reference, changes.died, body, "died")


def _happened(
    desk: Desk, reference: str, verb: Callable[..., bool | None], body: Report | None, about: str
) -> Response:
    def do() -> Done:
        case = cases.read(desk.session, reference, by=desk.by).case
        entered = verb(desk.session, case.reference, by=behalf.reporting(desk, case, body, about))
        return Done(_told(case, reported=entered is False))

    return desk.once(do)


def _case_of(desk: Desk, task_id: str) -> Case:
    """The case of a task the desk sees, or that an agency holds for which it may enter what is said."""
    found = desk.session.get(UserTask, task_id)
    if found is None:
        raise NotFound()
    seen = visibility.visible_cases(desk.by).where(Case.id == found.case_id)
    case = desk.session.exec(seen).first()
    if case is None:
        raise NotFound()
    return case


def _told(case: Case, *, reported: bool = False, purposes: list[str] | None = None) -> bent.Happened:
    return bent.Happened(
        reference=case.reference,
        status=case.status,
        close_reason=case.close_reason,
        reported=reported,
        purposes=purposes or [],
    )
