"""Moving inside a role: a task is offered to another agency of its kind, or taken back from the wrong one."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import directory, handovers, offers, relays, voices
from ..access import visibility
from ..act import Act
from ..actor import Actor
from ..directory import Candidate
from ..errors import Invalid
from ..models.cases import Channel
from ..models.work import TAKEN_BACK, Handoff, UserTask
from . import behalf
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()


@router.get("/tasks/{task_id}/handover")
def ask(task_id: str, desk: Reader, relayed: bool = False) -> Response:
    """To which agency of the same role, and why? `relayed`: as its holder says, who was heard by the coordinator."""
    return _page(desk, _task(desk, task_id, relayed), relayed=relayed)


@router.post("/tasks/{task_id}/handover")
def offer(task_id: str, desk: Writer) -> Response:
    """Offer the task to another agency of its role; until it is accepted, nothing changes."""
    relayed = bool(desk.text("_for"))
    task = _task(desk, task_id, relayed)
    missing = {
        "agency": "" if desk.text("agency") else desk.t.plain("choose.agency"),
        "reason": "" if desk.text("reason") in handovers.REASONS else desk.t.plain("choose.one"),
    }
    try:
        if errors := {name: text for name, text in missing.items() if text}:
            raise Invalid(fields=errors)
        return desk.once(lambda: _offer(desk, task, relayed))
    except Invalid as refused:  # nothing is changed before it is refused
        errors = desk.t.said_all(refused.fields, refused.message)
        return _page(desk, task, relayed=relayed, errors=errors, status=422)


def _offer(desk: Desk, task: UserTask, relayed: bool) -> str:
    agency, reason, revision = desk.text("agency"), desk.text("reason"), desk.revision()
    by = _speaker(desk, task, relayed)
    handovers.offer(desk.session, task.id, agency, reason=reason, by=by, revision=revision)
    return f"/tasks/{task.id}?done=handed_over"


def _task(desk: Desk, task_id: str, relayed: bool) -> UserTask:
    if relayed:
        return relays.task_of(desk.session, task_id, by=desk.by)
    return visibility.task(desk.session, task_id, by=desk.by)


def _speaker(desk: Desk, task: UserTask, relayed: bool) -> Actor:
    """Who hands over: the one at the desk, now or earlier, or the holder, heard by the coordinator."""
    if not relayed:
        return behalf.late(desk, task.case_id)
    return voices.holder_as(desk.session, task, behalf.heard(desk), by=desk.by)


@router.get("/handoffs/{handoff_id}/taking-back")
def doubt(handoff_id: str, desk: Reader) -> Response:
    """Take a handoff back from an agency that should not have it?"""
    return _reasons(desk, visibility.handoff(desk.session, handoff_id, by=desk.by))


@router.post("/handoffs/{handoff_id}/taking-back")
def take_back(handoff_id: str, desk: Writer) -> Response:
    """The agency loses the task, which is offered to the next."""
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    case_id = handoff.case_id
    if desk.text("reason") not in TAKEN_BACK:
        return _reasons(desk, handoff, errors={"reason": desk.t("choose.one")}, status=422)

    def do() -> str:
        reason = desk.text("reason")
        by = behalf.late(desk, case_id)
        handoff = handovers.take_back(desk.session, handoff_id, reason=reason, by=by, revision=desk.revision())
        task = desk.session.get_one(UserTask, handoff.task_id)
        seen = visibility.may_see_task(desk.session, task, desk.by)
        return f"/tasks/{task.id}?done=taken_back" if seen else "/worklist?done=taken_back"

    return desk.once(do)


def _page(
    desk: Desk, task: UserTask, *, relayed: bool = False, errors: dict[str, Any] | None = None, status: int = 200
) -> Response:
    by = voices.voice(desk.session, task.case_id, task.holder_id or "", by=desk.by) if relayed else desk.by
    act = acts.look(desk.session, task.case_id, by)
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
        speaker={"id": by.agency_id, "name": by.agency_name} if relayed else None,
        channels=list(Channel),
        values={name: desk.text(name) for name in ("agency", "reason", *behalf.SAID, "_happened_at")},
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
        codes=list(TAKEN_BACK),
        days=None,
        late=True,
        button=desk.t("taking_back.button"),
        errors=errors or {},
    )
