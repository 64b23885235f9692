"""The way of a case through its drawing: what is done, where it is now, what lies ahead, what is not on its way."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from .. import clock
from ..models.people import Agency
from ..models.work import OPEN_TASK, TaskStatus, UserTask
from ..process.definitions import Bundle, Process
from ..process.elements import Element, Kind
from .standing import NOTHING, Standing, Timer
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
    """The steps of a process as its drawing reads: what can only come after another stands after it, the end last."""
    ranks = _ranks(process)
    found = [e for e in process.elements.values() if e.kind in STEPS and e.id in ranks]
    return sorted(found, key=lambda element: ranks[element.id])


def _ranks(process: Process) -> dict[str, int]:
    """How far each element is from the start by the longest way; a flow back to an earlier step counts for nothing."""
    ranks = {e.id: 0 for e in process.elements.values() if e.kind is Kind.START}
    behind = _forward(process, list(ranks))
    while behind:
        element_id = behind.pop(0)
        for target in {flow.target for flow in process.elements[element_id].outgoing}.intersection(behind):
            ranks[target] = max(ranks.get(target, 0), ranks[element_id] + 1)
    return ranks


def _forward(process: Process, starts: list[str]) -> list[str]:
    """Every element after all that lead to it, as far as no flow leads back."""
    seen: set[str] = set()
    found: list[str] = []

    def visit(element_id: str) -> None:
        seen.add(element_id)
        for flow in reversed(process.elements[element_id].outgoing):
            if flow.target not in seen:
                visit(flow.target)
        found.append(element_id)

    for start in starts:
        visit(start)
    return found[::-1]


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


def states(bundle: Bundle, process: Process, tasks: list[UserTask], timers: Iterable[Timer] = ()) -> dict[str, str]:
    """The state of every element of a process that was reached; where a timer runs, the case stands."""
    now = clock.now()
    grouped = by_call(bundle, process, tasks)
    for task in tasks:
        if task.process == process.id:
            grouped.setdefault(task.element, []).append(task)
    found = {element: known for element, rows in grouped.items() if (known := state(rows, now))}
    for element in _waited_at(process, timers):
        found[element] = found[element] if found.get(element, "done") != "done" else "active"
    return found


def _waited_at(process: Process, timers: Iterable[Timer]) -> dict[str, datetime]:
    """The elements of a process at which a timer runs, their own or one in the process they call, and until when."""
    found: dict[str, datetime] = {}
    for timer in timers:
        if timer.element.process == process.id:
            found[timer.element.id] = timer.until
        else:
            calls = [call for call, called in process.calls.items() if called == timer.element.process]
            found |= dict.fromkeys(calls[:1], timer.until)
    return found


IN_WORDS = {"late": "late", "active": "now", "waiting": "waiting", "done": "done"}


def steps(
    words: Words,
    tasks: list[UserTask],
    agencies: dict[str, Agency],
    *,
    closed: bool,
    standing: Standing = NOTHING,
) -> list[dict[str, Any]]:
    """The whole way: the spine's steps in order, under each call what happened in it, then what ran beside it."""
    spine = words.bundle.processes[words.bundle.country.spine]
    called = by_call(words.bundle, spine, tasks)
    waited = {} if closed else _waited_at(spine, standing.timers)
    rows = []
    for element in in_order(spine):
        own = called.get(element.id) or [t for t in tasks if t.element == element.id]
        if element.kind is Kind.CALL or not own:
            left = closed or _passed_by(spine, element, tasks, called, waited)
            rows.append(_stage_row(words, element, own, standing, waited.get(element.id), left=left))
        level = 1 if element.kind is Kind.CALL else 0
        rows += [_task_row(words, task, agencies, level, standing) for task in own]
    beside = [t for t in tasks if t.process != spine.id and not any(t in group for group in called.values())]
    rows += [_task_row(words, task, agencies, 0, standing) for task in beside]
    apart = [] if closed else [t for t in standing.timers if t.element.process not in spine.calls.values()]
    return rows + [_row(words.process(t.element.process), "now", 0, until=t.until) for t in apart]


def _stage_row(
    words: Words, element: Element, own: list[UserTask], standing: Standing, until: datetime | None, *, left: bool
) -> dict[str, Any]:
    found = IN_WORDS.get(state(own, clock.now()), "")
    reason = standing.reason(own)
    if until is not None and found in ("", "done"):
        return _row(words.element(element.id), "now", 0, until=until)
    if reason and found in ("", "done"):
        return _row(words.element(element.id), "left_out", 0, reason=reason)
    return _row(words.element(element.id), found or ("skipped" if left else "ahead"), 0)


def _passed_by(
    spine: Process,
    element: Element,
    tasks: list[UserTask],
    called: dict[str, list[UserTask]],
    waited: Mapping[str, datetime],
) -> bool:
    """Whether the steps before this one are done and led elsewhere: nothing waits between them and this step."""
    before = _before(spine, element, set())
    rows = {step: called.get(step) or [t for t in tasks if t.element == step] for step in before or set()}
    running = any(task.status in OPEN_TASK for group in rows.values() for task in group) or rows.keys() & waited.keys()
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


def _task_row(
    words: Words, task: UserTask, agencies: dict[str, Agency], level: int, standing: Standing
) -> dict[str, Any]:
    found, reason = IN_WORDS.get(state([task], clock.now()), "cancelled"), standing.reason([task])
    agency = agencies.get(task.holder_id or task.accountable_id)
    runs = task.status in OPEN_TASK
    return _row(words.task(task), "left_out" if reason else found, level, reason=reason) | {
        "holder": agency.name if agency else "",
        "due_at": task.due_at if runs else None,
        "href": f"/tasks/{task.id}" if runs else None,
    }


def _row(name: str, state: str, level: int, *, until: datetime | None = None, reason: str = "") -> dict[str, Any]:
    about = {"until": until, "reason": reason}
    return {"name": name, "state": state, "level": level, "holder": "", "due_at": None, "href": None} | about
