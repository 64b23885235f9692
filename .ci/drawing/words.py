"""Short words to describe a process with: one function per kind of node."""

from itertools import pairwise

from .description import Flow, Node

Place = tuple[int, int]
# Of a step at which the person is asked: the questions of its form that name the interpreter and the language.
ASKED = {"interpreter": "interpreter_name", "language": "asked_language"}


def start(node_id: str, name: str, at: Place, *, message: str = "") -> Node:
    return Node(node_id, "startEvent", name, *at, message=message)


def end(node_id: str, name: str, at: Place, outcome: str = "", label: str = "") -> Node:
    return Node(node_id, "endEvent", name, *at, label=label, properties={"outcome": outcome} if outcome else {})


def wait(node_id: str, name: str, at: Place, clock: str, doc: str) -> Node:
    return Node(node_id, "intermediateCatchEvent", name, *at, timer=clock, doc=doc)


def task(node_id: str, name: str, at: Place, due: str, doc: str, **properties: str) -> Node:
    return Node(node_id, "userTask", name, *at, due=due, doc=doc, properties=properties)


def decide(node_id: str, name: str, at: Place, decision: str, result: str, doc: str) -> Node:
    return Node(node_id, "businessRuleTask", name, *at, decision=(decision, result), doc=doc)


def send(node_id: str, name: str, at: Place, message: str, doc: str) -> Node:
    return Node(node_id, "sendTask", name, *at, message=message, doc=doc)


def call(node_id: str, name: str, at: Place, process: str, doc: str, *, inherit: bool = False,
         each: tuple[str, str] | None = None, **inputs: str) -> Node:  # fmt: skip
    properties = {"participations": "inherit"} if inherit else {}
    return Node(node_id, "callActivity", name, *at, calls=process, doc=doc, properties=properties,
                each=each, inputs=inputs)  # fmt: skip


def one_of(node_id: str, name: str, at: Place, label: str = "") -> Node:
    return Node(node_id, "exclusiveGateway", name, *at, label=label)


def any_of(node_id: str, name: str, at: Place, label: str = "") -> Node:
    return Node(node_id, "inclusiveGateway", name, *at, label=label)


def all_of(node_id: str, name: str, at: Place, label: str = "") -> Node:
    return Node(node_id, "parallelGateway", name, *at, label=label)


def path(*node_ids: str) -> tuple[Flow, ...]:
    """Plain flows from each node to the next."""
    return tuple(Flow(a, b) for a, b in pairwise(node_ids))


def when(source: str, target: str, name: str, condition: str, route: str = "", label: str = "") -> Flow:
    return Flow(source, target, name, condition, route=route, label=label)


def otherwise(source: str, target: str, name: str, route: str = "", label: str = "") -> Flow:
    return Flow(source, target, name, default=True, route=route, label=label)


def back(source: str, target: str, route: str) -> Flow:
    return Flow(source, target, route=route)
