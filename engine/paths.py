"""The path bends: a stage skipped, repeated or begun early."""

from typing import Any

from sqlmodel import Session, select

from . import instances, participations
from . import reference as references
from .access import rules, visibility
from .act import Act, begin, begin_task
from .actor import Actor
from .errors import Conflict, Invalid
from .models.work import OPEN_TASK, ProcessInstance, UserTask
from .process.definitions import Bundle
from .process.feel import Kind

REASONS = ("done_elsewhere", "not_needed", "wish_of_person", "urgent", "decided_by_court")


def stages(bundle: Bundle) -> dict[str, dict[str, list[Any]]]:
    """The stages that can be begun early or repeated: every process that another one calls, with what it must be told.

    Of each input the values there are to choose from.
    """
    return {name: _inputs(bundle, name) for name in sorted(_called(bundle))}


def _called(bundle: Bundle) -> set[str]:
    return {name for process in bundle.processes.values() for name in process.calls.values()}


def _inputs(bundle: Bundle, stage: str) -> dict[str, list[Any]]:
    """Yes or no, or one of the codes over which some call of this process goes item by item."""
    found: dict[str, list[Any]] = {}
    for name, kind in bundle.processes[stage].inputs.items():
        lists = (e.expressions["collection"] for e in bundle.elements.values() if e.calls == stage and e.item)
        facts = {fact for each in lists for fact in each.names if bundle.facts[fact].kind is Kind.list}
        codes = dict.fromkeys(code for fact in sorted(facts) for code in bundle.facts[fact].values)
        found[name] = [True, False] if kind is Kind.boolean else list(codes)
    return found


def start_stage(session: Session, reference: str, stage: str, *, reason: str, inputs: dict[str, Any], by: Actor) -> str:
    """Begin a stage beside the path: early, or once more. Returns the instance's id."""
    act = _steer(session, reference, reason, by)
    known = stages(act.bundle)
    if stage not in known:
        raise Invalid(fields={"stage": ", ".join(known)})
    wrong = {
        name: ", ".join(str(value).lower() for value in known[stage].get(name, ["nothing"]))
        for name in known[stage].keys() | inputs.keys()
        if name not in known[stage] or inputs.get(name) not in known[stage][name]
    }
    if wrong:
        raise Invalid("Choose what this stage must be told.", fields=wrong)
    process = act.bundle.processes[stage]
    again = session.exec(
        select(UserTask.id).where(UserTask.case_id == act.case.id, UserTask.process == stage).limit(1)
    ).first()
    first = participations.FIRST_RESPONDER
    gone = first in process.lanes and participations.of_path(act, first) is None
    lanes = {first: act.case.opened_by_id} if gone else {}
    instance = instances.start(act, stage, inputs=inputs, lanes=lanes)
    act.record("stage.repeated" if again else "stage.begun_early", instance, process=stage, reason=reason)
    return instance.id


def skip(session: Session, task_id: str, *, reason: str, by: Actor, revision: int | None = None) -> UserTask:
    """Skip a step: of a stage, called or begun beside the path, the whole is left; of the path itself the one task.

    The closing of a case is not skipped: two people decide it.
    """
    act = begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    rules.check_coordinate(by, act.case)
    _check_reason(reason)
    check_skip(act, task)
    _skip(act, task, reason)
    return task


def check_skip(act: Act, task: UserTask) -> None:
    """A coordinator skips what is open, but never a step of the closing: that is decided by two people."""
    rules.check_coordinate(act.by, act.case)
    if task.status not in OPEN_TASK:
        raise Conflict("This step has already ended.")
    if task.process == act.bundle.country.closing:
        raise Conflict("Closing a case needs two people, so no step of it is skipped. Propose and approve it.")


def takes_stage(act: Act, task: UserTask) -> bool:
    """Whether skipping this step takes the whole stage with it, called by the path or begun beside it."""
    return bool(task.scope) or task.process in _called(act.bundle)


def _skip(act: Act, task: UserTask, reason: str) -> None:
    act.cause = task
    instance = act.session.get_one(ProcessInstance, task.instance_id)
    act.record("task.skipped", task, element=task.element, reason=reason)
    if takes_stage(act, task):
        instances.leave(act, instance, task.scope)
    else:
        instances.pass_by(act, instance, task, reason)


def _steer(session: Session, reference: str, reason: str, by: Actor) -> Act:
    case = visibility.case(session, references.read(reference) or "", by=by)
    act = begin(session, case.id, by)
    rules.check_coordinate(by, act.case)
    _check_reason(reason)
    return act


def _check_reason(reason: str) -> None:
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise Invalid(f"Choose why the path bends: {known}.", fields={"reason": known})
