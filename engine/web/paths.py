"""The path bends: a step skipped, a stage begun early or again, a clock extended, a case taken over from paper."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import cases, deadlines, paths, takeovers
from ..access import rules, visibility
from ..act import Act
from ..errors import Conflict, Invalid, NotFound
from ..models.cases import Case
from ..models.work import UserTask
from ..process.definitions import Bundle
from ..process.elements import Kind
from ..process.feel import Kind as ValueKind
from . import bends, corrections, path
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()
TO_BEGIN = tuple(reason for reason in paths.REASONS if reason != "not_needed")


@router.get("/tasks/{task_id}/skip")
def doubt(task_id: str, desk: Reader) -> Response:
    """Skip this step?"""
    return _skip_page(desk, visibility.task(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/skip")
def skip(task_id: str, desk: Writer) -> Response:
    """Skip it, with a coded reason."""
    if desk.text("reason") not in paths.REASONS:
        task = visibility.task(desk.session, task_id, by=desk.by)
        return _skip_page(desk, task, errors={"reason": desk.t("choose.one")}, status=422)

    def do() -> str:
        task = paths.skip(desk.session, task_id, reason=desk.text("reason"), by=desk.by, revision=desk.revision())
        return f"/cases/{_reference(desk, task)}?done=skipped"

    return desk.once(do)


@router.get("/tasks/{task_id}/extension")
def need(task_id: str, desk: Reader) -> Response:
    """Does the duty need more time?"""
    return _extension_page(desk, visibility.task(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/extension")
def extend(task_id: str, desk: Writer) -> Response:
    """Give the duty more days, with a coded reason."""
    days = desk.text("days")
    number = int(days) if days.isdecimal() and len(days) < 5 else 0
    most = _most(desk, visibility.task(desk.session, task_id, by=desk.by))
    wrong = {
        "reason": "" if desk.text("reason") in deadlines.REASONS else desk.t("choose.one"),
        "days": "" if 1 <= number <= most else desk.t("choose.days", most=most),
    }
    if errors := {name: text for name, text in wrong.items() if text}:
        return _extension_page(desk, visibility.task(desk.session, task_id, by=desk.by), errors=errors, status=422)

    def do() -> str:
        task = visibility.task(desk.session, task_id, by=desk.by)
        clock = bends.clock_to_extend(acts.look(desk.session, task.case_id, desk.by), task)
        cases.extend(desk.session, clock.id if clock else "", days=number, reason=desk.text("reason"), by=desk.by)
        return f"/tasks/{task_id}?done=extended"

    return desk.once(do)


@router.get("/cases/{reference}/stages")
def stages(reference: str, desk: Reader) -> Response:
    """What waits for a decision, and which stage may be begun early or again."""
    return _stages_page(desk, reference)


@router.post("/cases/{reference}/stages")
def start(reference: str, desk: Writer) -> Response:
    """Begin a stage beside the path."""
    stage, reason = desk.text("stage"), desk.text("reason")
    wrong = {
        "stage": "" if stage else desk.t("choose.one"),
        "reason": "" if reason in TO_BEGIN else desk.t("choose.one"),
    }
    if errors := {name: text for name, text in wrong.items() if text}:
        return _stages_page(desk, reference, errors=errors, status=422)

    def do() -> str:
        inputs = _inputs(cases.read(desk.session, reference, by=desk.by).bundle, desk, stage)
        paths.start_stage(desk.session, reference, stage, reason=reason, inputs=inputs, by=desk.by)
        return f"/cases/{reference}?done=begun"

    return desk.once(do)


@router.get("/takeover")
def from_paper(desk: Reader) -> Response:
    """At which stage does a case stand that has been running on paper, and what is known of it?"""
    return _paper_page(desk)


@router.post("/takeover")
def take_over(desk: Writer) -> Response:
    """Open a case at a stage; its earlier steps are recorded as before the system."""
    facts = _on_paper(desk, cases.current_bundle(desk.session))

    def do() -> str:
        case = takeovers.take_over(
            desk.session, desk.text("stage"), region=desk.text("region"), facts=facts, by=desk.by
        )
        return f"/cases/{case.reference}?done=taken_over"

    errors = {name: desk.t("choose.one") for name in ("stage", "region") if not desk.text(name)}
    try:
        return _paper_page(desk, errors=errors, status=422) if errors else desk.once(do)
    except Invalid as refused:
        if "region" not in refused.fields:  # that is checked before anything is done
            raise
        return _paper_page(desk, errors=desk.t.said_all(refused.fields, refused.message), status=422)


def _skip_page(desk: Desk, task: UserTask, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, task.case_id, desk.by)
    paths.check_skip(act, task)
    words = Words(act.bundle, desk.t)
    stage = str(words.process(task.process)) if paths.takes_stage(act, task) else ""
    return _reason_page(
        desk, act, task, what="skip", meaning=desk.t("skip.stage", stage=stage) if stage else desk.t("skip.meaning"),
        family="bend", codes=paths.REASONS, errors=errors or {}, status=status,
    )  # fmt: skip


def _most(desk: Desk, task: UserTask) -> int:
    """By how many days this person may extend the clock of a duty at once."""
    act = acts.look(desk.session, task.case_id, desk.by)
    clock = bends.clock_to_extend(act, task)
    return deadlines.longest(act, clock) if clock else deadlines.LONGEST


def _extension_page(desk: Desk, task: UserTask, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, task.case_id, desk.by)
    clock = bends.clock_to_extend(act, task)
    if clock is None:
        raise Conflict("Only a duty or a timer that still runs can be extended.")
    due = desk.t.moment(clock.due_at)
    return _reason_page(
        desk, act, task, what="extension", meaning=desk.t.rich("extension.meaning", due=due, source=clock.source),
        family="extend", codes=deadlines.REASONS, errors=errors or {}, status=status, days=desk.text("days") or "10",
    )  # fmt: skip


def _reason_page(
    desk: Desk,
    act: Act,
    task: UserTask,
    *,
    what: str,
    meaning: Any,
    family: str,
    codes: tuple[str, ...],
    errors: dict[str, Any],
    status: int,
    days: str | None = None,
) -> Response:
    return desk.render(
        "act_reason.html",
        status=status,
        about={"reference": act.case.reference, "name": Words(act.bundle, desk.t).task(task)},
        title=desk.t(f"{what}.title"),
        meaning=meaning,
        action=f"/tasks/{task.id}/{what}",
        revision=task.revision,
        family=family,
        codes=list(codes),
        days=days,
        button=desk.t(f"{what}.button"),
        errors=errors,
    )


def _stages_page(desk: Desk, reference: str, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    act = cases.read(desk.session, reference, by=desk.by)
    rules.check_coordinate(desk.by, act.case)
    words = Words(act.bundle, desk.t)
    return desk.render(
        "case_stages.html",
        status=status,
        case={"reference": act.case.reference},
        undecided=corrections.undecided(act, words),
        stages=[
            {"code": stage, "name": words.process(stage), "inputs": [_asked(words, *one) for one in inputs.items()]}
            for stage, inputs in paths.stages(act.bundle).items()
        ],
        reasons=list(TO_BEGIN),
        values={"stage": desk.text("stage"), "reason": desk.text("reason")},
        errors=errors or {},
    )


def _asked(words: Words, name: str, values: list[Any]) -> dict[str, Any]:
    """One thing a stage must be told: yes or no, or a service."""
    said = [("yes" if value else "no") if isinstance(value, bool) else value for value in values]
    family = "yes_no" if values and isinstance(values[0], bool) else "service"
    return {"name": name, "label": words.t(f"stage.input.{name}"), "codes": said, "family": family}


def _inputs(bundle: Bundle, desk: Desk, stage: str) -> dict[str, Any]:
    """What was chosen for a stage, as the process takes it."""
    asked = paths.stages(bundle).get(stage, {})
    given = {name: desk.text(f"{stage}.{name}") for name in asked}
    if missing := [name for name, text in given.items() if not text]:
        raise Invalid(fields={f"{stage}.{name}": desk.t.plain("choose.one") for name in missing})
    return {n: text == "yes" if isinstance(asked[n][0], bool) else text for n, text in given.items()}


def _paper_page(desk: Desk, *, errors: dict[str, Any] | None = None, status: int = 200) -> Response:
    if not desk.by.is_coordinator:
        raise NotFound()
    bundle = cases.current_bundle(desk.session)
    words = Words(bundle, desk.t)
    return desk.render(
        "case_take_over.html",
        status=status,
        stages=_standing(words),
        regions=[{"code": code, "name": words.region(code)} for code in bundle.country.regions],
        facts=[_fact(words, name) for name in takeovers.known_on_paper(bundle)],
        values={name: desk.text(name) for name in ("stage", "region", *takeovers.known_on_paper(bundle))}
        | _on_paper(desk, bundle),
        errors=errors or {},
    )


def _on_paper(desk: Desk, bundle: Bundle) -> dict[str, Any]:
    """What was entered of the paper: of a list of codes all that were ticked."""
    found: dict[str, Any] = {}
    for name in takeovers.known_on_paper(bundle):
        several = bundle.facts[name].kind is ValueKind.list
        found[name] = [text for text in desk.form.getlist(name) if text] if several else desk.text(name)
    return {name: value for name, value in found.items() if value}


def _standing(words: Words) -> list[dict[str, str]]:
    """The stages of the path in their order: its own steps, and what it calls."""
    found: dict[str, str] = {}
    for element in path.in_order(words.bundle.processes[words.bundle.country.spine]):
        if element.kind is Kind.CALL:
            found.setdefault(element.calls or "", str(words.process(element.calls or "")))
        else:
            found.setdefault(element.id, str(words.element(element.id)))
    return [{"code": code, "name": name} for code, name in found.items()]


def _fact(words: Words, name: str) -> dict[str, Any]:
    """A fact as a question: by the question of a form that sets it, which is translated."""
    fact = words.bundle.facts[name]
    asked = [q for form in words.bundle.forms.values() for q in form.stored if q.fact == name]
    label = words.t.choose(asked[0].label.words) if asked else words.t.drawn(fact.meaning)
    labels = {choice.code: choice.label.words for question in asked for choice in question.choices}
    codes = fact.values or (("true", "false") if fact.type == "boolean" else ())
    return {
        "name": name,
        "label": label,
        "choices": [{"code": code, "name": str(words.t.choose(labels.get(code, {"en": code})))} for code in codes],
        "number": fact.type == "number",
        "several": fact.kind is ValueKind.list,
    }


def _reference(desk: Desk, task: UserTask) -> str:
    return desk.session.get_one(Case, task.case_id).reference
