"""One step of a process instance: from its state and the facts of its case to the next, purely.

No session, no table, no clock: who may act, what is due when and what is written down is decided outside.
A step that raises has changed nothing: the caller's state and facts are never touched.
"""

from collections.abc import Mapping
from typing import Any

from . import codec, work
from .definitions import Bundle
from .faults import NotOpen, NullResult, OpenAgain, PassedBy, ProcessError, Stalled, StateRefused
from .running import TOP, Running
from .step import ArmedCatch, ArmedTimer, DecisionMade, OpenTask, ScopeEnded, ScopeOpened, SentMessage, Step

__all__ = [
    "ArmedCatch",
    "ArmedTimer",
    "DecisionMade",
    "NotOpen",
    "NullResult",
    "OpenAgain",
    "OpenTask",
    "PassedBy",
    "ProcessError",
    "ScopeEnded",
    "ScopeOpened",
    "SentMessage",
    "Stalled",
    "StateRefused",
    "Step",
    "complete",
    "deliver",
    "fire",
    "leave",
    "open_work",
    "reopen",
    "start",
]

Facts = Mapping[str, Any]
Work = tuple[list[OpenTask], list[ArmedTimer], list[ArmedCatch]]


def start(
    bundle: Bundle,
    process_id: str,
    instance_id: str,
    facts: Facts,
    inputs: Mapping[str, Any] | None = None,
    at: str = "",
) -> Step:
    """Begin an instance of a process, at its start or `at` one of its steps.

    `inputs` are those of its scope, for a process drawn to be called.
    """
    running = begin(bundle, process_id, facts, inputs or {})
    work.begin(running, at)
    return describe(running, instance_id, {}, acted="")


def begin(bundle: Bundle, process_id: str, facts: Facts, inputs: Mapping[str, Any]) -> Running:
    """A new instance in memory, not yet under way."""
    process = bundle.processes.get(process_id)
    if process is None:
        raise ProcessError(f"There is no process “{process_id}” in this bundle.")
    if set(inputs) != set(process.inputs):
        raise ProcessError(f"The process “{process_id}” takes these inputs: {', '.join(process.inputs) or 'none'}.")
    running = Running(bundle, process, facts)
    running.data = dict(inputs)
    running.trace.opened.append(ScopeOpened(TOP, None, None, process_id))
    return running


def complete(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, task_id: str) -> Step:
    """A person has done a user task; `facts` already hold what its form says."""
    return _act(bundle, process_id, instance_id, state, facts, OpenTask, task_id)


def fire(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, timer_id: str) -> Step:
    """The clock of a drawn timer has run out."""
    return _act(bundle, process_id, instance_id, state, facts, ArmedTimer, timer_id)


def deliver(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, catch_id: str) -> Step:
    """A message has come for one place that waits for it; `facts` already hold its payload."""
    return _act(bundle, process_id, instance_id, state, facts, ArmedCatch, catch_id)


def leave(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, scope: str) -> Step:
    """End one called process of this instance early; the path goes on behind it."""
    running = codec.load(bundle, process_id, instance_id, state, facts)
    before = work.find_open(running)
    work.leave(running, scope)
    return describe(running, instance_id, before, acted="")


def reopen(
    bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, scope: str, element: str
) -> Step:
    """Do a user task of this instance again that was done in `scope`; what followed from it there ends.

    Where its scope has ended, the call of its process begins again and opens at the step. PassedBy where neither is
    sound: the path has been joined with other parts of it, or the process is called from several places.
    """
    running = codec.load(bundle, process_id, instance_id, state, facts)
    before = work.find_open(running)
    work.reopen(running, scope, element)
    return describe(running, instance_id, before, acted="")


def open_work(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts) -> Work:
    """Everything that is open in an instance now, its expressions answered from these facts."""
    running = codec.load(bundle, process_id, instance_id, state, facts)
    return _told(running, work.find_open(running).values())


def _act(bundle: Bundle, process_id: str, instance_id: str, state: bytes, facts: Facts, kind: type, id: str) -> Step:
    running = codec.load(bundle, process_id, instance_id, state, facts)
    before = work.find_open(running)
    thing = before.get(id)
    if thing is None or thing.kind is not kind:
        raise NotOpen()
    work.act(running, thing)
    return describe(running, instance_id, before, acted=id)


def describe(running: Running, instance_id: str, before: Mapping[str, work.Open], acted: str) -> Step:
    """What has changed since `before`, and the state from which to go on."""
    now = work.find_open(running)
    tasks, timers, catches = _told(running, (thing for id, thing in now.items() if id not in before))
    gone = [thing for id, thing in before.items() if id not in now and id != acted]
    if running.completed:
        running.trace.ended.append(running.ended(TOP, running))
    return Step(
        state=codec.dump(running, instance_id),
        facts=running.facts,
        opened=tasks,
        closed=[thing.id for thing in gone if thing.kind is OpenTask],
        armed=timers,
        disarmed=[thing.id for thing in gone if thing.kind is ArmedTimer],
        catching=catches,
        uncaught=[thing.id for thing in gone if thing.kind is ArmedCatch],
        sent=running.trace.sent,
        decisions=running.trace.decisions,
        scopes_opened=running.trace.opened,
        scopes_ended=running.trace.ended,
        finished=running.completed,
        end_event=running.end_event if running.completed else None,
    )


def _told(running: Running, things: Any) -> Work:
    told = [work.tell_open(running, thing) for thing in things]
    return (
        [thing for thing in told if isinstance(thing, OpenTask)],
        [thing for thing in told if isinstance(thing, ArmedTimer)],
        [thing for thing in told if isinstance(thing, ArmedCatch)],
    )
