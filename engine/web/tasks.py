"""A user task: what it is, who holds it, and what a person can do with it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import answers, drafts, movements, relays, separation, tasks
from ..access import rules, visibility
from ..act import Act
from ..actor import Actor
from ..errors import EngineError, Invalid
from ..models.cases import Case, Channel
from ..models.people import Agency, User
from ..models.work import Deadline, DeadlineKind, Movement, TaskStatus, UserTask
from ..movements import Condition, Escort
from . import behalf, bends, partners
from .desk import Desk, Reader, Writer
from .filling import take_up
from .words import Words

router = APIRouter()
ON_DESK = (TaskStatus.OPEN, TaskStatus.CLAIMED)


@router.get("/tasks/{task_id}")
def show(task_id: str, desk: Reader) -> Response:
    """The page of a task."""
    return page(desk, visibility.task(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/claim")
def claim(task_id: str, desk: Writer) -> Response:
    """Take a task from the desk and go on to its form, or to its page where the person is still on the way."""

    def do() -> str:
        task = tasks.claim(desk.session, task_id, by=desk.by, revision=desk.revision())
        journey = movements.expected(desk.session, task)
        waits = journey is not None and journey.arrived_at is None
        return f"/tasks/{task_id}?done=claimed" if waits else take_up(desk, task_id).start()

    return desk.once(do)


@router.post("/tasks/{task_id}/release")
def release(task_id: str, desk: Writer) -> Response:
    """Hand a task back to the desk."""

    def do() -> str:
        tasks.release(desk.session, task_id, by=desk.by, revision=desk.revision())
        return "/worklist?done=released"

    return desk.once(do)


@router.post("/tasks/{task_id}/assignment")
def assign(task_id: str, desk: Writer) -> Response:
    """Give a task to a named colleague."""

    def do() -> str:
        tasks.reassign(desk.session, task_id, desk.text("user"), by=desk.by, revision=desk.revision())
        return f"/tasks/{task_id}?done=assigned"

    return desk.once(do)


@router.post("/tasks/{task_id}/departure")
def depart(task_id: str, desk: Writer) -> Response:
    """The person has left, with whom."""

    def do(by: Actor) -> str:
        movements.depart(desk.session, task_id, escort=Escort(desk.text("escort")), by=by)
        return f"/tasks/{task_id}?done=departed"

    return _travel(desk, task_id, do) if desk.text("escort") in set(Escort) else _choose(desk, task_id, "escort")


@router.post("/tasks/{task_id}/arrival")
def arrive(task_id: str, desk: Writer) -> Response:
    """The person is there, in what condition."""

    def do(by: Actor) -> str:
        movements.arrive(desk.session, task_id, condition=Condition(desk.text("condition")), by=by)
        return f"/tasks/{task_id}?done=arrived"

    known = desk.text("condition") in set(Condition)
    return _travel(desk, task_id, do) if known else _choose(desk, task_id, "condition")


def _travel(desk: Desk, task_id: str, do: Callable[[Actor], str]) -> Response:
    """What happened on the way, at the time at which it happened."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    try:
        return desk.once(lambda: do(behalf.departing(desk, task)))  # nothing is changed before it is refused
    except Invalid as refused:
        own = not desk.text("_for")  # the field of the time has another name there
        wrong = {f"_{name}".replace("__", "_") if own else name: text for name, text in refused.fields.items()}
        return page(desk, task, errors=desk.t.said_all(wrong, refused.message), status=422)


def _choose(desk: Desk, task_id: str, name: str) -> Response:
    task = visibility.task(desk.session, task_id, by=desk.by)
    return page(desk, task, errors={name: desk.t("choose.one")}, status=422)


def page(desk: Desk, task: UserTask, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    """The page of a task, with what is wrong on it."""
    act = acts.look(desk.session, task.case_id, desk.by)
    words = Words(act.bundle, desk.t)
    journey = movements.expected(desk.session, task)
    can, why_not = _possible(desk, act, task, journey)
    engaged = task.holder_id == desk.by.agency_id and task.status in ON_DESK
    return desk.render(
        "task_show.html",
        status=status,
        task=_head(desk, act, task, words),
        package=words.package(answers.package(act, task)) if engaged else [],
        engaged=engaged,
        can=can,
        why_not=why_not,
        form_url=f"/tasks/{task.id}/form",
        movement=journey,
        escorts=list(Escort),
        conditions=list(Condition),
        partners=partners.of_task(desk, task),
        giver=_giver(desk, act, task, journey) if can["depart"] else None,
        channels=list(Channel),
        values={name: desk.text(name) for name in (*behalf.SAID, "_happened_at", "_for")},
        colleagues=tasks.colleagues(desk.session, agency_id=task.holder_id) if can["reassign"] else [],
        bends=bends.of_task(desk, act, task),
        errors=errors or {},
    )


def _giver(desk: Desk, act: Act, task: UserTask, journey: Movement | None) -> dict[str, str] | None:
    """The agency from which the person sets out, where another one may enter what it says."""
    if journey is None or journey.from_id != task.giver_id:
        return None
    giver, case = act.agency(journey.from_id), act.case
    return {"id": giver.id, "name": giver.name} if relays.may_speak(desk.session, desk.by, case, giver) else None


def _head(desk: Desk, act: Act, task: UserTask, words: Words) -> dict[str, Any]:
    holder = desk.session.get(User, task.claimed_by_id) if task.claimed_by_id else None
    mine = task.claimed_by_id is not None and task.claimed_by_id == desk.by.user_id
    duty = [d for d in act.deadlines() if d.about_id == task.id and d.kind is DeadlineKind.DUTY]
    return {
        "id": task.id,
        "name": words.task(task),
        "owed": words.owed(task.element),
        "reference": act.case.reference,
        "case_url": f"/cases/{act.case.reference}" if _sees_case(desk, act.case) else None,
        "status": task.status,
        "revision": task.revision,
        "due_at": task.due_at,
        "clock_source": _source(duty),
        "agency": desk.session.get_one(Agency, task.accountable_id).name,
        "holder": holder.name if holder else None,
        "purpose": words.purpose(task.purpose) if task.purpose else "",
        "saved_at": drafts.load(desk.session, task, by=desk.by)[1] if mine else None,
    }


def _source(duty: list[Deadline]) -> str:
    return duty[0].source if duty else ""


def _sees_case(desk: Desk, case: Case) -> bool:
    query = visibility.visible_cases(desk.by).where(Case.id == case.id)
    return desk.session.exec(query).first() is not None


def _possible(desk: Desk, act: Act, task: UserTask, journey: Movement | None) -> tuple[dict[str, bool], dict[str, str]]:
    """What this person can do here, and a sentence for each thing that one would expect and cannot do."""
    by, own = desk.by, task.holder_id == desk.by.agency_id
    claimed = task.status is TaskStatus.CLAIMED and task.claimed_by_id == by.user_id
    steers = rules.can(rules.check_coordinate, by, act.case)
    why: dict[str, str] = {}
    if claimed:
        refused = _refusal(rules.check_complete, by, task) or _refusal(tasks.check_arrived, act, task)
        why = {"complete": desk.t.said(refused)} if refused else {}
    elif own and task.status in ON_DESK:
        refused = _refusal(rules.check_claim, by, task) or _refusal(separation.check_agency, act, task)
        why = {"claim": desk.t.said(refused)} if refused else _second_person(desk, act, task)
    concerned = journey is not None and (steers or by.agency_id in (journey.from_id, journey.to_id))
    can = {
        "claim": own and task.status is TaskStatus.OPEN and "claim" not in why,
        "release": claimed,
        "complete": claimed and "complete" not in why,
        "depart": journey is not None and concerned and journey.departed_at is None,
        "arrive": journey is not None and journey.to_id == by.agency_id and journey.arrived_at is None,
        "reassign": task.status in ON_DESK and (own or steers),
        "route": task.status is TaskStatus.AWAITING and steers,
        "relay": relays.may_enter(desk.session, task, by),
    }
    return can, why


def _second_person(desk: Desk, act: Act, task: UserTask) -> dict[str, str]:
    """Who did an earlier step cannot do this one: which step that was, and that a colleague can."""
    if not _refusal(separation.check_person, act, task):
        return {}
    earlier = act.bundle.elements[task.element].properties[separation.PERSON]
    return {"claim": desk.t.plain("task.second_person", step=Words(act.bundle, desk.t).element(earlier))}


def _refusal(check: Callable[..., None], *about: object) -> str:
    try:
        check(*about)
    except EngineError as refused:
        return refused.message
    return ""
