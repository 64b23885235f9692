"""Draws small diagrams from a few words, so that a test can be read beside what it runs.

One line per element: its kind, its id, `name=value` words, and `->` where its flows go, divided by `|`. A flow may
end in `if CONDITION`; among conditional flows one without is the default. What is indented lies inside the `sub`
above it. `call x each=item in=items` repeats; `one_by_one` makes it sequential; `give=NAME:EXPRESSION` is an input.
"""

import re
from itertools import count
from xml.sax.saxutils import escape, quoteattr

TAGS = {
    "start": "startEvent", "end": "endEvent", "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent", "user": "userTask", "decide": "businessRuleTask", "send": "sendTask",
    "receive": "receiveTask", "xor": "exclusiveGateway", "or": "inclusiveGateway", "and": "parallelGateway",
    "wait": "eventBasedGateway", "call": "callActivity", "sub": "subProcess",
}  # fmt: skip
EVENTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="t">'
)


def draw(process: str, text: str) -> bytes:
    """The diagram of one process as BPMN."""
    pen = _Pen(process)
    lines = [line.split("#")[0].rstrip() for line in text.splitlines()]
    lines = [line for line in lines if line.strip()]
    body = pen.scope(lines, _indent(lines[0]))
    lane = "".join(f"<bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>" for id in pen.ids)
    lanes = (
        f'<bpmn:laneSet id="ls_{process}"><bpmn:lane id="l_{process}" name="worker">{lane}</bpmn:lane></bpmn:laneSet>'
    )
    return (
        f'{HEAD}{"".join(pen.roots.values())}<bpmn:process id="{process}" isExecutable="true">'
        f"{lanes}{body}</bpmn:process></bpmn:definitions>"
    ).encode()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class _Pen:
    def __init__(self, process: str) -> None:
        self.process, self.ids, self.roots, self.numbers = process, [], {}, count(1)

    def scope(self, lines: list[str], indent: int) -> str:
        nodes, flows, at = [], [], 0
        while at < len(lines):
            inside = at + 1
            while inside < len(lines) and _indent(lines[inside]) > indent:
                inside += 1
            within = lines[at + 1 : inside]
            nodes.append(self.node(lines[at].strip(), within, flows))
            at = inside
        return "".join(nodes + flows)

    def node(self, line: str, within: list[str], flows: list[str]) -> str:
        head, _, targets = line.partition("->")
        kind, id, *rest = re.findall(r'(?:[^\s"]|"[^"]*")+', head)
        self.ids.append(id)
        words = [tuple(word.split("=", 1)) if "=" in word else (word, "yes") for word in rest]
        given = dict(words)
        gives = [word[1].split(":", 1) for word in words if word[0] == "give"]
        inner = self.scope(within, _indent(within[0])) if within else ""
        attributes = {"id": id, "name": id} | self.attributes(kind, given)
        default = self.flows(id, targets, flows)
        if default and kind in ("xor", "or"):
            attributes["default"] = default
        content = self.extensions(kind, id, given, gives) + self.events(kind, given) + self.repeat(given) + inner
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        return f"<bpmn:{TAGS[kind]} {written}>{content}</bpmn:{TAGS[kind]}>"

    def attributes(self, kind: str, given: dict[str, str]) -> dict[str, str]:
        found = {}
        if kind == "call":
            found["calledElement"] = given["calls"]
        if kind == "boundary":
            found |= {"attachedToRef": given["on"], "cancelActivity": "false" if "soft" in given else "true"}
        if kind in ("send", "receive"):
            found["messageRef"] = self.root("message", given["message"])
        return found

    def root(self, event: str, name: str) -> str:
        id = f"{event}_{name}_{self.process}"
        self.roots[id] = f'<bpmn:{event} id="{id}" {EVENTS[event]}="{name}"/>'
        return id

    def flows(self, source: str, targets: str, flows: list[str]) -> str:
        default, conditional = "", " if " in targets
        for flow in filter(None, (target.strip() for target in targets.split("|"))):
            target, _, condition = flow.partition(" if ")
            id = f"{self.process}_flow{next(self.numbers)}"
            if conditional and not condition:
                default = id
            asked = _condition(condition) if condition else ""
            flows.append(
                f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target.strip()}">'
                f"{asked}</bpmn:sequenceFlow>"
            )
        return default

    def extensions(self, kind: str, id: str, given: dict[str, str], gives: list[list[str]]) -> str:
        found = ""
        if kind == "user":
            found += (
                "<zeebe:userTask/>" + f"<zeebe:taskSchedule dueDate={quoteattr(_clock(given.get('due', 'soon')))}/>"
            )
        if kind == "call":
            found += f'<zeebe:calledElement processId="{given["calls"]}" propagateAllChildVariables="false"/>'
        if kind == "decide":
            found += (
                f'<zeebe:calledDecision decisionId="{given["decision"]}" resultVariable="{given.get("result", "")}"/>'
            )
        if gives:
            inputs = "".join(
                f"<zeebe:input source={quoteattr('=' + text)} target={quoteattr(name)}/>" for name, text in gives
            )
            found += f"<zeebe:ioMapping>{inputs}</zeebe:ioMapping>"
        properties = {name: value for name, value in given.items() if name.startswith("nrm:")}
        if properties:
            written = "".join(
                f"<zeebe:property name={quoteattr(n)} value={quoteattr(v)}/>" for n, v in properties.items()
            )
            found += f"<zeebe:properties>{written}</zeebe:properties>"
        return f"<bpmn:extensionElements>{found}</bpmn:extensionElements>" if found else ""

    def events(self, kind: str, given: dict[str, str]) -> str:
        if kind in ("send", "receive"):
            return ""
        if "timer" in given:
            duration = f"<bpmn:timeDuration>{_clock(given['timer'])}</bpmn:timeDuration>"
            return f"<bpmn:timerEventDefinition>{duration}</bpmn:timerEventDefinition>"
        if "terminate" in given:
            return "<bpmn:terminateEventDefinition/>"
        for event in EVENTS:
            if event in given:
                return f'<bpmn:{event}EventDefinition {event}Ref="{self.root(event, given[event])}"/>'
        return ""

    def repeat(self, given: dict[str, str]) -> str:
        if "each" not in given:
            return ""
        sequential = ' isSequential="true"' if "one_by_one" in given else ""
        return (
            f"<bpmn:multiInstanceLoopCharacteristics{sequential}><bpmn:extensionElements><zeebe:loopCharacteristics"
            f' inputCollection="={given["in"]}" inputElement="{given["each"]}"/></bpmn:extensionElements>'
            "</bpmn:multiInstanceLoopCharacteristics>"
        )


def _clock(text: str) -> str:
    return text if text.startswith("=") else f'=clock("{text}")'


def _condition(text: str) -> str:
    return f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">={escape(text)}</bpmn:conditionExpression>'
