"""Walks the same random path through an instance that is never saved and one that is saved at every step.

The saved one lives in another process, which parses the definitions anew: what an interpreter connects only while it
runs is found out there, and nowhere else.
"""

import base64
import random
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.process import runtime, specs, work
from engine.process.codec import load
from engine.process.country import Fact
from engine.process.definitions import Bundle
from engine.process.elements import Kind
from engine.process.running import Running, Trace
from engine.process.step import ArmedCatch, ArmedTimer, OpenTask

from .reference import Reference

ROOT = Path(__file__).parents[3]
KINDS = {kind.__name__: kind for kind in (OpenTask, ArmedTimer, ArmedCatch)}
SCOPE = "Scope"
REFUSED = "PassedBy"
ACTS = {
    "OpenTask": runtime.complete,
    "ArmedTimer": runtime.fire,
    "ArmedCatch": runtime.deliver,
    SCOPE: runtime.leave,
}
MAX_STEPS = 60
Key = tuple[str, ...]


def open_things(running: Running) -> list[tuple[Key, str]]:
    """Everything open, each under a name that does not depend on its id: kind, element, and the way down to it."""
    things = [
        ((thing.kind.__name__, thing.arm or "", *_way(running, thing.task)), thing.id)
        for thing in work.find_open(running).values()
    ]
    calls = [t for t in running.waiting(TaskState.STARTED) if isinstance(t.task_spec, specs.CallActivity)]
    return things + [((SCOPE, "", *_way(running, call)), call.id.hex) for call in calls]


def _way(running: Running, task: Task | None) -> list[str]:
    way = []
    while task is not None:
        way.append(f"{task.task_spec.bpmn_id}{sorted(running.inputs(task).items())}")
        task = running.host(task.workflow)
    return way


def told(trace: Trace) -> dict[str, Any]:
    """What happened in a step, without ids."""
    return {
        "sent": sorted([message.name, message.element] for message in trace.sent),
        "decisions": sorted([made.element, made.outputs, made.rules] for made in trace.decisions),
        "opened": sorted([scope.element or "", scope.process] for scope in trace.opened),
        "ended": sorted([scope.process, scope.end_event or "", scope.outcome] for scope in trace.ended),
    }


@dataclass
class Seen:
    """An instance as seen from outside after a step."""

    keys: list[Key]
    facts: dict[str, Any]
    told: dict[str, Any]
    end: str | None
    finished: bool
    error: str = ""
    ids: dict[str, str] = field(default_factory=dict, compare=False)
    scopes: dict[str, str] = field(default_factory=dict, compare=False)  # of each open user task by its name


def look(running: Running) -> Seen:
    """Look at an instance in memory."""
    things = sorted(open_things(running), key=lambda thing: thing[0])  # of one name: the older first
    ids = {repr((key, [other for other, _ in things[:at]].count(key))): id for at, (key, id) in enumerate(things)}
    tasks = work.find_open(running)
    scopes = {name: running.scope(tasks[id].task) for name, id in ids.items() if id in tasks}
    end = running.end_event if running.completed else None
    keys, facts = [key for key, _ in things], dict(running.facts)
    return Seen(keys, facts, told(running.trace), end, running.completed, ids=ids, scopes=scopes)


class InMemory:
    """An instance that is never saved."""

    def __init__(self, bundle: Bundle, process: str, facts: dict[str, Any]) -> None:
        self.running = runtime.begin(bundle, process, facts, {})
        self.running.trace = Trace()
        self.seen = self._after(lambda: work.begin(self.running), facts)

    def act(self, kind: str, name: str, facts: dict[str, Any]) -> Seen:
        """Act on the thing of this name and look."""
        id = self.seen.ids[name]
        self.running.learn(facts)
        self.running.trace = Trace()
        if kind == SCOPE:
            self.seen = self._after(lambda: work.leave(self.running, id), facts)
        else:
            self.seen = self._after(lambda: work.act(self.running, work.find_open(self.running)[id]), facts)
        return self.seen

    def again(self, scope: str, element: str, facts: dict[str, Any]) -> Seen:
        """Do a step again that has been passed, and look; where that is refused, nothing has changed."""
        self.running.learn(facts)
        self.running.trace = Trace()
        found = self._after(lambda: work.reopen(self.running, scope, element), facts)
        self.seen = self.seen if found.error == REFUSED else found
        return found

    def _after(self, happen: Callable[[], None], facts: dict[str, Any]) -> Seen:
        try:
            happen()
        except EngineError as error:
            return Seen([], facts, {}, None, False, type(error).__name__)
        return look(self.running)


class Elsewhere:
    """A process that keeps nothing: each request brings the state, and each answer takes it away again."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "error", "-m", "tests.process.torture.elsewhere"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> "Elsewhere":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for the answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(orjson.dumps(request) + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = orjson.loads(self.process.stdout.readline())
        return answer


class Saved:
    """An instance that is saved and loaded elsewhere at every step."""

    def __init__(self, elsewhere: Elsewhere, bundle: str, process: str, facts: dict[str, Any]) -> None:
        self.elsewhere, self.about = elsewhere, {"bundle": bundle, "process": process}
        self.state = ""
        self.seen = self._ask(facts=facts, fresh=False)

    def act(self, kind: str, name: str, facts: dict[str, Any], fresh: bool) -> Seen:
        """Act on the thing of this name and look."""
        self.seen = self._ask(facts=facts, kind=kind, id=self.seen.ids[name], fresh=fresh)
        return self.seen

    def again(self, scope: str, element: str, facts: dict[str, Any], fresh: bool) -> Seen:
        """Do a step again that has been passed, and look; where that is refused, nothing has changed."""
        before = self.state
        found = self._ask(facts=facts, again=[scope, element], fresh=fresh)
        if found.error == REFUSED:
            self.state = before
        else:
            self.seen = found
        return found

    def _ask(self, **request: Any) -> Seen:
        answer = self.elsewhere.ask(**self.about, state=self.state, **request)
        self.state = answer.pop("state")
        seen = Seen(**answer)
        seen.keys = [tuple(key) for key in seen.keys]
        return seen


def answer(bundle: Bundle, request: dict[str, Any]) -> dict[str, Any]:
    """What the other process does with a request: load, act, save, load again and look."""
    process, facts = request["process"], request["facts"]
    try:
        if not request["state"]:
            step = runtime.start(bundle, process, "walk", facts)
        else:
            state = base64.b64decode(request["state"])
            step = _step(bundle, process, state, facts, request)
    except EngineError as error:
        return {**vars(Seen([], facts, {}, None, False, type(error).__name__)), "state": ""}
    again = load(bundle, process, "walk", step.state, step.facts)
    seen = look(again)
    trace = Trace(step.sent, step.decisions, step.scopes_opened, step.scopes_ended)
    trace.opened = [scope for scope in trace.opened if scope.scope]
    trace.ended = [scope for scope in trace.ended if scope.scope]
    seen.told, seen.end, seen.finished = told(trace), step.end_event, step.finished
    return {**vars(seen), "state": base64.b64encode(step.state).decode()}


def _step(bundle: Bundle, process: str, state: bytes, facts: dict[str, Any], request: dict[str, Any]) -> runtime.Step:
    if "again" in request:
        return runtime.reopen(bundle, process, "walk", state, facts, *request["again"])
    return ACTS[request["kind"]](bundle, process, "walk", state, facts, request["id"])


def mutate(dice: random.Random, facts: dict[str, Any], known: dict[str, Fact]) -> dict[str, Any]:
    """The facts as a form might change them."""
    changed = dict(facts)
    for name, fact in known.items():
        if dice.random() < 0.5:
            changed[name] = _any_value(dice, fact)
    return changed


def _any_value(dice: random.Random, fact: Fact) -> Any:
    if fact.type == "code":
        return dice.choice(fact.values)
    if fact.type == "codes":
        return dice.sample(fact.values, dice.randint(0, min(3, len(fact.values))))
    if fact.type == "boolean":
        return dice.random() < 0.5
    return dice.randint(0, 5) if fact.type == "number" else f"20{dice.randint(10, 30)}-05-01"


def walk(bundle: Bundle, name: str, process: str, elsewhere: Elsewhere, seed: int, fresh: float) -> int:
    """One walk; returns its number of steps. Fails where the two instances differ or one waits for nothing.

    `fresh` is how often the other process parses the definitions anew before a step.
    """
    dice = random.Random(f"{name} {seed}")
    facts = mutate(dice, bundle.initial_facts(), bundle.facts)
    memory, saved = InMemory(bundle, process, facts), Saved(elsewhere, name, process, facts)
    seen = memory.seen
    taken: list[str] = []
    for step in range(MAX_STEPS):
        assert seen == saved.seen, f"{name} {seed}, step {step}, after {taken}"
        assert seen.finished or seen.error or any(key[0] != SCOPE for key in seen.keys), (
            f"{name} {seed}: nothing is open after {taken}"
        )
        if seen.finished or seen.error:
            break
        thing = _choose(dice, list(seen.ids))
        kind = _named(thing)[0][0]
        facts = mutate(dice, seen.facts, bundle.facts)
        taken.append(thing)
        seen = memory.act(kind, thing, facts)
        saved.act(kind, thing, facts, dice.random() < fresh)
    return len(taken)


def walk_again(
    bundle: Bundle, name: str, process: str, elsewhere: Elsewhere, seed: int, fresh: float
) -> tuple[int, int]:
    """One walk in which steps that were done are done again; returns how many were, and how many were refused.

    Fails where the saved instance differs from the one in memory, where a step that is done again is not open
    afterwards, or where the way from there ends with nothing to wait for (which a parallel join may do by itself).
    """
    may_stall = any(e.kind is Kind.PARALLEL and len(e.incoming) > 1 for e in bundle.elements.values())
    dice = random.Random(f"again {name} {seed}")
    facts = mutate(dice, bundle.initial_facts(), bundle.facts)
    memory, saved = InMemory(bundle, process, facts), Saved(elsewhere, name, process, facts)
    done: list[tuple[str, str, str]] = []  # element, and its scope in both
    reopened = refused = 0
    for step in range(MAX_STEPS):
        seen, where = memory.seen, f"{name} {seed}, step {step}"
        assert seen == saved.seen and (may_stall or seen.error != "Stalled"), where
        if seen.finished or seen.error:
            break
        facts = mutate(dice, seen.facts, bundle.facts)
        if done and dice.random() < 0.3:
            element, here, there = dice.choice(done)
            found = memory.again(here, element, facts)
            assert found == saved.again(there, element, facts, dice.random() < fresh), where
            assert found.error or any(key[:2] == ("OpenTask", "") and _is_at(key, element) for key in found.keys), where
            refused, reopened = refused + (found.error == REFUSED), reopened + (not found.error)
            continue
        thing = _choose(dice, list(seen.ids))
        if thing in seen.scopes:
            element = _named(thing)[0][2].partition("[")[0]
            done.append((element, seen.scopes[thing], saved.seen.scopes[thing]))
        memory.act(_named(thing)[0][0], thing, facts)
        saved.act(_named(thing)[0][0], thing, facts, dice.random() < fresh)
    return reopened, refused


def _is_at(key: Key, element: str) -> bool:
    return key[2].startswith(f"{element}[")


def walk_by_the_standard(bundle: Bundle, name: str, process: str, seed: int) -> int:
    """One walk beside the second interpreter; returns its number of steps. Fails where they differ."""
    dice = random.Random(f"standard {name} {seed}")
    facts = mutate(dice, bundle.initial_facts(), bundle.facts)
    memory = InMemory(bundle, process, facts)
    if memory.seen.error:
        return 0
    reference = Reference(bundle, process, facts)
    for step in range(MAX_STEPS):
        seen, where = memory.seen, f"{name} {seed}, step {step}"
        assert seen.keys == reference.keys(), where
        assert (seen.finished, seen.facts) == (reference.top.over, reference.facts), where
        single = sorted(thing for thing in seen.ids if seen.keys.count(_named(thing)[0]) == 1)
        if not single:
            return step
        thing = _choose(dice, single)
        (key, nth), facts = _named(thing), mutate(dice, seen.facts, bundle.facts)
        seen = memory.act(key[0], thing, facts)
        if seen.error:
            return step
        reference.act(key, nth, facts)
        assert [tuple(sent) for sent in seen.told["sent"]] == sorted(reference.sent), where
        assert [tuple(ended) for ended in seen.told["ended"]] == sorted(reference.ended), where
    return MAX_STEPS


def _choose(dice: random.Random, things: list[str]) -> str:
    """One of the open things; now and then a called process is left early."""
    left = [thing for thing in things if _named(thing)[0][0] == SCOPE]
    others = [thing for thing in things if thing not in left]
    return dice.choice(sorted(left if left and (not others or dice.random() < 0.05) else others))


def _named(thing: str) -> tuple[Key, int]:
    named: tuple[Key, int] = literal_eval(thing)
    return named
