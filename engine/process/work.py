"""What is open in a running instance, and how one thing in it is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from . import events, reopening, specs
from .faults import NotOpen, ProcessError, Stalled
from .feel import plain
from .running import Running
from .step import ArmedCatch, ArmedTimer, OpenTask

MAX_DEPTH = 700
_TOLD = ("due", "accept", "purpose", "urgent", "service", "moves")


@dataclass(frozen=True)
class Open:
    """One open thing: a user task, or an event (`awaits`) that a task waits for.

    `arm` is which of the events behind an event-based gateway it is.
    """

    id: str
    task: Task
    awaits: events.Told | None = None
    arm: str | None = None

    @property
    def kind(self) -> type:
        """What it looks like from outside: `OpenTask`, `ArmedTimer` or `ArmedCatch`."""
        if self.awaits is None:
            return OpenTask
        return ArmedTimer if isinstance(self.awaits, events.ClockTimer) else ArmedCatch


def find_open(running: Running) -> dict[str, Open]:
    """Everything that is open, by id, in the order in which it came about."""
    return {thing.id: thing for thing in _all_open(running)}


def _all_open(running: Running) -> Iterator[Open]:
    for task in running.waiting(TaskState.READY | TaskState.WAITING):
        yield from _openings(task)


def _openings(task: Task) -> Iterator[Open]:
    spec = task.task_spec
    if task.state == TaskState.READY:
        if isinstance(spec, specs.UserTask):
            yield Open(task.id.hex, task)
    elif isinstance(spec, specs.EventBasedGateway):
        for arm, awaits in spec.arms.items():
            if isinstance(awaits, events.ClockTimer | events.Message):
                yield Open(f"{task.id.hex}:{arm}", task, awaits, arm)
    else:
        awaits = getattr(spec, "event_definition", None)
        if isinstance(awaits, events.ClockTimer | events.Message):
            yield Open(task.id.hex, task, awaits)


def begin(running: Running, at: str = "") -> None:
    """Go from the start of an instance, or from one of its steps, to where people, clocks or messages are needed."""

    def happen() -> None:
        if at:
            running.task_tree.run()
            reopening.open_at(running, at)
        running.settle()

    _go_on(running, happen)


def act(running: Running, thing: Open) -> None:
    """Complete the open task, fire the timer or satisfy the catch, and go on from there."""

    def happen() -> None:
        if thing.awaits is None:
            thing.task.run()
        else:
            running.tell(thing.task, thing.arm)
        running.settle()

    _go_on(running, happen)


def leave(running: Running, scope: str) -> None:
    """End a called process early, as if it had been interrupted, and go on behind its call activity."""
    task = next((t for t in running.waiting(TaskState.STARTED) if t.id.hex == scope), None)
    if task is None or not isinstance(task.task_spec, specs.CallActivity):
        raise NotOpen()

    def happen() -> None:
        running.interrupt(task)
        task.complete()
        running.settle()

    _go_on(running, happen)


def reopen(running: Running, scope: str, element: str) -> None:
    """Do a step again that has been passed, and go on from there."""

    def happen() -> None:
        reopening.reopen(running, scope, element)
        running.settle()

    _go_on(running, happen)


def _go_on(running: Running, happen: Callable[[], None]) -> None:
    try:
        happen()
    except SpiffWorkflowException as error:
        raise ProcessError(f"The process cannot go on: {error}") from error
    if _depth(running) > MAX_DEPTH:
        raise ProcessError("The process has become too deep to be followed safely. The coordinator must look at it.")
    if not running.completed and next(_all_open(running), None) is None:
        raise Stalled()


def _depth(running: Running) -> int:
    """How deep the deepest tree is: at 1,000 the library silently takes an open case for ended."""
    deepest = 0
    for workflow in running.live():
        depths: dict[Any, int] = {None: 0}
        for task in workflow.tasks.values():  # parents stand before their children
            depths[task.id] = depths.get(task._parent, 0) + 1
        deepest = max(deepest, *depths.values())
    return deepest


def tell_open(running: Running, thing: Open) -> OpenTask | ArmedTimer | ArmedCatch:
    """An open thing as it looks from outside, its expressions answered from the facts as they are now."""
    scope = running.scope(thing.task)
    element = thing.arm or thing.task.task_spec.bpmn_id
    if isinstance(thing.awaits, events.ClockTimer):
        return ArmedTimer(thing.id, element, running.known(thing.task, "timer", thing.arm).name, scope)
    if thing.awaits is not None:
        return ArmedCatch(thing.id, element, thing.awaits.reference or "", scope)
    return _open_task(running, thing.task, scope)


def _open_task(running: Running, task: Task, scope: str) -> OpenTask:
    element = running.element(task)
    told = {site: plain(running.known(task, site)) for site in _TOLD if site in element.expressions}
    return OpenTask(
        id=task.id.hex,
        element=element.id,
        scope=scope,
        lane=element.lane,
        name=element.name,
        form=element.form,
        due=told.get("due"),
        accept=told.get("accept"),
        purpose=told.get("purpose"),
        urgent=told.get("urgent") is True,
        service=told.get("service"),
        place=element.properties.get("nrm:place") == "yes",
        moves=told.get("moves"),
        properties=dict(element.properties),
        inputs={name: plain(value) for name, value in running.inputs(task).items()},
        inherits=running.inherits(task),
    )
