"""Where the path leads: every node is reached and reaches an end, no join waits for what cannot come.

All of it is graph theory on one scope at a time; an embedded subprocess is one node of the scope around it.
"""

from collections.abc import Iterator

from .check_reading import (
    Diagram,
    Element,
    Report,
    definitions,
    flows,
    ident,
    interrupts,
    kind,
    nodes,
    scopes,
)

Graph = dict[str, set[str]]
CHOICES = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})
WAITING = frozenset({"message", "signal"})


class Scope:
    """One scope as a graph: its nodes, which follows which, and which boundary events hang on which."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.nodes = {node.get("id", ""): node for node in nodes(element)}
        self.flows = [flow for flow in flows(element) if self._stands_here(flow)]
        self.boundaries: dict[str, list[Element]] = {}
        self.after: Graph = {name: set() for name in self.nodes}
        for flow in self.flows:
            self.after[flow.get("sourceRef", "")].add(flow.get("targetRef", ""))
        for name, node in self.nodes.items():
            host = node.get("attachedToRef", "")
            if kind(node) == "boundaryEvent" and host in self.nodes:
                self.boundaries.setdefault(host, []).append(node)
                self.after[host].add(name)

    def _stands_here(self, flow: Element) -> bool:
        return {flow.get("sourceRef"), flow.get("targetRef")} <= self.nodes.keys()

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Element]]:
        """The nodes of these kinds, by id."""
        return ((name, node) for name, node in self.nodes.items() if kind(node) in kinds)

    def leaving(self, name: str) -> list[str]:
        """Where the sequence flows of a node lead."""
        return [flow.get("targetRef", "") for flow in self.flows if flow.get("sourceRef") == name]

    def entering(self, name: str) -> dict[str, str]:
        """The sequence flows that lead to a node, each with its source."""
        return {flow.get("id", ""): flow.get("sourceRef", "") for flow in self.flows if flow.get("targetRef") == name}


def check_flow(diagram: Diagram, report: Report) -> None:
    """Everything about the paths of a diagram."""
    for element in scopes(diagram):
        scope = Scope(element)
        _loose_flows(diagram, scope, report)
        _dead_ends(diagram, scope, report)
        _joins(diagram, scope, report)
        _event_gateways(diagram, scope, report)
        _waits(diagram, scope, report)


def _loose_flows(diagram: Diagram, scope: Scope, report: Report) -> None:
    for flow in flows(scope.element):
        if flow not in scope.flows:
            remedy = "Connect both ends in the modeler, inside one scope."
            report.add(diagram.file, ident(flow), "The flow does not lead from one element to another here.", remedy)
    for name, node in scope.of_kind("boundaryEvent"):
        if node.get("attachedToRef") not in scope.nodes:
            report.add(diagram.file, name, "The boundary event hangs on nothing.", "Attach it to an activity.")


def _dead_ends(diagram: Diagram, scope: Scope, report: Report) -> None:
    starts = {name for name, _ in scope.of_kind("startEvent")}
    ends = {name for name, _ in scope.of_kind("endEvent")}
    reached = _reachable(scope.after, starts)
    ending = _reachable(_reversed(scope.after), ends)
    for name in scope.nodes:
        if name not in reached:
            report.add(diagram.file, name, "Nothing leads here.", "Connect it, or remove it.")
        if name not in ending:
            report.add(diagram.file, name, "No end can be reached from here.", "Lead the path to an end event.")


def _joins(diagram: Diagram, scope: Scope, report: Report) -> None:
    """A parallel join waits for all its branches: none of them may be interrupted or chosen away."""
    for join, _ in scope.of_kind("parallelGateway"):
        entering = scope.entering(join)
        if len(entering) < 2:
            continue
        ways = _ways(scope, join, entering)
        breaker = next((name for name in scope.nodes if _breaks(scope, name, ways, len(entering))), None)
        if breaker is not None:
            what = f"The parallel join waits for a branch that may never arrive: see {breaker}."
            report.add(diagram.file, join, what, "Split and join these branches with inclusive gateways.")


def _ways(scope: Scope, join: str, entering: dict[str, str]) -> dict[str, frozenset[str]]:
    """For each node, by which of the join's flows it can arrive at the join."""
    backwards = _reversed({name: after - {join} for name, after in scope.after.items() if name != join})
    reaching = {flow: _reachable(backwards, {source} - {join}) for flow, source in entering.items()}
    return {name: frozenset(flow for flow in reaching if name in reaching[flow]) for name in scope.nodes}


def _breaks(scope: Scope, name: str, ways: dict[str, frozenset[str]], branches: int) -> bool:
    """Whether this node can keep a branch from arriving: by an interruption, or by choosing another way."""
    mine = ways[name]
    if not mine:
        return False
    in_branch = len(mine) < branches
    if in_branch and any(interrupts(boundary) for boundary in scope.boundaries.get(name, [])):
        return True
    if kind(scope.nodes[name]) not in CHOICES:
        return False
    allowed = {mine} if in_branch else {mine, frozenset()}
    return any(_way_of(scope, name, target, ways) not in allowed for target in scope.leaving(name))


def _way_of(scope: Scope, name: str, target: str, ways: dict[str, frozenset[str]]) -> frozenset[str]:
    """The ways behind one flow of a choice; a flow straight into the join is a way of its own."""
    return ways.get(target) or frozenset(
        flow.get("id", "")
        for flow in scope.flows
        if flow.get("sourceRef") == name and flow.get("targetRef") == target and flow.get("id") in ways[name]
    )


def _event_gateways(diagram: Diagram, scope: Scope, report: Report) -> None:
    for name, _ in scope.of_kind("eventBasedGateway"):
        behind = [scope.nodes[target] for target in scope.leaving(name)]
        timers = sum("timer" in definitions(node) for node in behind)
        if timers > 1:
            what = "Several timers stand behind one event-based gateway."
            report.add(diagram.file, name, what, "Keep one timer; draw the next one behind it.")
        elif not timers:
            report.add(diagram.file, name, "The gateway waits without a clock.", "Draw one timer behind it.")
        if any(kind(node) not in ("intermediateCatchEvent", "receiveTask") for node in behind):
            what = "Behind an event-based gateway stands something that does not wait."
            report.add(diagram.file, name, what, "Draw only catching events and receive tasks behind it.")


def _waits(diagram: Diagram, scope: Scope, report: Report) -> None:
    """Whoever waits for a message has a clock beside it, so that silence is noticed."""
    if _timed(scope.element):
        return
    raced = {target for name, _ in scope.of_kind("eventBasedGateway") for target in scope.leaving(name)}
    for name, node in scope.of_kind("receiveTask", "intermediateCatchEvent"):
        waiting = kind(node) == "receiveTask" or bool(WAITING & set(definitions(node)))
        timed = any("timer" in definitions(boundary) for boundary in scope.boundaries.get(name, []))
        if waiting and name not in raced and not timed:
            remedy = "Hang a timer on the receive task, or race it with a timer behind an event-based gateway."
            report.add(diagram.file, name, "This waits without a clock beside it.", remedy)


def _timed(scope: Element) -> bool:
    """Whether a timer hangs on this subprocess or on one around it."""
    around = [scope, *scope.iterancestors()]
    hosts = {up.get("id") for up in around if kind(up) == "subProcess"}
    beside = (node for up in around for node in nodes(up) if kind(node) == "boundaryEvent")
    return any(node.get("attachedToRef") in hosts and "timer" in definitions(node) for node in beside)


def _reachable(graph: Graph, begin: set[str]) -> set[str]:
    seen, todo = set(begin), list(begin)
    while todo:
        for following in graph.get(todo.pop(), set()) - seen:
            seen.add(following)
            todo.append(following)
    return seen


def _reversed(graph: Graph) -> Graph:
    backwards: Graph = {name: set() for name in graph}
    for name, after in graph.items():
        for following in after:
            backwards.setdefault(following, set()).add(name)
    return backwards
