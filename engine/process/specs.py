"""The task specs that behave differently here than in SpiffWorkflow 3.2.0, and why.

Task data stays empty: a scope's inputs are the data of its workflow, a multi-instance item is internal data
of the task. So nothing can leak from one branch, item or scope into another, and joins have nothing to merge.
"""

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs import mixins
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .rounds import Rounds

ARRIVED_FROM = "from"
ITEM = "item"
REST = "rest"
CHOSEN = "chosen"


class Condition:
    """The condition on one flow of a gateway; null is a fault, never the default flow."""

    def __init__(self, gateway: str, flow: str) -> None:
        self.gateway, self.site = gateway, f"condition:{flow}"

    def _matches(self, task: Task) -> bool:
        holds: bool = task.workflow.top_workflow.holds(task, self.site)
        return holds


class ExclusiveGateway(mixins.ExclusiveGatewayMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Takes the first flow whose condition holds, in the order of the file; the default when none does."""


class TokenJoin(UnstructuredJoin):  # type: ignore[misc]
    """A join that counts the tokens waiting at it, in place of the library's search through all history.

    The library looks for completed inputs in all earlier rounds, follows only the first way back from an
    input, and drops work already begun when a second token passes. Here every arrived token waits in a task
    of its own and remembers the flow it came by; firing consumes one token of each flow.
    """

    # For each spec of the process, the inputs of this join that can be reached from it without passing the
    # join.
    reach: dict[str, frozenset[str]]

    def _update_hook(self, my_task: Task) -> bool:
        if ARRIVED_FROM not in my_task.internal_data:
            my_task.internal_data[ARRIVED_FROM] = my_task.parent.task_spec.name
        my_task._set_state(TaskState.WAITING)
        arrived: dict[str, Task] = {my_task.internal_data[ARRIVED_FROM]: my_task}
        for task in list(my_task.workflow.tasks.values()):
            if task.task_spec is self and task.state == TaskState.WAITING:
                arrived.setdefault(task.internal_data[ARRIVED_FROM], task)
        if not self._complete(my_task, frozenset(arrived)):
            return False
        for task in arrived.values():
            if task is not my_task:
                task.cancel()
        return True

    def _complete(self, my_task: Task, arrived: frozenset[str]) -> bool:
        raise NotImplementedError


class ParallelGateway(TokenJoin, BpmnSpecMixin):  # type: ignore[misc]
    """Waits for a token on every incoming flow."""

    def _complete(self, my_task: Task, arrived: frozenset[str]) -> bool:
        return arrived == frozenset(self._inputs)

    def _run_hook(self, my_task: Task) -> bool:
        return True


class InclusiveGateway(mixins.InclusiveGatewayMixin, TokenJoin, BpmnSpecMixin):  # type: ignore[misc]
    """Waits while a token elsewhere can still come, in this round, by a flow on which nothing has arrived."""

    def _complete(self, my_task: Task, arrived: frozenset[str]) -> bool:
        missing = frozenset(self._inputs) - arrived
        return not any(self.reach.get(name, frozenset()) & missing for name in self._tokens(my_task))

    def _tokens(self, my_task: Task) -> Iterable[str]:
        for task in my_task.workflow.tasks.values():
            if not task.has_state(TaskState.NOT_FINISHED_MASK):
                continue
            parent, waits_here = task.parent, task.task_spec is self and task.state == TaskState.WAITING
            if not waits_here and (parent is None or parent.state == TaskState.COMPLETED):
                yield task.task_spec.name

    def _run_hook(self, my_task: Task) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        chosen = matches or defaults
        if not chosen:
            raise my_task.workflow.top_workflow.fault(my_task, "No condition holds, and there is no default flow.")
        my_task._sync_children(chosen, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


def connect_joins(specs: dict[str, TaskSpec]) -> None:
    """Work out, for every join of a process, from where each of its flows can still be reached."""
    joins = [spec for spec in specs.values() if isinstance(spec, TokenJoin)]
    if joins:
        rounds = Rounds({name: spec._inputs for name, spec in specs.items()}, "Start")
        for join in joins:
            join.reach = rounds.reach(join.name)


class BoundaryJoin(BoundaryEventJoin):  # type: ignore[misc]
    """Ends what stands beside an activity, once the activity has ended or was interrupted.

    The library's looks for its fellows in everything below the split. Where a boundary event leads back to its own
    activity it takes those of the next round as well, and their timers stay armed for ever.
    """

    def _find_tasks(self, my_task: Task) -> list[Task]:
        beside = my_task.parent.parent.children
        return [task for each in beside for task in each.children if task.task_spec is self]


class MultiInstance(BpmnSpecMixin):  # type: ignore[misc]
    """One instance of an activity for each item of a list, side by side or one after the other.

    The library's own reads its list from task data, connects its merge when the first child is made (and
    hangs after a restart) and merges the children's data into its own.
    """

    task_spec: str  # the name of the spec that each instance runs; set when the parser rewires the activity

    def __init__(self, wf_spec: Any, bpmn_id: str, *, item: str, sequential: bool, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.item, self.sequential = item, sequential

    def _update_hook(self, my_task: Task) -> bool:
        super()._update_hook(my_task)
        items = my_task.workflow.top_workflow.items(my_task)
        if not items:
            return True
        my_task._set_state(TaskState.STARTED)
        now = items[:1] if self.sequential else items
        my_task.internal_data[REST] = items[len(now) :]
        for item in now:
            self._begin(my_task, item)
        return False

    def _begin(self, my_task: Task, item: Any) -> None:
        child = my_task._add_child(self._wf_spec.task_specs[self.task_spec], TaskState.WAITING)
        child.triggered = True
        child.internal_data[ITEM] = {self.item: item}
        child.task_spec._update(child)

    def merge_child(self, workflow: Any, child: Task) -> None:
        """An instance has ended: begin the next, or go on when it was the last."""
        my_task = child.parent
        rest = my_task.internal_data[REST]
        if rest:
            my_task.internal_data[REST] = rest[1:]
            self._begin(my_task, rest[0])
        elif not any(self._is_open(task) for task in my_task.children):
            my_task._set_state(TaskState.READY)

    def _is_open(self, task: Task) -> bool:
        return bool(task.task_spec.name == self.task_spec and task.has_state(TaskState.NOT_FINISHED_MASK))


def connect_instances(specs: dict[str, TaskSpec]) -> None:
    """Connect the end of each instance with its multi-instance, once and for all."""
    for spec in specs.values():
        if isinstance(spec, MultiInstance):
            specs[spec.task_spec].completed_event.connect(spec.merge_child)


class _Scope(mixins.SubWorkflowTaskMixin):  # type: ignore[misc]
    """An activity with a workflow of its own inside."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """What goes in: its inputs, worked out now."""
        my_task.workflow.top_workflow.enter(my_task, subworkflow)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Nothing comes out: results are facts."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Task) -> None:
        my_task.workflow.top_workflow.leave(my_task, subworkflow)
        my_task._set_state(TaskState.READY)

    def _on_cancel(self, my_task: Task) -> None:
        my_task.workflow.top_workflow.interrupt(my_task)


class CallActivity(_Scope, mixins.CallActivityMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Calls another process: a scope of its own."""


class EmbeddedProcess(_Scope, BpmnSpecMixin):  # type: ignore[misc]
    """A subprocess drawn inside: shares the scope around it."""


class DecisionTask(BpmnSpecMixin):  # type: ignore[misc]
    """Asks a decision table and keeps the answer as facts."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.top_workflow.decide(my_task)
        return True


class EndEvent(mixins.EndEventMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Remembers itself as the end that its scope reached."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.end_event = self.bpmn_id
        return bool(super()._run_hook(my_task))


class EventBasedGateway(CatchingEvent, BpmnSpecMixin):  # type: ignore[misc]
    """Waits for the first of several events. `arms` holds what each of the events behind it waits for."""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, event_definition=event_definition, **kwargs)
        self.arms: dict[str, Any] = {}

    def connect(self, taskspec: TaskSpec) -> None:
        """Take over what the event behind waits for; it lets the token through at once when chosen."""
        super().connect(taskspec)
        self.arms[taskspec.name] = taskspec.event_definition
        taskspec.event_definition = NoneEventDefinition()

    def _predict_hook(self, my_task: Task) -> None:
        my_task._sync_children(self.outputs, state=TaskState.MAYBE)

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self._wf_spec.task_specs[my_task.internal_data.pop(CHOSEN)]
        my_task._sync_children([chosen], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


class UserTask(mixins.UserTaskMixin, BpmnSpecMixin):  # type: ignore[misc]
    """A step a person does."""


class StartEvent(mixins.StartEventMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Where a process begins. A message start is begun by us, so it waits for nothing."""


class CatchEvent(mixins.IntermediateCatchEventMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Waits for a clock, a message or a signal."""


class ReceiveTask(mixins.ReceiveTaskMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Waits for a message."""


class BoundaryEvent(mixins.BoundaryEventMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Waits beside an activity."""


class ThrowEvent(mixins.IntermediateThrowEventMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Throws on the way."""


class SendTask(mixins.SendTaskMixin, BpmnSpecMixin):  # type: ignore[misc]
    """Sends a message out."""


SCOPES = (CallActivity, EmbeddedProcess)
