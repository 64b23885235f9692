"""A completed form: what was answered, in all its versions; correcting it; and what the coordinator decides then."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from .. import act as acts
from .. import corrections, voices
from ..access import visibility
from ..act import Act
from ..actor import Actor
from ..corrections import Verdict, Version
from ..errors import Conflict, Invalid
from ..forms import FormDefinition, Question, read_post
from ..models.answers import Correction
from ..models.cases import Case, Channel
from ..models.work import UserTask
from . import behalf, drafting
from .desk import Desk, Reader, Writer, store
from .questions import question_views
from .words import Words

router = APIRouter()
REASON = "_reason"  # the page's own field beside those of the form


class Uncorrected(Exception):
    """A correction that could not be taken: the page is shown again with everything typed."""

    def __init__(self, refused: Invalid, task_id: str) -> None:
        self.refused = refused
        self.task_id = task_id
        super().__init__(refused.message)


@router.get("/tasks/{task_id}/answers")
def show(task_id: str, desk: Reader) -> Response:
    """The completed form in all its versions."""
    act, task = _seen(desk, task_id)
    words = Words(act.bundle, desk.t)
    questions = corrections.seen(act, task)
    return desk.render(
        "task_answers.html",
        task=_head(act, task, words),
        can_relay=desk.by.is_coordinator and task.ended_by_agency_id not in (None, desk.by.agency_id),
        versions=[_version(words, task, version, questions) for version in corrections.versions(act, task)],
    )


@router.get("/tasks/{task_id}/correction")
def ask(task_id: str, desk: Reader, relayed: bool = False) -> Response:
    """The filled form, to be put right; `relayed`: a blank one, for what the agency that completed it says."""
    return _form(desk, task_id, relayed=relayed)


@router.post("/tasks/{task_id}/correction")
def correct(task_id: str, desk: Writer) -> Response:
    """Keep the form as it should be, as a new version."""
    if desk.text(REASON) not in corrections.REASONS:
        raise Uncorrected(Invalid(fields={REASON: desk.t.plain("choose.one")}), task_id)
    act, task = _seen(desk, task_id, relayed=bool(desk.text("_for")))
    raw = _typed(desk, corrections.form_of(act, task))
    try:
        desk.session.expunge_all()  # nothing read here is used after the case is locked
        return desk.once(lambda: _correct(desk, task_id, raw))
    except Invalid as refused:
        raise Uncorrected(refused, task_id) from refused


def _correct(desk: Desk, task_id: str, raw: dict[str, Any]) -> str:
    by = _author(desk, task_id)
    corrections.correct(desk.session, task_id, raw, reason=desk.text(REASON), by=by, revision=desk.revision())
    return f"/tasks/{task_id}/answers?done=corrected"


def _author(desk: Desk, task_id: str) -> Actor:
    """Who corrects: the one at the desk, now or earlier, or the agency that completed it, heard by the coordinator."""
    if not desk.text("_for"):
        return behalf.late(desk, visibility.task(desk.session, task_id, by=desk.by).case_id)
    task = voices.done_by_another(desk.session, task_id, by=desk.by)
    return voices.author_as(desk.session, task, behalf.heard(desk), by=desk.by)


def _typed(desk: Desk, form: FormDefinition) -> dict[str, Any]:
    own = behalf.SAID if desk.text("_for") else ()
    return read_post(form, [(name, value) for name, value in drafting.pairs(desk.form) if name not in own])


@router.post("/corrections/{correction_id}/verdict")
def decide(correction_id: str, desk: Writer) -> Response:
    """What was decided on the old answer stands, or is done again."""
    if desk.text("verdict") not in (Verdict.STAND, Verdict.REDO):
        raise Invalid(fields={"verdict": desk.t.plain("choose.one")})

    def do() -> str:
        verdict = Verdict(desk.text("verdict"))
        found = corrections.decide(desk.session, correction_id, verdict, by=desk.by)
        reference = desk.session.get_one(Case, found.case_id).reference
        return f"/cases/{reference}?done={'stands' if verdict is Verdict.STAND else 'redone'}"

    return desk.once(do)


def again(request: Request, unfinished: Uncorrected) -> Response:
    """Show the form again, with what was typed and what is wrong with it."""
    by, row = request.state.signed_in
    with store(request).reading() as session:
        desk = Desk(request, session, by, row, request.state.form)
        errors = desk.t.said_all(unfinished.refused.fields, unfinished.refused.message)
        relayed = bool(desk.text("_for"))
        return _form(desk, unfinished.task_id, relayed=relayed, errors=errors, status=422)


def undecided(act: Act, words: Words) -> list[dict[str, Any]]:
    """The corrections of a case that wait for the coordinator: what changed, and what was decided before."""
    return [_undecided(act, words, row) for row in corrections.waiting(act.session, act.case.id)]


def _undecided(act: Act, words: Words, row: Correction) -> dict[str, Any]:
    task = act.session.get_one(UserTask, row.task_id)
    known = {question.name for question in corrections.seen(act, task)}
    return {
        "id": row.id,
        "task_name": words.task(task),
        "href": f"/tasks/{task.id}/answers",
        "reason": row.reason,
        "fields": [words.field(f"{task.form}.{name}") for name in row.fields if name in known],
        "gateways": [str(words.element(name)) for name in row.gateways],
        "corrected_at": row.corrected_at,
        "redo": _redo(act, task, words),
    }


def _redo(act: Act, task: UserTask, words: Words) -> dict[str, Any]:
    """Whether a step can be done again, and what that would mean."""
    way = corrections.redo(act, task)
    if isinstance(way, Conflict):
        return {"can": False, "meaning": words.t.said(way.message), "ends": []}
    meaning = words.t("correct.redo_path" if way.step else "correct.redo_beside")
    return {"can": True, "meaning": meaning, "ends": [words.task(one) for one in way.ends]}


def _seen(desk: Desk, task_id: str, *, relayed: bool = False) -> tuple[Act, UserTask]:
    if relayed:
        task = voices.done_by_another(desk.session, task_id, by=desk.by)
        by = voices.voice(desk.session, task.case_id, task.ended_by_agency_id or "", by=desk.by)
    else:
        task, by = visibility.task(desk.session, task_id, by=desk.by), desk.by
    act = acts.look(desk.session, task.case_id, by)
    corrections.check_see(act, task)
    return act, task


def _head(act: Act, task: UserTask, words: Words) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": words.task(task),
        "reference": act.case.reference,
        "revision": task.revision,
        "ended_at": task.ended_at,
        "agency": act.agency(task.ended_by_agency_id).name if task.ended_by_agency_id else "",
    }


def _version(words: Words, task: UserTask, version: Version, questions: list[Question]) -> dict[str, Any]:
    return {
        "number": version.number,
        "since": version.since,
        "reason": version.reason,
        "rows": [
            {
                "label": words.t.choose(question.label.words),
                "value": words.answer(task.form, question.name, version.values.get(question.name)),
                "changed": question.name in version.changed,
            }
            for question in questions
            if question.name in version.values or question.name in version.changed
        ],
    }


def _form(
    desk: Desk,
    task_id: str,
    *,
    relayed: bool = False,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    act, task = _seen(desk, task_id, relayed=relayed)
    form, words = corrections.form_of(act, task), Words(act.bundle, desk.t)
    # What that agency had answered is its own: whoever enters its correction writes the whole form anew.
    kept = {} if relayed else corrections.versions(act, task)[0].values
    values = _typed(desk, form) if desk.form else kept
    sections = _sections(desk, form, values, {q.name for q in corrections.seen(act, task)}, errors or {})
    return desk.render(
        "task_correct.html",
        status=status,
        task=_head(act, task, words),
        sections=sections,
        questions=[question for section in sections for question in section["questions"]],
        reasons=list(corrections.REASONS),
        reason=desk.text(REASON),
        speaker={"id": act.by.agency_id, "name": act.by.agency_name} if relayed else None,
        channels=list(Channel),
        values={name: desk.text(name) for name in (*behalf.SAID, "_happened_at")},
        errors=errors or {},
    )


def _sections(
    desk: Desk, form: FormDefinition, values: Mapping[str, Any], seen: set[str], errors: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The whole form on one page, filled in; what is not relevant is dropped on receipt."""
    found = [
        {
            "title": desk.t.choose(section.label.words),
            "questions": question_views(
                [q for q in section.questions if q.name in seen], values, desk.t, errors=errors
            ),
        }
        for section in form.sections
    ]
    return [section for section in found if section["questions"]]
