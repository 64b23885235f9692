"""Reads the elements of a diagram from its XML: no expression is compiled and nothing is run yet."""

from lxml import etree

from . import xml
from .elements import Element, Event, Flow, Kind
from .faults import Problem
from .feel import Kind as Value

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
NS = {"bpmn": BPMN, "zeebe": ZEEBE}
FORM_PREFIX = "nrm-form:"

_ALLOWED_EVENTS = {
    Kind.START: {Event.NONE, Event.MESSAGE},
    Kind.END: {Event.NONE, Event.MESSAGE, Event.ERROR, Event.ESCALATION, Event.TERMINATE},
    Kind.CATCH: {Event.TIMER, Event.MESSAGE, Event.SIGNAL},
    Kind.THROW: {Event.NONE, Event.MESSAGE, Event.SIGNAL, Event.ESCALATION},
    Kind.BOUNDARY: {Event.TIMER, Event.MESSAGE, Event.SIGNAL, Event.ERROR, Event.ESCALATION},
    Kind.SEND: {Event.MESSAGE},
    Kind.RECEIVE: {Event.MESSAGE},
}
_OTHER_NODES = {
    "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "sequenceFlow", "textAnnotation",
    "association", "multiInstanceLoopCharacteristics",
}  # fmt: skip
_EVENT_DEFINITIONS = {f"{event}EventDefinition": event for event in Event if event is not Event.NONE}
_GATEWAYS = (Kind.EXCLUSIVE, Kind.INCLUSIVE)
_PROPERTIES = {
    "accept": Value.clock,
    "moves": Value.clock,
    "purpose": Value.string,
    "service": Value.string,
    "urgent": Value.boolean,
}


def read_xml(file: str, content: bytes, problems: list[Problem]) -> etree._Element | None:
    """The root of a diagram; None, with a problem noted, for what is not read."""
    try:
        return xml.read(content)
    except ValueError as error:
        problems.append(Problem(file, "", str(error), "Export it anew from the modeler."))
        return None


class Reading:
    """Reads the one executable process of a file into `elements`, collecting what is wrong on the way."""

    def __init__(self, file: str, root: etree._Element, problems: list[Problem]) -> None:
        self.file, self.root, self.problems = file, root, problems
        self.elements: list[Element] = []
        self.lanes = {
            (ref.text or "").strip(): lane.get("name")
            for lane in root.iterfind(f".//{{{BPMN}}}lane")
            for ref in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
        }
        self.process: etree._Element | None = None
        found = [p for p in root.iterfind(f"{{{BPMN}}}process") if p.get("isExecutable") == "true"]
        if len(found) != 1:
            self.wrong("", "A file holds exactly one executable process.", "Split the file, or set isExecutable.")
            return
        self.process = found[0]
        self.process_id = self.process.get("id", "")
        self._read_scope(self.process, "", None)

    def wrong(self, element: str, what: str, remedy: str) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(self.file, element, what, remedy))

    def _read_scope(self, scope: etree._Element, within: str, lane: str | None) -> None:
        flows = [self._flow(scope, node) for node in scope.iterfind(f"{{{BPMN}}}sequenceFlow")]
        if len(scope.findall(f"{{{BPMN}}}startEvent")) != 1:
            self.wrong(scope.get("id", ""), "There is not exactly one start event.", "Draw one.")
        for node in scope.iterchildren(f"{{{BPMN}}}*"):
            tag = etree.QName(node).localname
            if tag in Kind._value2member_map_:
                self._read_element(node, Kind(tag), within, lane, flows)
            elif tag not in _OTHER_NODES:
                self.wrong(node.get("id", tag), f"A {tag} is not drawn here.", "See the list of elements in use.")

    def _flow(self, scope: etree._Element, node: etree._Element) -> Flow:
        condition = node.find(f"{{{BPMN}}}conditionExpression")
        source = node.get("sourceRef", "")
        default = scope.find(f"{{{BPMN}}}*[@default='{node.get('id')}']")
        text = None if condition is None else (condition.text or "").strip()
        return Flow(
            node.get("id", ""),
            node.get("name", ""),
            source,
            node.get("targetRef", ""),
            text,
            default is not None,
        )

    def _read_element(self, node: etree._Element, kind: Kind, within: str, lane: str | None, flows: list[Flow]) -> None:
        element = Element(
            id=node.get("id", ""),
            process=self.process_id,
            kind=kind,
            file=self.file,
            name=" ".join((node.get("name") or "").split()),
            lane=self.lanes.get(node.get("id", "")) or lane,
            documentation=" ".join((node.findtext(f"{{{BPMN}}}documentation") or "").split()),
            within=within,
            incoming=[flow for flow in flows if flow.target == node.get("id")],
            outgoing=[flow for flow in flows if flow.source == node.get("id")],
        )
        self.elements.append(element)
        self._read_properties(node, element)
        self._read_event(node, element)
        self._read_work(node, element)
        self._read_repetition(node, element)
        self._read_conditions(element)
        if kind is Kind.EMBEDDED:
            if node.get("triggeredByEvent") == "true":
                self.wrong(element.id, "Event subprocesses do not run as drawn.", "Use a boundary event.")
            self._read_scope(node, element.id, element.lane)

    def _read_properties(self, node: etree._Element, element: Element) -> None:
        for written in _extensions(node, "properties/zeebe:property"):
            name, value = written.get("name", ""), written.get("value", "").strip()
            if not name.startswith("nrm:"):
                continue
            element.properties[name] = value
            wants = _PROPERTIES.get(name.removeprefix("nrm:"))
            if wants is not None:
                element.texts[name.removeprefix("nrm:")] = (_as_expression(value, wants), wants)

    def _read_event(self, node: etree._Element, element: Element) -> None:
        allowed = _ALLOWED_EVENTS.get(element.kind)
        if allowed is None:
            return
        definitions = [c for c in node if str(c.tag).endswith("EventDefinition")]
        if node.get("messageRef"):
            element.event, element.reference = (
                Event.MESSAGE,
                self._named("message", node.get("messageRef"), "name"),
            )
        elif definitions:
            element.event = _EVENT_DEFINITIONS.get(etree.QName(definitions[0]).localname, Event.NONE)
            self._read_definition(definitions[0], element)
        if len(definitions) > 1 or element.event not in allowed:
            self.wrong(element.id, f"This {element.kind} cannot run.", f"Use one of: {', '.join(sorted(allowed))}.")
        if element.kind is Kind.BOUNDARY:
            element.attached_to = node.get("attachedToRef")
            element.interrupting = node.get("cancelActivity", "true") == "true"

    def _read_definition(self, node: etree._Element, element: Element) -> None:
        if element.event is Event.TIMER:
            duration = node.findtext(f"{{{BPMN}}}timeDuration")
            if duration is None:
                self.wrong(element.id, "A timer names a clock.", 'Write a duration of =clock("name").')
            element.texts["timer"] = ((duration or "").strip(), Value.clock)
        elif element.event in (Event.MESSAGE, Event.SIGNAL):
            element.reference = self._named(element.event, node.get(f"{element.event}Ref"), "name")
            if not element.reference:
                self.wrong(element.id, f"This event has no {element.event} with a name.", "Choose one.")
        elif element.event in (Event.ERROR, Event.ESCALATION):
            element.reference = self._named(element.event, node.get(f"{element.event}Ref"), f"{element.event}Code")

    def _named(self, tag: str, reference: str | None, attribute: str) -> str | None:
        found = [n for n in self.root.iterfind(f"{{{BPMN}}}{tag}") if n.get("id") == reference]
        return found[0].get(attribute) if found and reference else None

    def _read_work(self, node: etree._Element, element: Element) -> None:
        for written in _extensions(node, "formDefinition"):
            element.form = written.get("externalReference", "").removeprefix(FORM_PREFIX)
        for written in _extensions(node, "taskSchedule"):
            element.texts["due"] = (written.get("dueDate", "").strip(), Value.clock)
        for written in _extensions(node, "calledDecision"):
            element.decision, element.result = written.get("decisionId"), written.get("resultVariable")
        for written in _extensions(node, "ioMapping/zeebe:input"):
            element.texts[f"input:{written.get('target', '')}"] = (
                written.get("source", "").strip(),
                Value.any,
            )
        if _extensions(node, "ioMapping/zeebe:output"):
            self.wrong(element.id, "Outputs are not mapped.", "Let a form or a decision set a fact.")
        if element.kind is Kind.CALL:
            self._read_call(node, element)

    def _read_call(self, node: etree._Element, element: Element) -> None:
        element.calls = node.get("calledElement")
        called = [written.get("processId") for written in _extensions(node, "calledElement")]
        if not element.calls or called != [element.calls]:
            self.wrong(
                element.id,
                "calledElement and zeebe:calledElement must name the same process.",
                "Write both, with the same id.",
            )

    def _read_repetition(self, node: etree._Element, element: Element) -> None:
        loop = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
        if node.find(f"{{{BPMN}}}standardLoopCharacteristics") is not None:
            self.wrong(element.id, "Standard loops are not used.", "Draw the way back through a gateway.")
        if loop is None:
            return
        written = _extensions(loop, "loopCharacteristics")
        if len(written) != 1 or not written[0].get("inputCollection") or not written[0].get("inputElement"):
            self.wrong(
                element.id,
                "A multi-instance names its collection and item in zeebe:loopCharacteristics.",
                "Give inputCollection and inputElement.",
            )
            return
        if any(loop.find(f"{{{BPMN}}}{tag}") is not None for tag in ("completionCondition", "loopDataInputRef")):
            self.wrong(element.id, "A multi-instance ends when all its items have ended.", "Remove the condition.")
        element.item = written[0].get("inputElement")
        element.sequential = loop.get("isSequential") == "true"
        element.texts["collection"] = (written[0].get("inputCollection", "").strip(), Value.list)

    def _read_conditions(self, element: Element) -> None:
        splits = element.kind in _GATEWAYS and len(element.outgoing) > 1
        for flow in element.outgoing:
            if splits and (flow.condition is None) is not flow.default:
                self.wrong(
                    element.id,
                    f"The flow {flow.id} has to be the default or to have a condition, and not both.",
                    "Set one of the two.",
                )
            if flow.condition is None or flow.default:
                continue
            if element.kind not in _GATEWAYS:
                self.wrong(element.id, "Only a gateway has conditions.", "Draw an exclusive or inclusive gateway.")
            element.texts[f"condition:{flow.id}"] = (flow.condition, Value.boolean)


def _extensions(node: etree._Element, path: str) -> list[etree._Element]:
    return list(node.iterfind(f"bpmn:extensionElements/zeebe:{path}", NS))


def _as_expression(value: str, wants: Value) -> str:
    """A property is FEEL behind `=`, or the plain name of a clock, purpose or service."""
    if value.startswith("=") or wants is Value.boolean:
        return value
    return f'=clock("{value}")' if wants is Value.clock else f'="{value}"'
