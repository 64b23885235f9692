"""The way of a case through its drawing: what is done, where it is now, what lies ahead, what is not on its way."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from .. import clock
from ..models.people import Agency
from ..models.work import OPEN_TASK, TaskStatus, UserTask
from ..process.definitions import Bundle, Process
from ..process.elements import Element, Kind
from .words import Words

STEPS = (Kind.USER_TASK, Kind.CALL)
WAITING = (Kind.CATCH, Kind.RECEIVE, Kind.EVENT_GATEWAY, Kind.BOUNDARY)
JOINING = (Kind.INCLUSIVE, Kind.PARALLEL)


def following(bundle: Bundle, element_id: str, most: int = 3) -> list[Element]:
    """The next steps after an element: through gateways and tables, and out of a called process into its caller."""
    element = bundle.elements.get(element_id)
    if element is None:
        return []
    found = list(_next_steps(bundle.processes[element.process], element, set()))
    if not found:
        callers = [e for e in bundle.elements.values() if e.kind is Kind.CALL and e.calls == element.process]
        found = [step for caller in callers for step in following(bundle, caller.id, most)]
    return list({step.id: step for step in found if step.id != element_id}.values())[:most]


def _next_steps(process: Process, element: Element, seen: set[str]) -> Iterator[Element]:
    for flow in element.outgoing:
        target = process.elements[flow.target]
        if target.id in seen:
            continue
        seen.add(target.id)
        if target.kind in STEPS or target.kind is Kind.CATCH:
            yield target
        elif target.kind is not Kind.END:
            yield from _next_steps(process, target, seen)


def in_order(process: Process) -> list[Element]:
    """The steps of a process as one meets them, walking breadth first from the start."""
    waiting = [e for e in process.elements.values() if e.kind is Kind.START]
    seen = {e.id for e in waiting}
    found = []
    while waiting:
        element = waiting.pop(0)
        if element.kind in STEPS:
            found.append(element)
        for flow in element.outgoing:
            if flow.target not in seen:
                seen.add(flow.target)
                waiting.append(process.elements[flow.target])
    return found


def by_call(bundle: Bundle, process: Process, tasks: Iterable[UserTask]) -> dict[str, list[UserTask]]:
    """The tasks of called processes, under the call activity through which they came."""
    calls = [e for e in process.elements.values() if e.kind is Kind.CALL]
    found: dict[str, list[UserTask]] = {call.id: [] for call in calls}
    for task in tasks:
        fitting = [call for call in calls if call.calls == task.process]
        if fitting:
            found[_call_of(fitting, task).id].append(task)
    return found


def _call_of(calls: list[Element], task: UserTask) -> Element:
    """Where one process is called twice, its urgency tells which call it was."""
    urgent = task.urgent or task.purpose == "urgent_help"
    for call in calls:
        written = call.texts.get("input:urgent", ("", None))[0].lstrip("= ")
        if written == ("true" if urgent else "false"):
            return call
    return calls[0]


def state(tasks: list[UserTask], now: datetime) -> str:
    """What a picture shows of an element: late, active, waiting or done; nothing where it was never reached."""
    running = [task for task in tasks if task.status in OPEN_TASK]
    if any(task.due_at is not None and task.due_at < now for task in running):
        return "late"
    if any(task.status is not TaskStatus.AWAITING for task in running):
        return "active"
    if running:
        return "waiting"
    return "done" if any(task.status is TaskStatus.DONE for task in tasks) else ""


def states(bundle: Bundle, process: Process, tasks: list[UserTask]) -> dict[str, str]:
    """The state of every element of a process that was reached."""
    now = clock.now()
    grouped = by_call(bundle, process, tasks)
    for task in tasks:
        if task.process == process.id:
            grouped.setdefault(task.element, []).append(task)
    return {element: found for element, rows in grouped.items() if (found := state(rows, now))}


IN_WORDS = {"late": "late", "active": "now", "waiting": "waiting", "done": "done"}


def steps(words: Words, tasks: list[UserTask], agencies: dict[str, Agency], *, closed: bool) -> list[dict[str, Any]]:
    """The whole way: the spine's steps in order, under each call what happened in it, then what ran beside it."""
    bundle, now = words.bundle, clock.now()
    spine = bundle.processes[bundle.country.spine]
    called = by_call(bundle, spine, tasks)
    rows = []
    for element in in_order(spine):
        own = called.get(element.id) or [t for t in tasks if t.element == element.id]
        left = closed or _passed_by(spine, element, tasks, called)
        found = IN_WORDS.get(state(own, now)) or ("skipped" if left else "ahead")
        if element.kind is Kind.CALL:
            rows.append(_row(words.element(element.id), found, 0))
            rows += [_task_row(words, task, agencies, 1) for task in own]
        else:
            rows += [_task_row(words, task, agencies, 0) for task in own]
            rows += [] if own else [_row(words.element(element.id), found, 0)]
    beside = [t for t in tasks if t.process != spine.id and not any(t in group for group in called.values())]
    return rows + [_task_row(words, task, agencies, 0) for task in beside]


def _passed_by(spine: Process, element: Element, tasks: list[UserTask], called: dict[str, list[UserTask]]) -> bool:
    """Whether the steps before this one are done and led elsewhere: nothing waits between them and this step."""
    before = _before(spine, element, set())
    rows = {step: called.get(step) or [t for t in tasks if t.element == step] for step in before or set()}
    running = any(task.status in OPEN_TASK for group in rows.values() for task in group)
    return bool(rows) and not running and any(rows.values())


def _before(process: Process, element: Element, seen: set[str]) -> set[str] | None:
    """The steps right before an element; None where a join or an event may hold the case up in between."""
    found: set[str] = set()
    for flow in element.incoming:
        source = process.elements[flow.source]
        if source.id in seen:
            continue
        seen.add(source.id)
        if source.kind in STEPS:
            found.add(source.id)
        elif source.kind in WAITING or (source.kind in JOINING and len(source.incoming) > 1):
            return None
        else:
            earlier = _before(process, source, seen)
            if earlier is None:
                return None
            found |= earlier
    return found


def _task_row(words: Words, task: UserTask, agencies: dict[str, Agency], level: int) -> dict[str, Any]:
    found = IN_WORDS.get(state([task], clock.now()), "cancelled")
    agency = agencies.get(task.holder_id or task.accountable_id)
    return _row(words.task(task), found, level) | {
        "holder": agency.name if agency else "",
        "due_at": task.due_at,
        "href": f"/tasks/{task.id}" if task.status in OPEN_TASK else None,
    }


def _row(name: str, state: str, level: int) -> dict[str, Any]:
    return {"name": name, "state": state, "level": level, "holder": "", "due_at": None, "href": None}
