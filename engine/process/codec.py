"""The state of an instance as bytes: its live tasks only, in our own format, small and flat in size.

The library's serializer writes the specs and the whole history each time, and evaluates code found in old
blobs. Here the specs come from the compiled bundle; what has ended is left out, because the record, not the
tree, is the history.

What must be kept for the interpreter to go on exactly as if nothing had been left out:

- every unfinished task, the predicted ones included, and the root;
- an open boundary split with all its direct children, since the join behind it looks at them one by one;
- for a join, nothing of the past: each waiting token remembers the flow it came by (`specs.TokenJoin`).

A kept task hangs under its nearest kept ancestor.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from . import specs
from .definitions import Bundle
from .faults import ProcessError, StateRefused
from .running import Running

MARK = b"nrm-state 1\n"
MAX_BYTES = 4 << 20
_STATES = frozenset(TaskState._values)
_INTERNAL = (specs.ARRIVED_FROM, specs.ITEM, specs.REST)


def dump(running: Running, instance_id: str) -> bytes:
    """The state of an instance; the instance itself is left as it is."""
    workflows = [_workflow(running, workflow) for workflow in running.live()]
    header = [running.bundle.hash, running.process.id, instance_id, running.end_event]
    state = MARK + orjson.dumps([header, workflows], default=_encode, option=orjson.OPT_PASSTHROUGH_DATETIME)
    if len(state) > MAX_BYTES:
        raise ProcessError("The process has more open at once than can be kept.")
    return state


def _encode(value: Any) -> Any:
    if type(value) is date:
        return {"date": value.isoformat()}
    raise ProcessError(f"A scope cannot hold a {type(value).__name__}.")


def _workflow(running: Running, workflow: Any) -> list[Any]:
    host = running.host(workflow)
    rows: list[list[Any]] = []
    places: dict[UUID, int] = {}
    for task in _kept(workflow):
        above = task.parent
        while above is not None and above.id not in places:
            above = above.parent
        places[task.id] = len(rows)
        internal = {key: task.internal_data[key] for key in _INTERNAL if key in task.internal_data}
        place = -1 if above is None else places[above.id]
        rows.append([task.id.hex, task.task_spec.name, task.state, place, int(task.triggered), internal])
    end_event = getattr(workflow, "end_event", None)
    return [host and host.id.hex, workflow.spec.name, workflow.data, end_event, rows]


def _kept(workflow: Any) -> list[Task]:
    tasks: dict[UUID, Task] = workflow.tasks
    kept = {task.id for task in tasks.values() if task.has_state(TaskState.NOT_FINISHED_MASK)}
    for split in [t for t in tasks.values() if isinstance(t.task_spec, BoundaryEventSplit)]:
        if split.state == TaskState.COMPLETED and any(_is_open(child) for child in split.children):
            kept.add(split.id)
            kept.update(split._children)
    kept.add(workflow.task_tree.id)
    # Parents stand before their children: a task is made after its parent.
    return [task for task in tasks.values() if task.id in kept]


def _is_open(beside: Task) -> bool:
    """Whether a boundary event or its activity, or the join right behind it, has not ended."""
    joins = [task for task in beside.children if isinstance(task.task_spec, specs.BoundaryJoin)]
    return any(task.has_state(TaskState.NOT_FINISHED_MASK) for task in (beside, *joins))


def load(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Mapping[str, Any]) -> Running:
    """The instance as it was dumped.

    Anything else is refused with `StateRefused`, before any of it is run.
    """
    header, workflows = _read(state)
    if header[:3] != [bundle.hash, process_id, instance_id]:
        raise StateRefused("This state belongs to another instance, process or bundle. It was not interpreted.")
    running = Running(bundle, bundle.processes[process_id], facts, loading=True)
    running.end_event = header[3]
    try:
        for written in workflows:
            _restore(running, written)
        _check_scopes(running)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise StateRefused() from error
    running.completed = not workflows
    return running


def _read(state: bytes) -> tuple[list[Any], list[Any]]:
    if not isinstance(state, bytes) or not state.startswith(MARK):
        raise StateRefused("This state was written in another format. Migrate it; it was not interpreted.")
    try:
        header, workflows = orjson.loads(state[len(MARK) :])
        if len(header) != 4 or not isinstance(workflows, list):
            raise ValueError
    except (ValueError, TypeError) as error:
        raise StateRefused() from error
    return header, workflows


def _restore(running: Running, written: list[Any]) -> None:
    host, name, data, end_event, rows = written
    workflow = running if host is None else _inside(running, UUID(hex=host), name)
    if workflow.spec.name != name or (host is None) != (not running.tasks):
        raise ValueError("the workflows are not in order")
    if not isinstance(data, dict) or (end_event is not None and end_event not in workflow.spec.task_specs):
        raise ValueError("a scope is not described")
    workflow.data = _decode(data)
    workflow.end_event = end_event
    tasks: list[Task] = []
    for row in rows:
        tasks.append(_task(workflow, tasks, row))
    workflow.task_tree = tasks[0]


def _inside(running: Running, host_id: UUID, name: str) -> Any:
    host = running.get_task_from_id(host_id)
    if not isinstance(host.task_spec, specs.SCOPES) or host.task_spec.spec != name or host.state != TaskState.STARTED:
        raise ValueError("a scope does not fit its activity")
    workflow = BpmnSubWorkflow(running.subprocess_specs[name], host_id, running, deserializing=True)
    running.subprocesses[host_id] = workflow
    workflow.completed_event.connect(host.task_spec._on_subworkflow_completed, host)
    return workflow


def _task(workflow: Any, tasks: list[Task], row: list[Any]) -> Task:
    written_id, name, state, place, triggered, internal = row
    if state not in _STATES or not -1 <= place < len(tasks) or (place < 0) != (not tasks):
        raise ValueError("a task is out of place")
    task_id = UUID(hex=written_id)
    if task_id in workflow.tasks or not set(internal) <= set(_INTERNAL):
        raise ValueError("a task is written twice")
    parent = tasks[place] if tasks else None
    task = Task(workflow, workflow.spec.task_specs[name], parent, state, task_id)
    task.triggered = bool(triggered)
    task.internal_data = {key: _decode(value) for key, value in internal.items()}
    _check_internal(task)
    return task


def _check_internal(task: Task) -> None:
    """Whatever a task of this kind and state needs to go on is there, and is what it should be."""
    internal, spec = task.internal_data, task.task_spec
    arrived = isinstance(spec, specs.TokenJoin) and task.state == TaskState.WAITING
    repeats = isinstance(spec, specs.MultiInstance) and task.state == TaskState.STARTED
    if arrived and internal[specs.ARRIVED_FROM] not in spec._inputs:
        raise ValueError("a token came by no flow")
    if repeats and not isinstance(internal[specs.REST], list):
        raise ValueError("a repetition has no rest")
    if not isinstance(internal.get(specs.ITEM, {}), dict):
        raise ValueError("an item has no name")


def _check_scopes(running: Running) -> None:
    for task in running.waiting(TaskState.STARTED):
        if isinstance(task.task_spec, specs.SCOPES) and task.id not in running.subprocesses:
            raise ValueError("a scope has not been kept")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"date"} and isinstance(value["date"], str):
        return date.fromisoformat(value["date"])
    return {key: _decode(item) for key, item in value.items()}
