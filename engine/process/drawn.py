"""What a diagram says, read from its XML: lanes, nodes, flows. Shared by picture and description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from ..errors import Invalid
from . import xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
NAMES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "zeebe": ZEEBE}
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway")


@dataclass(frozen=True)
class Flow:
    """A sequence flow: its label and its condition as written (FEEL, with `=`)."""

    id: str
    source: str
    target: str
    name: str
    condition: str
    default: bool


@dataclass(frozen=True)
class Node:
    """An event, gateway, task, call activity or embedded subprocess.

    `event` is timer, message, terminate, ... or empty; `clock` the timer's expression; `inputs` are those of
    a call; `many` is parallel, sequential, loop or empty, `each` its collection and the name of one item;
    `properties` come without their `nrm:`.
    """

    id: str
    kind: str
    name: str
    lane: str
    documentation: str
    event: str
    clock: str
    message: str
    due: str
    calls: str
    decision: tuple[str, str]
    inputs: Mapping[str, str]
    many: str
    each: tuple[str, str]
    attached_to: str
    interrupting: bool
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Drawn:
    """One process as drawn. Nodes keep the order of the file; so do flows."""

    id: str
    name: str
    documentation: str
    lanes: tuple[str, ...]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]

    def leaving(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == node_id]

    def entering(self, node_id: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == node_id]


def parse(content: bytes) -> etree._Element:
    """The root of a diagram or table. Raises Invalid for what is not read."""
    try:
        return xml.read(content)
    except ValueError as error:
        raise Invalid(f"{error} Save it again in the modeler.") from error


def read(root: etree._Element) -> Drawn:
    """What the first process of a parsed file says; a flow with a loose end is left out.

    Raises Invalid when there is no process."""
    process = root.find("bpmn:process", NAMES)
    if process is None:
        raise Invalid("This file holds no BPMN process. Choose a .bpmn file with one executable process.")
    lanes = {
        str(ref.text).strip(): _text(lane, "name")
        for lane in process.iter(f"{{{BPMN}}}lane")
        for ref in lane.findall("bpmn:flowNodeRef", NAMES)
    }
    messages = {_text(m, "id"): _text(m, "name") for m in root.findall("bpmn:message", NAMES)}
    nodes = {_text(e, "id"): _node(e, lanes, messages) for e in _nodes(process)}
    flows = [_flow(flow, process) for flow in process.iter(f"{{{BPMN}}}sequenceFlow")]
    return Drawn(
        id=_text(process, "id"),
        name=_text(process, "name"),
        documentation=_documentation(process),
        lanes=tuple(_text(lane, "name") for lane in process.iter(f"{{{BPMN}}}lane")),
        nodes=nodes,
        flows=tuple(flow for flow in flows if flow.source in nodes and flow.target in nodes),
    )


def _nodes(process: etree._Element) -> Iterator[etree._Element]:
    for element in process.iter(etree.Element):
        kind = etree.QName(element).localname
        tasks = kind in ("task", "callActivity", "subProcess", "transaction") or kind.endswith("Task")
        if etree.QName(element).namespace == BPMN and (tasks or kind in EVENTS or kind in GATEWAYS):
            yield element


def _node(element: etree._Element, lanes: dict[str, str], messages: dict[str, str]) -> Node:
    node_id = _text(element, "id")
    event, clock, reference = _event(element)
    decision = element.find("bpmn:extensionElements/zeebe:calledDecision", NAMES)
    many, each = _repetition(element)
    properties = element.findall("bpmn:extensionElements/zeebe:properties/zeebe:property", NAMES)
    return Node(
        id=node_id,
        kind=etree.QName(element).localname,
        name=_text(element, "name"),
        lane=lanes.get(node_id) or lanes.get(_text(element.getparent(), "id"), ""),
        documentation=_documentation(element),
        event=event,
        clock=clock,
        message=messages.get(reference or _text(element, "messageRef"), ""),
        due=_text(element.find("bpmn:extensionElements/zeebe:taskSchedule", NAMES), "dueDate"),
        calls=_text(element, "calledElement"),
        decision=(_text(decision, "decisionId"), _text(decision, "resultVariable")),
        inputs={_text(i, "target"): _text(i, "source") for i in element.iter(f"{{{ZEEBE}}}input")},
        many=many,
        each=each,
        attached_to=_text(element, "attachedToRef"),
        interrupting=_text(element, "cancelActivity") != "false",
        properties={_text(p, "name").removeprefix("nrm:"): _text(p, "value") for p in properties},
    )


def _event(element: etree._Element) -> tuple[str, str, str]:
    """What kind of event, its clock's expression, and the message it names."""
    for child in element:
        kind = etree.QName(child).localname
        if kind.endswith("EventDefinition"):
            clock = next((str(c.text).strip() for c in child if c.text and "time" in etree.QName(c).localname), "")
            return kind.removesuffix("EventDefinition"), clock, _text(child, "messageRef")
    return "", "", ""


def _repetition(element: etree._Element) -> tuple[str, tuple[str, str]]:
    if element.find("bpmn:standardLoopCharacteristics", NAMES) is not None:
        return "loop", ("", "")
    loop = element.find("bpmn:multiInstanceLoopCharacteristics", NAMES)
    if loop is None:
        return "", ("", "")
    each = loop.find("bpmn:extensionElements/zeebe:loopCharacteristics", NAMES)
    many = "sequential" if _text(loop, "isSequential") == "true" else "parallel"
    return many, (_text(each, "inputCollection"), _text(each, "inputElement"))


def _flow(element: etree._Element, process: etree._Element) -> Flow:
    flow_id, source = _text(element, "id"), _text(element, "sourceRef")
    condition = element.find("bpmn:conditionExpression", NAMES)
    return Flow(
        id=flow_id,
        source=source,
        target=_text(element, "targetRef"),
        name=_text(element, "name"),
        condition=(condition.text or "").strip() if condition is not None else "",
        default=any(_text(other, "default") == flow_id for other in process.iter(f"{{{BPMN}}}*")),
    )


def _documentation(element: etree._Element) -> str:
    found = element.find("bpmn:documentation", NAMES)
    return " ".join((found.text or "").split()) if found is not None else ""


def _text(element: etree._Element | None, attribute: str) -> str:
    return "" if element is None else str(element.get(attribute, ""))
