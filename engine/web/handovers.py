"""Moving inside a role: a task is offered to another agency of its kind, or taken back from the wrong one."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import directory, handovers, offers
from ..access import visibility
from ..act import Act
from ..directory import Candidate
from ..models.work import Handoff, UserTask
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()


@router.get("/tasks/{task_id}/handover")
def ask(task_id: str, desk: Reader) -> Response:
    """To which agency of the same role, and why?"""
    return _page(desk, visibility.task(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/handover")
def offer(task_id: str, desk: Writer) -> Response:
    """Offer the task to another agency of its role; until it is accepted, nothing changes."""
    missing = {
        "agency": "" if desk.text("agency") else desk.t("choose.agency"),
        "reason": "" if desk.text("reason") in handovers.REASONS else desk.t("choose.one"),
    }
    if errors := {name: text for name, text in missing.items() if text}:
        task = visibility.task(desk.session, task_id, by=desk.by)
        return _page(desk, task, errors=errors, status=422)

    def do() -> str:
        agency, reason = desk.text("agency"), desk.text("reason")
        handovers.offer(desk.session, task_id, agency, reason=reason, by=desk.by, revision=desk.revision())
        return f"/tasks/{task_id}?done=handed_over"

    return desk.once(do)


@router.get("/handoffs/{handoff_id}/taking-back")
def doubt(handoff_id: str, desk: Reader) -> Response:
    """Take a handoff back from an agency that should not have it?"""
    return _reasons(desk, visibility.handoff(desk.session, handoff_id, by=desk.by))


@router.post("/handoffs/{handoff_id}/taking-back")
def take_back(handoff_id: str, desk: Writer) -> Response:
    """The agency loses the task, which is offered to the next."""
    if desk.text("reason") not in handovers.CHOSEN:
        handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
        return _reasons(desk, handoff, errors={"reason": desk.t("choose.one")}, status=422)

    def do() -> str:
        reason = desk.text("reason")
        handoff = handovers.take_back(desk.session, handoff_id, reason=reason, by=desk.by, revision=desk.revision())
        task = desk.session.get_one(UserTask, handoff.task_id)
        seen = visibility.may_see_task(desk.session, task, desk.by)
        return f"/tasks/{task.id}?done=taken_back" if seen else "/worklist?done=taken_back"

    return desk.once(do)


def _page(desk: Desk, task: UserTask, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, task.case_id, desk.by)
    words = Words(act.bundle, desk.t)
    handovers.check_offer(act, task)
    return desk.render(
        "task_handover.html",
        status=status,
        task={
            "id": task.id,
            "name": words.task(task),
            "reference": act.case.reference,
            "revision": task.revision,
            "agency": act.agency(task.holder_id or task.accountable_id).name,
        },
        candidates=[_candidate(act, words, one) for one in handovers.choices(act, task)],
        moves=offers.needs_place(act, task),
        reasons=list(handovers.REASONS),
        values={"agency": desk.text("agency"), "reason": desk.text("reason")},
        errors=errors or {},
    )


def _candidate(act: Act, words: Words, one: Candidate) -> dict[str, Any]:
    agency = one.agency
    place = one.place if visibility.sees_places(agency.id, by=act.by) else None
    free = directory.free(place) if place is not None else None
    return {
        "id": agency.id,
        "name": agency.name,
        "region": words.region(agency.region),
        "phone": agency.phone,
        "hours": agency.hours,
        "free": free,
        "unknown": place is not None and free is None,
    }


def _reasons(desk: Desk, handoff: Handoff, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, handoff.case_id, desk.by)
    handovers.check_take_back(act, handoff)
    named = visibility.naming_receiver(desk.session, [handoff], by=desk.by)
    words = Words(act.bundle, desk.t)
    return desk.render(
        "act_reason.html",
        status=status,
        about={"reference": act.case.reference, "name": words.element(handoff.element)},
        title=desk.t("taking_back.title", agency=handoff.receiver_name) if named else desk.t("taking_back.unnamed"),
        meaning=desk.t("taking_back.meaning"),
        action=f"/handoffs/{handoff.id}/taking-back",
        revision=handoff.revision,
        family="recall",
        codes=list(handovers.CHOSEN),
        days=None,
        button=desk.t("taking_back.button"),
        errors=errors or {},
    )
