"""A step done again: its token is put back where it stood, and what followed from it ends.

The tree keeps no history, so what followed is read from the drawing: whatever lies behind the step. That is sound while
nothing from elsewhere has been merged into it; where it has, or where a join would wait for a token that has already
passed, the step is not reopened.
"""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from . import specs
from .elements import Element, Kind
from .faults import OpenAgain, PassedBy
from .running import Running


def reopen(running: Running, scope: str, element: str) -> None:
    """Put a token back at a user task of a running scope; what followed from it in this scope is cancelled.

    Where the scope has ended, the one call of its process begins again, and opens at the step.
    """
    workflow = next((each for each in running.live() if _is_in(running, each, scope, element)), None)
    if workflow is not None:
        _again(workflow, element)
        return
    call = _call_of(running, element)
    _check_alone(running.subprocess_specs[call.calls], element)
    task = _again(running, call.id)
    if isinstance(task.task_spec, BoundaryEventSplit):
        task.run()
        task = next(child for child in task.children if isinstance(child.task_spec, specs.CallActivity))
    open_at(running.subprocesses[task.id], element)


def open_at(workflow: Any, element: str) -> None:
    """Let a scope that has just begun, and in which nothing has run yet, open at this step."""
    _check_alone(workflow.spec, element)
    for task in list(_tokens(workflow)):
        task.cancel()
    _put(workflow, _entry(workflow.spec, element))


def _is_in(running: Running, workflow: Any, scope: str, element: str) -> bool:
    return element in workflow.spec.task_specs and running.scope(workflow.task_tree) == scope


def _call_of(running: Running, element: str) -> Element:
    """The one call activity of an instance that calls the process of a step, and calls it once, not item by item."""
    step = running.bundle.elements[element]
    calls = [e for e in running.process.elements.values() if e.kind is Kind.CALL and e.calls == step.process]
    if len(calls) != 1 or calls[0].item or calls[0].within or step.within:
        raise PassedBy()
    return calls[0]


def _again(workflow: Any, element: str) -> Task:
    entry = _entry(workflow.spec, element)
    for task in _followed(workflow, entry, element):
        task.cancel()
    return _put(workflow, entry)


def _entry(spec: Any, element: str) -> Any:
    """Where a token comes to an element: before its boundary events, if it has any."""
    found = spec.task_specs.get(element)
    if not isinstance(found, specs.UserTask | specs.CallActivity):
        raise PassedBy()
    before = found.inputs
    return before[0] if len(before) == 1 and isinstance(before[0], BoundaryEventSplit) else found


def _put(workflow: Any, entry: Any) -> Task:
    """A token arrives here. It hangs under the root: where it came from has long been forgotten."""
    task: Task = workflow.task_tree._add_child(entry, TaskState.FUTURE)
    task.triggered = True
    task.task_spec._predict(task, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
    task.task_spec._update(task)
    return task


def _followed(workflow: Any, entry: Any, element: str) -> list[Task]:
    """The tokens that stand behind a step. Refused where one may be somebody else's as well, or comes to it yet."""
    tokens = list(_tokens(workflow))
    if any(task.task_spec.name == element for task in tokens):
        raise OpenAgain()
    _check_alone(workflow.spec, element)
    ahead, own = _ahead([entry]), _own(workflow.spec, entry)
    followed = [task for task in tokens if _place(task) in ahead]
    elsewhere = [task for task in tokens if _place(task) not in ahead]
    if any(entry in _ahead([task.task_spec]) for task in elsewhere):
        raise OpenAgain()
    if elsewhere and any(_place(task) not in own for task in followed):
        raise PassedBy()
    return followed


def _check_alone(spec: Any, element: str) -> None:
    """Behind the step no join may wait for a flow that does not come from it: its token may have passed long ago."""
    entry = _entry(spec, element)
    own = _own(spec, entry)
    for join in _ahead([entry]):
        if isinstance(join, specs.ParallelGateway) and not own.issuperset(join.inputs):
            raise PassedBy()


def _own(spec: Any, entry: Any) -> set[Any]:
    """What can only be come to by way of this entry."""
    return _ahead([entry]) - _ahead([spec.start], without=entry)


def _tokens(workflow: Any) -> Iterator[Task]:
    """What is under way in a workflow: unfinished tasks that nothing unfinished has to come before.

    A token that has reached an end and waits there for the others is under way no longer.
    """
    for task in list(workflow.tasks.values()):
        if task.has_state(TaskState.NOT_FINISHED_MASK) and task.task_spec is not workflow.spec.end:
            before = task.parent
            if before is None or before.state == TaskState.COMPLETED:
                yield task


def _place(task: Task) -> Any:
    """Where a token stands; of one that waits at a join, the end of the flow by which it came."""
    if isinstance(task.task_spec, specs.TokenJoin) and task.state == TaskState.WAITING:
        return task.workflow.spec.task_specs[task.internal_data[specs.ARRIVED_FROM]]
    return task.task_spec


def _ahead(start: list[Any], without: Any = None) -> set[Any]:
    """Everything that a token standing here can come to, where it stands included."""
    found, todo = set[Any](), [spec for spec in start if spec is not without]
    while todo:
        spec = todo.pop()
        if spec not in found:
            found.add(spec)
            todo += [after for after in spec.outputs if after is not without]
    return found
