"""The path bends: a stage skipped, repeated or begun early, and a case taken over that already runs on paper."""

from typing import Any

from sqlmodel import Session, col, select

from . import cases, instances
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid
from .models.cases import Case
from .models.work import OPEN_TASK, ProcessInstance, UserTask

REASONS = ("done_elsewhere", "not_needed", "wish_of_person", "urgent", "decided_by_court", "before_system")
TAKEN_OVER = "case_taken_over"
BEFORE = "before_system"
MOST_STEPS = 40


def stages(act: Act) -> list[str]:
    """The stages that can be begun early or repeated: every process that another one calls and that needs no input."""
    called = {name for process in act.bundle.processes.values() for name in process.calls.values()}
    return sorted(called)


def start_stage(session: Session, reference: str, stage: str, *, reason: str, inputs: dict[str, Any], by: Actor) -> str:
    """Begin a stage beside the path: early, or once more. Returns the instance's id."""
    act = _steer(session, reference, reason, by)
    if stage not in stages(act):
        raise Invalid(f"Choose a stage: {', '.join(stages(act))}.", fields={"stage": ""})
    process = act.bundle.processes[stage]
    missing = set(process.inputs) - set(inputs)
    if missing or set(inputs) - set(process.inputs):
        raise Invalid(f"This stage takes: {', '.join(process.inputs) or 'nothing'}.", fields={"inputs": ""})
    again = session.exec(
        select(UserTask.id).where(UserTask.case_id == act.case.id, UserTask.process == stage).limit(1)
    ).first()
    lanes = {"first_responder": act.case.opened_by_id} if "first_responder" in process.lanes else {}
    instance = instances.start(act, stage, inputs=inputs, lanes=lanes)
    act.record("stage.repeated" if again else "stage.begun_early", instance, process=stage, reason=reason)
    return instance.id


def skip(session: Session, task_id: str, *, reason: str, by: Actor, revision: int | None = None) -> UserTask:
    """Skip a step: of a called process the whole process is left, of the path itself the one task."""
    case_id = select(UserTask.case_id).where(UserTask.id == task_id).scalar_subquery()
    act = begin(session, case_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    rules.check_coordinate(by, act.case)
    _check_reason(reason)
    _skip(act, task, reason)
    return task


def take_over(session: Session, stage: str, *, region: str | None, facts: dict[str, Any], by: Actor) -> Case:
    """Open a case that has been running on paper, at a stage: what came before is recorded as before the system.

    `facts` are those known from the paper; only facts declared for the message `case_taken_over` are taken.
    """
    case = cases.open_case(session, by=by, region=region)
    session.flush()
    act = begin(session, case.id, by)
    if stage not in {*stages(act), *act.bundle.elements}:
        raise Invalid("Choose the stage at which the case stands.", fields={"stage": ""})
    instances.send(act, TAKEN_OVER, {name: act.bundle.facts[name].read(v) for name, v in _known(act, facts).items()})
    for _ in range(MOST_STEPS):
        tasks = _open_tasks(act)
        if any(stage in (task.element, task.process) for task in tasks):
            return case
        if not tasks:
            break
        _skip(act, tasks[0], BEFORE)
    raise Conflict("The path does not lead to this stage with what is known. Check the facts, or choose another stage.")


def _known(act: Act, facts: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(name for name in facts if name not in act.bundle.facts)
    if unknown:
        raise Invalid(f"These are not facts of a case: {', '.join(unknown)}.", fields=dict.fromkeys(unknown, ""))
    return facts


def _open_tasks(act: Act) -> list[UserTask]:
    """Open steps, those of the path itself and of identification before the services that stand beside them."""
    query = select(UserTask).where(UserTask.case_id == act.case.id, col(UserTask.status).in_(OPEN_TASK))
    found = act.session.exec(query.order_by(col(UserTask.opened_at), UserTask.id)).all()
    return sorted(found, key=lambda task: (task.purpose != "" and task.scope != "", task.opened_at))


def _skip(act: Act, task: UserTask, reason: str) -> None:
    if task.status not in OPEN_TASK:
        raise Conflict("This step has already ended.")
    act.cause = task
    instance = act.session.get_one(ProcessInstance, task.instance_id)
    act.record("task.skipped", task, element=task.element, reason=reason)
    if task.scope and reason != BEFORE:
        instances.leave(act, instance, task.scope)
        return
    instances.cancel_task(act, task, reason)
    instances.complete(act, instance, task)


def _steer(session: Session, reference: str, reason: str, by: Actor) -> Act:
    case = visibility.case(session, reference, by=by)
    act = begin(session, case.id, by)
    rules.check_coordinate(by, act.case)
    _check_reason(reason)
    return act


def _check_reason(reason: str) -> None:
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise Invalid(f"Choose why the path bends: {known}.", fields={"reason": known})
