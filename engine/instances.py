"""The one door through which a process advances, and the one place that writes what follows from it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from . import alarms, deadlines, messages, offers, participations, scopes, vault
from .act import Act
from .errors import Fault
from .models.cases import CaseStatus, DecisionMade, Message
from .models.columns import new_id
from .models.work import (
    HELD_HANDOFF,
    OPEN_TASK,
    PENDING_HANDOFF,
    Catch,
    DeadlineKind,
    DeadlineState,
    Handoff,
    ProcessInstance,
    TaskStatus,
    UserTask,
)
from .process import runtime
from .process.definitions import Bundle
from .process.elements import Outcome
from .process.runtime import OpenTask, Step

# complete, fire, deliver and leave of the runtime: bundle, process, instance, state, facts, and what it is done to
Operation = Callable[[Bundle, str, str, bytes, Mapping[str, Any], str], Step]


def start(
    act: Act, process: str, *, inputs: dict[str, Any] | None = None, lanes: dict[str, str] | None = None, at: str = ""
) -> ProcessInstance:
    """Start a process in this case, or open it `at` one of its steps.

    `lanes` names the agencies that fill lanes from the beginning. One that takes part no more fills none: the step is
    offered to others.
    """
    instance = ProcessInstance(
        id=new_id(),
        case_id=act.case.id,
        process=process,
        bundle_id=act.bundle.hash,
        state=b"",
        started_at=act.at,
    )
    act.session.add(instance)
    act.session.flush()
    act.record("instance.started", instance, process=process)
    for lane, agency_id in (lanes or {}).items():
        if act.agency(agency_id).active:
            participations.join(act, instance.id, "", lane, agency_id)
    _advance(act, instance, lambda: runtime.start(act.bundle, process, instance.id, act.facts, inputs or {}, at))
    return instance


def complete(act: Act, instance: ProcessInstance, task: UserTask) -> None:
    """A person has completed a task: go on from there."""
    _go_on(act, instance, runtime.complete, task.id)


def pass_by(act: Act, instance: ProcessInstance, task: UserTask, reason: str) -> None:
    """A task is not done, for a coded reason, and the path goes on as if it had been."""
    cancel_task(act, task, reason)
    complete(act, instance, task)


def fire(act: Act, instance: ProcessInstance, timer_id: str) -> None:
    """A clock of the drawing has run out."""
    _go_on(act, instance, runtime.fire, timer_id)


def deliver(act: Act, instance: ProcessInstance, catch_id: str) -> None:
    """A message has reached the one step that waits for it."""
    _go_on(act, instance, runtime.deliver, catch_id)


def leave(act: Act, instance: ProcessInstance, scope: str) -> None:
    """A called process is not wanted any longer: its tasks end, and the path goes on behind it.

    Without a scope it is one that was begun beside the path, behind which nothing goes on.
    """
    if scope:
        _go_on(act, instance, runtime.leave, scope)
    else:
        cancel(act, instance, _why(act))


def foresee_reopening(act: Act, instance: ProcessInstance, task: UserTask) -> Step:
    """What would follow if the path went back to a step that was done; nothing is changed."""
    state = _state(act, instance)
    return runtime.reopen(act.bundle, instance.process, instance.id, state, act.facts, task.scope, task.element)


def reopen(act: Act, instance: ProcessInstance, step: Step) -> None:
    """Go back to a step, as foreseen."""
    _advance(act, instance, lambda: step)


def _go_on(act: Act, instance: ProcessInstance, operation: Operation, about: str) -> None:
    """Let the runtime do one thing, to what `about` names, from the state that is kept."""
    state = _state(act, instance)
    _advance(act, instance, lambda: operation(act.bundle, instance.process, instance.id, state, act.facts, about))


def timers(act: Act, instance: ProcessInstance) -> list[runtime.ArmedTimer]:
    """The clocks of the drawing that run in a process now."""
    state = _state(act, instance)
    return runtime.open_work(act.bundle, instance.process, instance.id, state, act.facts)[1]


def send(act: Act, name: str, payload: dict[str, Any]) -> Message:
    """Send a message to this case: it begins processes beside the others, or reaches the step that waits for it.

    Whoever sends it, a person, a program or the drawing: what the country calls somebody for is called out. While such
    a process is under way, the message is one more report of it, and nothing is begun twice.
    """
    begun = act.bundle.started_by(name)
    message = messages.send(act, name, payload)
    urgent = alarms.call_out(act, name)
    if not begun:
        for instance in act.session.exec(running(act)).all():
            _hand_over(act, instance)
        return message
    messages.take(act, message, None)
    present = {instance.process for instance in act.session.exec(running(act)).all()} if urgent else set()
    for process in begun:
        if process.id not in present:
            start(act, process.id)
    return message


def running(act: Act) -> SelectOfScalar[ProcessInstance]:
    """The query for the instances of this case that have not ended."""
    return select(ProcessInstance).where(
        ProcessInstance.case_id == act.case.id, col(ProcessInstance.ended_at).is_(None)
    )


def _state(act: Act, instance: ProcessInstance) -> bytes:
    return vault.of(act.session).open(
        instance.state,
        case_id=act.case.id,
        domain="operational",
        place=f"process_instance.state:{instance.id}",
    )


def _advance(act: Act, instance: ProcessInstance, step: Callable[[], Step]) -> None:
    try:
        made = step()
    except Fault as fault:
        fault.where = (act.case.id, instance.id, act.cause.element if act.cause else "")
        raise
    _write(act, instance, made)
    _hand_over(act, instance)


def _hand_over(act: Act, instance: ProcessInstance) -> None:
    """Messages that came before their step was ready are taken as soon as it is."""
    while (waiting := messages.next_for(act, instance)) is not None:
        message, catch = waiting
        messages.take(act, message, catch)
        deliver(act, instance, catch.id)


def _write(act: Act, instance: ProcessInstance, step: Step) -> None:
    """Everything that follows from one step, in the order in which it is read afterwards."""
    if (facts := _facts(act, step)) != act.facts:
        act.facts = facts
        act.seal_facts()
        act.session.add(act.case)
    instance.state = vault.of(act.session).seal(
        step.state, case_id=act.case.id, domain="operational", place=f"process_instance.state:{instance.id}"
    )
    act.session.add(instance)
    for made in step.decisions:
        _keep_decision(act, instance, made)
    _close_tasks(act, step)
    for ended in step.scopes_ended:
        scopes.end(act, instance, ended.scope, ended.outcome, ended.end_event)
    _set_timers(act, instance, step)
    messages.await_them(act, instance, step)
    for task in step.opened:
        _open_task(act, instance, task)
    for sent in step.sent:
        send(act, sent.name, {})
    if step.finished:
        _finish(act, instance, step)


def _facts(act: Act, step: Step) -> dict[str, Any]:
    """The facts after a step. What a table says now was not said before the system."""
    if not act.before_system:
        return step.facts
    return step.facts | {name: act.facts[name] for made in step.decisions for name in made.outputs}


def _keep_decision(act: Act, instance: ProcessInstance, made: runtime.DecisionMade) -> None:
    if act.before_system:
        return
    row = DecisionMade(
        id=(row_id := new_id()),
        case_id=act.case.id,
        instance_id=instance.id,
        element=made.element,
        decision=made.decision,
        rules=list(made.rules),
        detail=vault.of(act.session).seal_json(
            {"inputs": made.inputs, "outputs": made.outputs},
            case_id=act.case.id,
            domain="operational",
            place=f"decision_made.detail:{row_id}",
        ),
        made_at=act.at,
    )
    act.session.add(row)
    act.record("decision.made", row, element=made.element, decision=made.decision, rules=list(made.rules))


def _close_tasks(act: Act, step: Step) -> None:
    if not step.closed:
        return
    closed = act.session.exec(select(UserTask).where(col(UserTask.id).in_(step.closed))).all()
    offered = [task for task in closed if task.status is TaskStatus.AWAITING]
    for task in closed:
        cancel_task(act, task, _why(act))
    for task in offered:  # the offers of the lane have ended with it, but not what else the lane still owes
        if (waiting := offers.waiting(act, task)) is not None:
            offers.make(act, waiting)


def _why(act: Act) -> str:
    return "withdrawn_by_person" if act.withdrawn else offers.MOVED_ON


def cancel_task(act: Act, task: UserTask, reason: str) -> None:
    """A task that is no longer owed: its offers are recalled, its clocks stop, nobody is expected any more."""
    if task.status not in OPEN_TASK:
        return
    task.status = TaskStatus.CANCELLED
    task.ended_at = act.at
    task.end_reason = reason
    task.revision += 1
    act.session.add(task)
    act.record("task.cancelled", task, element=task.element, reason=reason)
    deadlines.stop(act, DeadlineState.CANCELLED, task.id)
    for journey in [d for d in act.deadlines() if d.kind is DeadlineKind.ARRIVAL and d.task_id == task.id]:
        deadlines.stop(act, DeadlineState.CANCELLED, journey.about_id)
    alarms.settle(act, task.id)
    for handoff in offers.pending(act, task):
        offers.end_pending(act, handoff)


def _set_timers(act: Act, instance: ProcessInstance, step: Step) -> None:
    for timer_id in step.disarmed:
        deadlines.stop(act, DeadlineState.CANCELLED, timer_id)
    for timer in step.armed:
        if deadlines.start(act, DeadlineKind.TIMER, timer.clock, timer.id, instance_id=instance.id) is None:
            raise Fault(f"The clock “{timer.clock}” counts from something that is not known yet. Nothing was changed.")


def _open_task(act: Act, instance: ProcessInstance, opened: OpenTask) -> None:
    holder = participations.holder(act, instance, opened) or participations.inherit(act, instance, opened)
    task = UserTask(
        id=opened.id,
        case_id=act.case.id,
        instance_id=instance.id,
        scope=opened.scope,
        process=act.bundle.elements[opened.element].process,
        element=opened.element,
        lane=opened.lane or "",
        name=opened.name,
        form=opened.form or "",
        service=opened.service or "",
        purpose=opened.purpose or "",
        urgent=opened.urgent,
        place=opened.place,
        moves=opened.moves or "",
        accept=opened.accept or "",
        inputs=opened.inputs,
        status=TaskStatus.AWAITING,
        accountable_id=act.giver_id,
        giver_id=act.giver_id,
        opened_at=act.at,
    )
    if opened.due:
        deadline = deadlines.start(act, DeadlineKind.DUTY, opened.due, task.id, task_id=task.id)
        task.due_at = deadline.due_at if deadline else None
    act.session.add(task)
    if holder is None or task.moves:
        act.session.flush()  # what refers to the task is written after it
    act.record("task.opened", task, element=task.element, lane=task.lane, clock=opened.due)
    if holder is None and not act.before_system:
        offers.make(act, task)
    elif holder is not None:
        offers.open_at(act, task, holder, journey="" if act.staying else task.moves)


def cancel(act: Act, instance: ProcessInstance, reason: str) -> None:
    """Stop a process where it stands: its tasks, offers, clocks and waiting steps end with a coded reason."""
    instance.ended_at = act.at
    instance.outcome = reason
    act.session.add(instance)
    act.record("instance.cancelled", instance, process=instance.process, reason=reason)
    query = select(UserTask).where(UserTask.instance_id == instance.id, col(UserTask.status).in_(OPEN_TASK))
    for task in act.session.exec(query).all():
        cancel_task(act, task, reason)
    for deadline in act.deadlines():
        if deadline.instance_id == instance.id:
            deadlines.stop(act, DeadlineState.CANCELLED, deadline.about_id)
    for catch in act.session.exec(select(Catch).where(Catch.instance_id == instance.id)).all():
        act.session.delete(catch)
    live = col(Handoff.state).in_((*HELD_HANDOFF, *PENDING_HANDOFF))  # a lane is offered on when its last step is done
    handed = act.session.exec(select(Handoff.scope).where(Handoff.instance_id == instance.id, live)).all()
    filled = {p.scope for p in act.participations() if p.instance_id == instance.id}
    for scope in sorted({*filled, *handed}):  # a coordinator holds a part without a participation
        scopes.end(act, instance, scope, Outcome.INTERRUPTED, reason)


def _finish(act: Act, instance: ProcessInstance, step: Step) -> None:
    instance.ended_at = act.at
    instance.outcome = step.end_event or ""
    act.record("instance.ended", instance, process=instance.process, outcome=instance.outcome)
    if instance.process in (act.bundle.country.spine, act.bundle.country.closing):
        close(act, str(act.facts.get("closure_reason") or ""))


def close(act: Act, reason: str) -> None:
    """The case ends, and whatever still accompanied it with it."""
    act.case.status = CaseStatus.CLOSED
    act.case.closed_at = act.at
    act.case.close_reason = reason
    act.session.add(act.case)
    act.record("case.closed", act.case, reason=reason)
    for other in act.session.exec(running(act)).all():
        cancel(act, other, "case_closed")
