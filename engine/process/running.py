"""A process instance in memory: SpiffWorkflow's tree with our facts, expressions, scopes and events."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from . import events, specs
from .definitions import Bundle, Process
from .elements import Element, Event, Kind, Outcome
from .faults import NullResult, ProcessError
from .feel import plain
from .step import DecisionMade, ScopeEnded, ScopeOpened, SentMessage

MAX_RUN = 2_000
TOP = ""
for _name in ("spiff", "spiff.task", "spiff.workflow"):  # the library hangs task data on its log records
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass
class Trace:
    """What happened since the instance was loaded."""

    sent: list[SentMessage] = field(default_factory=list)
    decisions: list[DecisionMade] = field(default_factory=list)
    opened: list[ScopeOpened] = field(default_factory=list)
    ended: list[ScopeEnded] = field(default_factory=list)


class NoScripts:
    """The library asks a script engine wherever it would run Python.

    Every expression was compiled with the bundle.
    """

    environment = None

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> NoReturn:
        """Refused: this text is not part of the bundle's compiled expressions."""
        raise ProcessError("An expression that was not compiled with the bundle is not evaluated.")

    def execute(self, task: Any, script: str, external_context: Any = None) -> NoReturn:
        """Refused: there are no scripts."""
        raise ProcessError("A diagram runs no script.")

    def call_service(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: nothing is called from inside a step."""
        raise ProcessError("A diagram calls no service; it sends a message.")


class Running(BpmnWorkflow):  # type: ignore[misc]
    """One instance of a process. `data` holds the inputs of its scope; facts are given anew for every step.

    Not safe for several threads: the caller holds the case's lock. Bundles are shared.
    """

    def __init__(self, bundle: Bundle, process: Process, facts: Mapping[str, Any], *, loading: bool = False) -> None:
        self.bundle, self.process = bundle, process
        self.learn(facts)
        self.trace = Trace()
        self.end_event: str | None = None
        super().__init__(process.spec, process.specs, NoScripts(), deserializing=loading)
        self.task_removed_event.connect(self._forget)

    def learn(self, facts: Mapping[str, Any]) -> None:
        """Take these as the facts of the case: what they are, and as expressions see them."""
        self.facts: dict[str, Any] = dict(facts)
        self._values = self.bundle.values(facts)

    def live(self) -> Iterator[Any]:
        """The workflows that still run: this one, then called processes and embedded subprocesses."""
        if not self.completed:
            yield self
            yield from (sub for sub in self.subprocesses.values() if not sub.completed)

    def waiting(self, state: int) -> Iterator[Task]:
        """The tasks in a state, in the order in which they came about."""
        for workflow in self.live():
            yield from (task for task in workflow.tasks.values() if task.has_state(state))

    def element(self, task: Task) -> Element:
        """What the diagram says about a task."""
        return self.bundle.elements[task.task_spec.bpmn_id]

    def host(self, workflow: Any) -> Task | None:
        """The task inside which a workflow runs; None at the top."""
        if workflow is self:
            return None
        for outer in (self, *self.subprocesses.values()):
            if workflow.parent_task_id in outer.tasks:
                task: Task = outer.tasks[workflow.parent_task_id]
                return task
        raise ProcessError("A scope has lost the activity it runs in.")

    def call(self, task: Task) -> Task | None:
        """The call activity around a task; None at the top."""
        host = self.host(task.workflow)
        while host is not None and not isinstance(host.task_spec, specs.CallActivity):
            host = self.host(host.workflow)
        return host

    def scope(self, task: Task) -> str:
        """The scope a task stands in: the id of the call activity around it, "" at the top."""
        call = self.call(task)
        return TOP if call is None else call.id.hex

    def inherits(self, task: Task) -> tuple[str, ...]:
        """The scopes whose participations the scope of a task takes over, the nearest first."""
        call = self.call(task)
        if call is None or not self.element(call).inherits:
            return ()
        return (self.scope(call), *self.inherits(call))

    def inputs(self, task: Task) -> dict[str, Any]:
        """The scope inputs a task sees: plain values and dates."""
        return {**task.workflow.data, **task.internal_data.get(specs.ITEM, {})}

    def evaluate(self, task: Task, site: str, arm: str | None = None) -> Any:
        """The value of a task's expression over its scope's inputs and, behind them, the facts as they are.

        `arm` is an event behind an event-based gateway, whose expression is meant instead.
        """
        element = self.bundle.elements[arm] if arm else self.element(task)
        return element.expressions[site].evaluate(self._values | self.inputs(task))

    def holds(self, task: Task, site: str) -> bool:
        """Whether a condition holds; null is a fault."""
        return bool(self.known(task, site))

    def known(self, task: Task, site: str, arm: str | None = None) -> Any:
        """The value of an expression that must have one."""
        value = self.evaluate(task, site, arm)
        if value is None:
            text = self.bundle.elements[arm or task.task_spec.bpmn_id].expressions[site].text
            raise NullResult(f"{self._named(task)}: “{text}” gives no answer. A fact it asks for is not known yet.")
        return value

    def items(self, task: Task) -> list[Any]:
        """The items of a multi-instance."""
        return [_kept(item) for item in self.known(task, "collection")]

    def fault(self, task: Task, what: str) -> ProcessError:
        """A fault that says where it happened."""
        return ProcessError(f"{self._named(task)}: {what}")

    def _named(self, task: Task) -> str:
        element = self.element(task)
        return f"“{element.name or element.id}” ({element.file}, {element.id})"

    def enter(self, task: Task, workflow: Any) -> None:
        """Begin a scope: work out its inputs."""
        element = self.element(task)
        sites = [site for site in element.expressions if site.startswith("input:")]
        given = {site.removeprefix("input:"): _kept(self.evaluate(task, site)) for site in sites}
        if element.kind is Kind.EMBEDDED:
            workflow.data = {**self.inputs(task), **given}
            return
        workflow.data = given
        self.trace.opened.append(ScopeOpened(task.id.hex, self.scope(task), element.id, element.calls or ""))

    def leave(self, task: Task, workflow: Any) -> None:
        """A scope has come to its end."""
        if isinstance(task.task_spec, specs.CallActivity):
            self.trace.ended.append(self.ended(task.id.hex, workflow))

    def ended(self, scope: str, workflow: Any, *, interrupted: bool = False) -> ScopeEnded:
        """How a scope ended. An interruption by its own error end event is told by that event."""
        end = self.bundle.elements.get(getattr(workflow, "end_event", None) or "")
        if interrupted and (end is None or end.event is not Event.ERROR):
            return ScopeEnded(scope, workflow.spec.name, None, Outcome.INTERRUPTED)
        return ScopeEnded(scope, workflow.spec.name, end.id if end else None, end.outcome if end else Outcome.DONE)

    def interrupt(self, task: Task) -> None:
        """Cancel what runs inside an activity that was cancelled."""
        workflow = self.subprocesses.pop(task.id, None)
        if workflow is None or workflow.completed:
            return
        if isinstance(task.task_spec, specs.CallActivity):
            self.trace.ended.append(self.ended(task.id.hex, workflow, interrupted=True))
        workflow.cancel()

    def _forget(self, workflow: Any, task: Task) -> None:
        # The library drops the running children of a cancelled multi-instance without a word to their
        # subprocesses.
        self.interrupt(task)

    def decide(self, task: Task) -> None:
        """Ask a decision table and keep its answer as facts."""
        element = self.element(task)
        decision = self.bundle.decisions[element.decision or ""]
        result = decision.evaluate(self._values | self.inputs(task))
        outputs = _by_name(result.outputs)
        if len(outputs) == 1 and element.result:
            outputs = {element.result: next(iter(outputs.values()))}
        if not outputs or None in outputs.values():
            raise NullResult(
                f"{self._named(task)}: the decision table gives no answer. A fact it asks for is not known."
            )
        kept = {name: self.bundle.facts[name].read(plain(value)) for name, value in outputs.items()}
        self.learn(self.facts | kept)
        inputs = {name: plain(value) for name, value in result.inputs.items()}
        self.trace.decisions.append(DecisionMade(element.id, element.decision or "", inputs, kept, list(result.rules)))

    def send(self, task: Task, name: str) -> None:
        """A message goes out."""
        self.trace.sent.append(SentMessage(name, self.element(task).id, self.scope(task)))

    def signal(self, name: str) -> None:
        """Tell every task of this instance that waits for this signal now."""
        for task in list(self.waiting(TaskState.WAITING)):
            definition = getattr(task.task_spec, "event_definition", None)
            if isinstance(definition, events.Signal) and definition.reference == name:
                self.tell(task)
            elif isinstance(task.task_spec, specs.EventBasedGateway):
                self._signal_gateway(task, name)

    def _signal_gateway(self, task: Task, name: str) -> None:
        for arm, definition in task.task_spec.arms.items():
            if isinstance(definition, events.Signal) and definition.reference == name:
                self.tell(task, arm)
                return

    def tell(self, task: Task, arm: str | None = None) -> None:
        """Let a waiting event happen; `arm` is which one of those behind an event-based gateway."""
        if arm is not None:
            task.internal_data[specs.CHOSEN] = arm
        task.task_spec.event_definition.catch(task)
        task.task_spec._update(task)

    def escalate(self, task: Task, definition: Any, *, required: bool) -> None:
        """Tell the nearest enclosing activity that has a boundary event for this error or escalation."""
        host = self.host(task.workflow)
        while host is not None:
            waiting = [event for event in _boundary(host) if definition.is_meant_by(event.task_spec.event_definition)]
            if waiting:  # one that names this code comes before one that takes any
                self.tell(max(waiting, key=lambda event: event.task_spec.event_definition.reference is not None))
                return
            host = self.host(host.workflow)
        if required:
            raise self.fault(task, "No activity around this has a boundary event for this error.")

    def catch(self, event: Any) -> None:
        """Nothing is ever broadcast."""

    def settle(self) -> None:
        """Run whatever needs no person, until only people, clocks and messages can go on."""
        for _ in range(MAX_RUN):
            task = self._next()
            if task is None:
                return
            task.run()
        raise ProcessError(f"The process ran {MAX_RUN} elements without reaching a person. It seems to go in a circle.")

    def _next(self) -> Task | None:
        """The next task to run. An interruption comes first: nothing may run in what it ends."""
        first = None
        for task in self.waiting(TaskState.READY):
            if task.task_spec.manual:
                continue
            if isinstance(task.task_spec, specs.BoundaryEvent):
                return task
            first = first or task
        return first


def _boundary(host: Task) -> Iterator[Task]:
    """The armed boundary events of an activity, or of the multi-instance it is one of."""
    split = host.parent
    if isinstance(split.task_spec, specs.MultiInstance):
        split = split.parent
    if isinstance(split.task_spec, BoundaryEventSplit):
        for task in split.children:
            if isinstance(task.task_spec, specs.BoundaryEvent) and task.state == TaskState.WAITING:
                yield task


def _by_name(outputs: Any) -> dict[str, Any]:
    """The outputs of a table by name; of a table that gives several rows, a list for each name."""
    if isinstance(outputs, list):
        return {name: [row[name] for row in outputs] for name in (outputs[0] if outputs else ())}
    return dict(outputs or {})


def _kept(value: Any) -> Any:
    return value if type(value) is date else plain(value)
