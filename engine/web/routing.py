"""Choosing an agency for a task nobody holds: re-route an offer, or find a place when all have said no."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import consents, directory, handoffs, offers
from ..access import rules, visibility
from ..act import Act
from ..consents import Basis
from ..directory import Candidate
from ..errors import Conflict
from ..models.work import Handoff, HandoffState, TaskStatus, UserTask
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()
TRIED = (HandoffState.DECLINED, HandoffState.EXPIRED)


@router.get("/tasks/{task_id}/route")
def show(task_id: str, desk: Reader) -> Response:
    """The suitable agencies, with what is known of each."""
    return _page(desk, visibility.task(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/offers")
def offer(task_id: str, desk: Writer) -> Response:
    """Offer the task to the agency the coordinator chose."""
    if not desk.text("agency"):
        task = visibility.task(desk.session, task_id, by=desk.by)
        return _page(desk, task, errors={"agency": desk.t("choose.agency")}, status=422)

    def do() -> str:
        handoffs.reroute(desk.session, task_id, desk.text("agency"), by=desk.by, revision=desk.revision())
        return f"/tasks/{task_id}?done=offered"

    return desk.once(do)


@router.post("/tasks/{task_id}/offers/again")
def ask_again(task_id: str, desk: Writer) -> Response:
    """Ask all suitable agencies again."""

    def do() -> str:
        handoffs.find_place(desk.session, task_id, by=desk.by, revision=desk.revision())
        return f"/tasks/{task_id}?done=asked"

    return desk.once(do)


def _page(desk: Desk, task: UserTask, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, task.case_id, desk.by)
    rules.check_coordinate(desk.by, act.case)
    if task.status is not TaskStatus.AWAITING:
        raise Conflict("An agency already holds this task.")
    words = Words(act.bundle, desk.t)
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    passed = offers.of_lane(act, task)
    return desk.render(
        "route_show.html",
        status=status,
        task={
            "id": task.id,
            "name": words.task(task),
            "owed": words.owed(task.element),
            "reference": act.case.reference,
            "revision": task.revision,
            "agency": act.agency(task.accountable_id).name,
        },
        candidates=[_candidate(words, act, one, basis, passed) for one in handoffs.choices(act, task)],
        places=task.place,
        can_ask_all=not offers.pending(act, task),
        errors=errors or {},
    )


def _candidate(words: Words, act: Act, one: Candidate, basis: Basis | None, passed: list[Handoff]) -> dict[str, Any]:
    agency, place = one.agency, one.place
    allowed = basis is not None and basis.covers(agency)
    answered = [h for h in passed if h.receiver_id == agency.id and h.state in TRIED]
    tried = max(answered, key=lambda h: h.offered_at) if answered else None
    ground = words.ground(basis.consent, basis.ground) if basis and allowed else words.t.plain("offer.no_ground")
    return {
        "id": agency.id,
        "name": agency.name,
        "region": words.region(agency.region),
        "phone": agency.phone,
        "hours": agency.hours,
        "free": directory.free(place) if place else None,
        "unknown": place is not None and directory.free(place) is None,
        "full": one.full,
        "instead": one.service,
        "tried": "" if tried is None else tried.reason if tried.state is HandoffState.DECLINED else "expired",
        "allowed": allowed,
        "ground": ground,
    }
