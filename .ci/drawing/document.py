"""The BPMN 2.0 document of a laid-out process, with the zeebe extension elements the engine reads."""

from collections.abc import Callable

from lxml import etree

from .description import Flow, Node, Process
from .places import Box, Layout, family

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"
NAMESPACES = {
    "bpmn": BPMN,
    "bpmndi": BPMNDI,
    "dc": DC,
    "di": DI,
    "xsi": XSI,
    "zeebe": ZEEBE,
    "modeler": MODELER,
}

HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n'
Element = etree._Element


def document(process: Process, layout: Layout) -> bytes:
    root = etree.Element(f"{{{BPMN}}}definitions", nsmap=NAMESPACES)
    root.set("id", f"definitions_{process.id}")
    root.set("targetNamespace", "https://nrm-engine.org/bpmn")
    root.set("exporter", "nrm-engine draw_diagrams")
    root.set(f"{{{MODELER}}}executionPlatform", "Camunda Cloud")
    root.set(f"{{{MODELER}}}executionPlatformVersion", "8.6.0")
    collaboration = _add(root, BPMN, "collaboration", id=f"map_{process.id}")
    _add(collaboration, BPMN, "participant", id=f"pool_{process.id}", name=process.name, processRef=process.id)
    body = _add(root, BPMN, "process", id=process.id, name=process.name, isExecutable="true")
    _add(body, BPMN, "documentation").text = process.doc
    _write_lanes(body, process)
    for node in process.nodes:
        _write_node(body, process, node)
    for flow in process.flows:
        _write_flow(body, flow)
    _write_messages(root, process)
    _write_picture(root, process, layout)
    etree.indent(root, "  ")
    return HEADER + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def _add(parent: Element, namespace: str, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)


def _write_lanes(body: Element, process: Process) -> None:
    lanes = _add(body, BPMN, "laneSet", id=f"lanes_{process.id}")
    for role, _rows in process.lanes:
        lane = _add(lanes, BPMN, "lane", id=f"lane_{process.id}_{role}", name=role)
        for node in process.nodes:
            if process.lane_of(node.row) == role:
                _add(lane, BPMN, "flowNodeRef").text = node.id


def _write_node(body: Element, process: Process, node: Node) -> None:
    element = _add(body, BPMN, node.kind, id=node.id, name=node.name)
    if node.doc:
        _add(element, BPMN, "documentation").text = node.doc
    _write_extensions(element, node)
    for flow in process.flows:
        if flow.target == node.id:
            _add(element, BPMN, "incoming").text = flow.id
    for flow in process.flows:
        if flow.source == node.id:
            _add(element, BPMN, "outgoing").text = flow.id
            if flow.default:
                element.set("default", flow.id)
    _write_details(element, node)


def _write_extensions(element: Element, node: Node) -> None:
    writers: list[Callable[[Element, Node], None]] = [_user_task, _call, _decision, _properties]
    extensions = _add(element, BPMN, "extensionElements")
    for write in writers:
        write(extensions, node)
    if len(extensions) == 0:
        element.remove(extensions)


def _user_task(extensions: Element, node: Node) -> None:
    if node.kind == "userTask":
        _add(extensions, ZEEBE, "userTask")
        _add(extensions, ZEEBE, "formDefinition", externalReference=f"nrm-form:{node.id}")
        due = node.due if node.due.startswith("=") else f'=clock("{node.due}")'
        _add(extensions, ZEEBE, "taskSchedule", dueDate=due)


def _call(extensions: Element, node: Node) -> None:
    if not node.calls:
        return
    _add(extensions, ZEEBE, "calledElement", processId=node.calls, propagateAllChildVariables="false")
    if node.inputs:
        mapping = _add(extensions, ZEEBE, "ioMapping")
        for target, source in node.inputs.items():
            _add(mapping, ZEEBE, "input", source=source, target=target)


def _decision(extensions: Element, node: Node) -> None:
    if node.decision:
        _add(extensions, ZEEBE, "calledDecision", decisionId=node.decision[0], resultVariable=node.decision[1])


def _properties(extensions: Element, node: Node) -> None:
    if node.properties:
        properties = _add(extensions, ZEEBE, "properties")
        for name, value in node.properties.items():
            _add(properties, ZEEBE, "property", name=f"nrm:{name}", value=value)


def _write_details(element: Element, node: Node) -> None:
    if node.calls:
        element.set("calledElement", node.calls)
    if node.each:
        loop = _add(element, BPMN, "multiInstanceLoopCharacteristics")
        _add(_add(loop, BPMN, "extensionElements"), ZEEBE, "loopCharacteristics",
             inputCollection=node.each[0], inputElement=node.each[1])  # fmt: skip
    if node.timer:
        timer = _add(element, BPMN, "timerEventDefinition", id=f"timer_{node.id}")
        duration = _add(timer, BPMN, "timeDuration")
        duration.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        duration.text = f'=clock("{node.timer}")'
    if node.message and node.kind == "sendTask":
        element.set("messageRef", f"message_{node.id}")
    elif node.message:
        _add(element, BPMN, "messageEventDefinition", id=f"catch_{node.id}", messageRef=f"message_{node.id}")


def _write_flow(body: Element, flow: Flow) -> None:
    element = _add(body, BPMN, "sequenceFlow", id=flow.id, sourceRef=flow.source, targetRef=flow.target)
    if flow.name:
        element.set("name", flow.name)
    if flow.when:
        condition = _add(element, BPMN, "conditionExpression")
        condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        condition.text = flow.when


def _write_messages(root: Element, process: Process) -> None:
    for node in process.nodes:
        if node.message:
            message = _add(root, BPMN, "message", id=f"message_{node.id}", name=node.message)
            extensions = _add(message, BPMN, "extensionElements")
            _add(extensions, ZEEBE, "subscription", correlationKey="=case")


def _write_picture(root: Element, process: Process, layout: Layout) -> None:
    diagram = _add(root, BPMNDI, "BPMNDiagram", id=f"diagram_{process.id}")
    plane = _add(diagram, BPMNDI, "BPMNPlane", id=f"plane_{process.id}", bpmnElement=f"map_{process.id}")
    _shape(plane, f"pool_{process.id}", layout.pool, isHorizontal="true")
    for role, box in layout.lanes.items():
        _shape(plane, f"lane_{process.id}_{role}", box, isHorizontal="true")
    for node in process.nodes:
        marker = {"isMarkerVisible": "true"} if node.kind == "exclusiveGateway" else {}
        shape = _shape(plane, node.id, layout.shapes[node.id], **marker)
        if family(node.kind) != "task":
            _label(shape, layout.labels[node.id])
    for flow in process.flows:
        edge = _add(plane, BPMNDI, "BPMNEdge", id=f"edge_{flow.id}", bpmnElement=flow.id)
        for x, y in layout.edges[flow.id]:
            _add(edge, DI, "waypoint", x=_number(x), y=_number(y))
        if flow.name:
            _label(edge, layout.labels[flow.id])


def _shape(plane: Element, element_id: str, box: Box, **attributes: str) -> Element:
    shape = _add(plane, BPMNDI, "BPMNShape", id=f"shape_{element_id}", bpmnElement=element_id, **attributes)
    _bounds(shape, box)
    return shape


def _label(parent: Element, box: Box) -> None:
    _bounds(_add(parent, BPMNDI, "BPMNLabel"), box)


def _bounds(parent: Element, box: Box) -> None:
    _add(parent, DC, "Bounds", x=_number(box.x), y=_number(box.y), width=_number(box.width),
         height=_number(box.height))  # fmt: skip


def _number(value: float) -> str:
    return str(round(value))
