"""A case taken over that already runs on paper: it stands at its stage, and what came before is not made up."""

from typing import Any

from sqlmodel import Session, col, select

from . import cases, deadlines, instances, offers, paths
from .access import rules
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid
from .models.cases import Case
from .models.work import OPEN_TASK, DeadlineState, ProcessInstance, TaskStatus, UserTask
from .process.definitions import Bundle
from .process.elements import Element

TAKEN_OVER = "case_taken_over"
BEFORE = "before_system"
MOST_STEPS = 40


def take_over(session: Session, stage: str, *, region: str | None, facts: dict[str, Any], by: Actor) -> Case:
    """Open a case that has been running on paper, at a stage: what came before is recorded as before the system.

    `facts` are those known from the paper; only facts declared for the message `case_taken_over` are taken. On the way
    to the stage nobody is asked, nothing is decided and nobody is alarmed; what stands beside the way stays open.
    """
    rules.check_coordinator(by)
    case = cases.open_case(session, by=by, region=region)
    session.flush()
    act = begin(session, case.id, by)
    if stage not in {*paths.stages(act.bundle), *act.bundle.elements}:
        raise Invalid(fields={"stage": ", ".join(paths.stages(act.bundle))})
    act.record("case.taken_over", act.case, stage=stage)
    act.before_system = True
    instances.send(act, TAKEN_OVER, {name: act.bundle.facts[name].read(v) for name, v in _known(act, facts).items()})
    _walk(act, stage)
    act.before_system = False
    for task in _open_tasks(act):
        if task.status is TaskStatus.AWAITING:
            offers.make(act, task)
    return case


def known_on_paper(bundle: Bundle) -> list[str]:
    """The facts that may be taken from the paper of a case that is taken over."""
    return [name for name, fact in bundle.facts.items() if fact.message == TAKEN_OVER]


def _walk(act: Act, stage: str) -> None:
    way = _way(act.bundle, act.bundle.country.spine, stage)
    for _ in range(MOST_STEPS):
        if stage in _stands_at(act):
            return
        if not _step_on(act, way):
            break
    raise Conflict("The path does not lead to this stage with what is known. Check the facts, or choose another stage.")


def _way(bundle: Bundle, process: str, stage: str) -> set[str]:
    """Every step from which the path can still come to a stage, those of called processes included."""
    elements = bundle.processes[process].elements.values()
    inside = {e.id: _way(bundle, e.calls, stage) for e in elements if e.calls and e.calls != stage}
    found = {e.id for e in elements if e.id == stage or e.calls == stage or _holds(bundle, e, stage)}
    todo, before = list(found), set[str]()
    while todo:
        target = todo.pop()
        sources = {source for e in elements if e.id == target for source in _sources(e)} - before
        before |= sources
        todo += sources
    called = {id for call in before & inside.keys() for id in _every(bundle, bundle.elements[call].calls or "")}
    return before | called | {id for call in found & inside.keys() for id in inside[call]}


def _sources(element: Element) -> set[str]:
    """The elements right before one; of an event on the edge of an activity, that activity."""
    return {flow.source for flow in element.incoming} | ({element.attached_to} if element.attached_to else set())


def _holds(bundle: Bundle, element: Element, stage: str) -> bool:
    return bool(element.calls) and stage in _every(bundle, element.calls or "")


def _every(bundle: Bundle, process: str) -> set[str]:
    """Every element and process that a process holds, with what it calls."""
    elements = bundle.processes[process].elements.values()
    inside = (_every(bundle, e.calls) | {e.calls} for e in elements if e.calls)
    return {e.id for e in elements}.union(*inside)


def _stands_at(act: Act) -> set[str]:
    """The elements and processes at which the path itself stands now."""
    found = {name for task in _open_tasks(act) for name in (task.element, task.process)}
    timers = [act.bundle.elements[timer.element] for _, timer in _clocks(act)]
    return found | {name for element in timers for name in (element.id, element.process)}


def _step_on(act: Act, way: set[str]) -> bool:
    """Go one step on towards the stage: a task on the way to it was done on paper, a clock has passed."""
    for task in _open_tasks(act):
        if task.element in way:
            act.cause = task
            act.record("task.skipped", task, element=task.element, reason=BEFORE)
            instances.pass_by(act, act.session.get_one(ProcessInstance, task.instance_id), task, BEFORE)
            return True
    for instance, timer in _clocks(act):
        if timer.element in way:
            deadlines.stop(act, DeadlineState.CANCELLED, timer.id)
            instances.fire(act, instance, timer.id)
            return True
    return False


def _clocks(act: Act) -> list[tuple[ProcessInstance, Any]]:
    """The clocks of the drawing that run on the path itself."""
    spine = [i for i in act.session.exec(instances.running(act)).all() if i.process == act.bundle.country.spine]
    return [(instance, timer) for instance in spine for timer in instances.timers(act, instance)]


def _known(act: Act, facts: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(name for name in facts if name not in act.bundle.facts)
    if unknown:
        raise Invalid(f"These are not facts of a case: {', '.join(unknown)}.", fields=dict.fromkeys(unknown, ""))
    return facts


def _open_tasks(act: Act) -> list[UserTask]:
    query = select(UserTask).where(UserTask.case_id == act.case.id, col(UserTask.status).in_(OPEN_TASK))
    return list(act.session.exec(query.order_by(col(UserTask.opened_at), UserTask.id)).all())
