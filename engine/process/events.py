"""What events wait for and throw: definitions that read no clock, carry no data and are never broadcast.

The library's definitions evaluate Python, read the time, copy task data from scope to scope and reach every
task that happens to listen. These only remember that they were told to fire; `running.Running` decides whom
to tell.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.task import Task


class Told(EventDefinition):  # type: ignore[misc]
    """An event that fires when it is told to. `reference` is the message or signal name, or the code."""

    def __init__(self, reference: str | None = None) -> None:
        super().__init__(name=reference or "")
        self.reference = reference

    def catches(self, my_task: Task, event: Any) -> bool:
        """Never by broadcast."""
        return False

    def throw(self, my_task: Task) -> None:
        """Only the subclasses that can be thrown are."""
        raise TypeError(f"{type(self).__name__} is not thrown")


class ClockTimer(Told):
    """A drawn timer: it names a clock and fires when the worker says that the clock has run out."""


class Message(Told):
    """A message of the case, handed to one armed task."""

    def throw(self, my_task: Task) -> None:
        """Send it: it becomes a row outside."""
        my_task.workflow.top_workflow.send(my_task, self.reference)


class Signal(Told):
    """A signal reaches every task of this instance that waits for it now."""

    def throw(self, my_task: Task) -> None:
        """Tell all that wait."""
        my_task.workflow.top_workflow.signal(self.reference)


class _Coded(Told):
    """An event that is told upwards from scope to scope, by its code."""

    def is_meant_by(self, waiting: Any) -> bool:
        """Whether a boundary event that waits for this definition takes this event; no code takes any."""
        return type(waiting) is type(self) and waiting.reference in (None, self.reference)


class Error(_Coded):
    """An error interrupts the nearest enclosing activity that has a boundary event for it."""

    def throw(self, my_task: Task) -> None:
        """Find that boundary event; nobody catching it is a fault."""
        my_task.workflow.top_workflow.escalate(my_task, self, required=True)


class Escalation(_Coded):
    """An escalation tells the nearest enclosing activity that has a boundary event for it, if any."""

    def throw(self, my_task: Task) -> None:
        """Find that boundary event, if there is one."""
        my_task.workflow.top_workflow.escalate(my_task, self, required=False)


class Terminate(TerminateEventDefinition):  # type: ignore[misc]
    """Ends its scope with everything still open in it."""

    def throw(self, my_task: Task) -> None:
        """Nothing is thrown: the end event itself cancels the scope."""


class Arms(Told):
    """An event-based gateway: fires when one of the events behind it does."""
