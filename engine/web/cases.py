"""Opening a case, its page for the coordinator and for an agency, and what the coordinator records on it."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import answers, cases, consents, links, tasks
from ..access import rules, visibility
from ..act import Act
from ..actor import Actor
from ..errors import Invalid
from ..models.cases import Case, ConsentAnswer
from ..models.work import OPEN_TASK, Handoff, HandoffState, TaskStatus
from ..reference import read as known
from . import bends, case_page, changes, story
from .desk import Desk, Reader, Writer
from .filling import take_up
from .words import Words

router = APIRouter()


@router.get("/cases/new")
def ask(desk: Reader) -> Response:
    """Where is the person? Everything else is asked by the intake."""
    rules.check_open_case(desk.by)
    return _new(desk)


@router.post("/cases")
def begin(desk: Writer) -> Response:
    """Open a case and go straight on to its intake."""

    def do() -> str:
        case = cases.open_case(desk.session, by=desk.by, region=desk.text("region"))
        desk.session.flush()
        for task in tasks.worklist(desk.session, by=desk.by):
            if task.case_id == case.id:
                tasks.claim(desk.session, task.id, by=desk.by)
                return take_up(desk, task.id).start()  # not by way of another redirect: the line may be slow
        return f"/cases/{case.reference}"

    if not desk.text("region"):
        return _new(desk, errors={"region": desk.t("choose.one")}, status=422)
    if desk.text("count").strip() not in ("", "1"):
        return _several(desk)
    try:
        return desk.once(do)
    except Invalid as refused:
        return _again(desk, refused)


def _several(desk: Desk) -> Response:
    """Several people of one event: each has a case and an intake of their own."""
    count = desk.text("count").strip()
    number = int(count) if count.isdecimal() and len(count) < 4 else 0

    def do() -> str:
        links.several(desk.session, number, region=desk.text("region"), by=desk.by)
        return "/worklist?done=several"

    try:
        return desk.once(do)
    except Invalid as refused:
        return _again(desk, refused)


@router.get("/cases/{reference}")
def show(reference: str, desk: Reader, before: str = "") -> Response:
    """The page of a case: all of it for who steers it, its own stretch for an agency."""
    act = cases.read(desk.session, reference, by=desk.by)
    if desk.by.is_coordinator:
        return desk.render("case_show.html", **case_page.view(desk, act, before))
    return desk.render("agency_case.html", **_stretch(desk, act, before))


@router.post("/cases/{reference}/consents")
def consent(reference: str, desk: Writer) -> Response:
    """Record what the person said about one purpose."""
    shown, said = known(reference) or "", desk.text("answer")

    def do(by: Actor) -> str:
        interpreter = desk.text("interpreter")
        if len(interpreter) > 100:
            raise Invalid(fields={"interpreter": desk.t.plain("choose.name")})
        purpose, answer = desk.text("purpose"), ConsentAnswer(said)
        consents.record(desk.session, shown, purpose, answer, interpreter=interpreter, by=by)
        return changes.back(desk, shown, "consent")

    return changes.say(desk, shown, "consent", do, needs={"answer": said in consents.ANSWERS})


@router.post("/deadlines/{deadline_id}/extension")
def extend(deadline_id: str, desk: Writer) -> Response:
    """Extend a clock, with a reason."""

    def do() -> str:
        days = desk.text("days")
        number = int(days) if days.isdecimal() and len(days) < 5 else 0
        row = cases.extend(desk.session, deadline_id, days=number, reason=desk.text("reason"), by=desk.by)
        return f"/cases/{desk.session.get_one(Case, row.case_id).reference}?done=extended"

    return desk.once(do)


def _again(desk: Desk, refused: Invalid) -> Response:
    """The same page, with what is wrong; nothing has been opened yet where one of its own fields is refused."""
    if not refused.fields.keys() & {"region", "count"}:
        raise refused
    return _new(desk, errors=desk.t.said_all(refused.fields, refused.message), status=422)


def _new(desk: Desk, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    country = cases.current_bundle(desk.session).country
    return desk.render(
        "case_new.html",
        status=status,
        regions=[{"code": code, "name": desk.t.choose(region.label)} for code, region in country.regions.items()],
        show_whereabouts=False,
        whereabouts=[],
        values={"region": desk.text("region") or desk.by.region, "whereabouts": "", "count": desk.text("count") or "1"},
        errors=errors or {},
    )


def _stretch(desk: Desk, act: Act, before: str) -> dict[str, Any]:
    """What one agency sees of a case: its own tasks, handoffs and journeys, and nothing of anybody else's."""
    words = Words(act.bundle, desk.t)
    found = cases.overview(act)
    named = cases.stretch(act)
    own = {t.id for t in found.tasks} | {h.id for h in named.handoffs} | {m.id for m in named.movements}
    package: dict[str, Any] = {}
    for task in found.tasks:
        if task.status in (TaskStatus.OPEN, TaskStatus.CLAIMED):
            package |= answers.package(act, task)
    return {
        "case": {"reference": act.case.reference},
        "tasks": [
            {
                "id": task.id,
                "name": words.task(task),
                "status": task.status,
                "due_at": task.due_at if task.status in OPEN_TASK else None,
                "href": f"/tasks/{task.id}" if visibility.may_see_task(desk.session, task, desk.by) else None,
            }
            for task in found.tasks
        ],
        "bends": bends.of_case(desk, act),
        "package": words.package(package),
        "handoffs": [_passed(desk, words, h, named) for h in found.handoffs if h.state is not HandoffState.EXHAUSTED],
        "spans": case_page.spans(words, named, act.agencies()),
        **story.page(desk, act.case.id, act.bundle, f"/cases/{act.case.reference}", before, own=frozenset(own)),
    }


def _passed(desk: Desk, words: Words, handoff: Handoff, named: cases.CaseView) -> dict[str, Any]:
    given = handoff.giver_id == desk.by.agency_id
    receiver = handoff.receiver_name if handoff in named.handoffs else ""
    return {
        "id": handoff.id,
        "task_name": words.handoff(handoff),
        "other": receiver if given else handoff.giver_name,
        "given": given,
        "state": handoff.state,
        "since": handoff.ended_at or handoff.answered_at or handoff.offered_at,
        "outcome": handoff.outcome,
    }
