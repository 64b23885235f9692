"""Filling the form of a task: a page per section, drafts on the way, and completion at the end."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from .. import clock, drafts, tasks
from ..access import rules, visibility
from ..errors import EngineError, Fault, Invalid
from ..forms import read_post
from ..models.work import TaskStatus
from ..papers import AlreadyEntered
from . import behalf, drafting, errors
from . import tasks as task_pages
from .desk import Desk, Reader, Writer, see_other, store
from .filling import take_up

router = APIRouter()


class Unfinished(Exception):
    """A form that could not be accepted: what was typed is kept once the act is undone."""

    def __init__(self, refused: EngineError, task_id: str) -> None:
        self.refused = refused
        self.task_id = task_id
        super().__init__(refused.message)


@router.get("/tasks/{task_id}/form")
def begin(task_id: str, desk: Reader) -> Response:
    """The first page of the form; of a duty nobody has taken, the page on which it is taken."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    if task.status is TaskStatus.OPEN and rules.can(rules.check_claim, desk.by, task):
        return task_pages.page(desk, task, errors={"": desk.t("task.take_first")}, status=409)
    return see_other(take_up(desk, task_id).start())


@router.get("/tasks/{task_id}/form/{section}")
def show(task_id: str, section: str, desk: Reader) -> Response:
    """The page of one section."""
    filling = take_up(desk, task_id)
    return filling.page(filling.section(section))


@router.get("/tasks/{task_id}/check")
def check(task_id: str, desk: Reader) -> Response:
    """All answers before they are sent."""
    return take_up(desk, task_id).check()


@router.post("/tasks/{task_id}/form/{section}")
def proceed(task_id: str, section: str, desk: Writer) -> Response:
    """Keep a section and go on; where something in it is wrong, say so and keep what was typed."""
    filling = take_up(desk, task_id)
    part = filling.section(section)
    typed = filling.typed(part)
    saved_at = drafts.save(desk.session, task_id, section, drafting.answers_of(part, typed), by=desk.by)
    filling = replace(filling, values=typed, saved_at=saved_at)
    if wrong := filling.wrong(part):
        return filling.page(part, errors=wrong, status=422)
    return see_other(filling.after(part))


@router.post("/tasks/{task_id}/draft")
def save(task_id: str, desk: Writer) -> Response:
    """Keep what is typed, unchecked: asked for by the person, or by the page itself."""
    section = desk.text("section")
    saved_at = drafting.keep(desk.session, task_id, section, drafting.pairs(desk.form), by=desk.by)
    if "application/json" in desk.request.headers.get("accept", ""):
        message = desk.t.plain("form.saved_at", time=desk.t.time(saved_at))
        return JSONResponse({"message": message, "saved_at": saved_at.isoformat()})
    return see_other(f"/tasks/{task_id}/form/{section}?done=saved")


@router.post("/tasks/{task_id}/completion")
def complete(task_id: str, desk: Writer) -> Response:
    """Complete the task. Sent again, it is the same act; refused, nothing typed is lost."""
    raw = _gathered(desk, task_id)
    revision, form_id, sheet = desk.revision(), desk.text("form_id"), desk.text("_sheet")
    try:
        by = behalf.late(desk, visibility.task(desk.session, task_id, by=desk.by).case_id)
        done = tasks.complete(desk.session, task_id, raw, by=by, revision=revision, form_id=form_id, sheet=sheet)
    except EngineError as refused:
        raise Unfinished(refused, task_id) from refused
    if done.repeated:
        return desk.render(
            "already_received.html", received_at=done.task.ended_at, task_name=done.task.name, next="/worklist"
        )
    return see_other("/worklist?done=completed")


def _gathered(desk: Desk, task_id: str) -> dict[str, Any]:
    """What was posted over the drafts of all sections. Nothing read here is used after the case is locked."""
    task, bundle, saved = drafting.begun(desk.session, task_id, by=desk.by)
    if task.status is TaskStatus.DONE:
        return {}
    form, kept = bundle.forms[task.form], drafts.together(desk.session, saved)
    section = form.section(desk.text("section"))
    here = {question.name for question in section.questions} if section else set()
    defaults = form.defaults(bundle.country.day(clock.now()))
    desk.session.expunge_all()
    others = {name: value for name, value in (defaults | kept).items() if name in form and name not in here}
    return others | read_post(form, drafting.pairs(desk.form))


def keep(request: Request, unfinished: Unfinished) -> Response:
    """Keep what was typed as a draft, then show what is wrong, in its place if it is an answer."""
    refused = unfinished.refused
    if isinstance(refused, Fault):
        errors.report(request, refused)
    if isinstance(refused, AlreadyEntered) and refused.told:
        return see_other(f"/sheets/{refused.code}")
    kept = False
    try:
        with store(request).transaction() as session:
            kept = _save(_desk(request, session), unfinished.task_id)
        if isinstance(refused, Invalid) and refused.fields:
            with store(request).reading() as session:
                return _again(_desk(request, session), unfinished.task_id, refused)
    except EngineError:
        return errors.show(request, refused, kept=kept)
    return errors.show(request, refused, kept=kept)


def _desk(request: Request, session: Session) -> Desk:
    by, row = request.state.signed_in
    return Desk(request, session, by, row, request.state.form)


def _save(desk: Desk, task_id: str) -> bool:
    section = desk.text("section")
    if not section:
        return True  # the page to check: every section has its draft already
    drafting.keep(desk.session, task_id, section, drafting.pairs(desk.form), by=desk.by)
    return True


def _again(desk: Desk, task_id: str, refused: Invalid) -> Response:
    """The first page on which something must be mended."""
    filling = take_up(desk, task_id)
    posted = filling.form.section(desk.text("section"))
    if posted is None and not refused.fields.keys() & {question.name for question in filling.form.questions}:
        return filling.check(errors=refused.fields, status=422)
    values = filling.typed(posted) if posted else filling.values
    wrong = [s for s in filling.form.sections if any(q.name in refused.fields for q in s.questions)]
    part = wrong[0] if wrong else posted or filling.sections[0]
    return filling.page(part, values=values, errors=refused.fields, status=422)
