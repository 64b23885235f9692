"""What may be drawn, one element at a time: what would run wrongly is refused, what is missing is named.

Each refusal was tried: SpiffWorkflow 3.2.0 runs these constructs wrongly, or only once, or not at all.
"""

from .check_reading import (
    BPMN,
    CATCHES,
    GATEWAYS,
    NODES,
    SCOPES,
    ZEEBE,
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
    zeebe,
)

SPLITS = frozenset({"exclusiveGateway", "inclusiveGateway"})
REST = frozenset(
    {"documentation", "extensionElements", "laneSet", "sequenceFlow", "incoming", "outgoing"}
    | {"multiInstanceLoopCharacteristics", "textAnnotation", "association", "group"}
)
REFUSED = {
    "complexGateway": ("A complex gateway is not run.", "Draw an exclusive or inclusive gateway."),
    "adHocSubProcess": ("An ad-hoc subprocess is not run.", "Draw the order, or start a side process."),
    "transaction": ("A transaction is not run.", "Draw an embedded subprocess."),
    "scriptTask": ("A script task is not run.", "Set facts by a form or a decision table."),
    "serviceTask": ("A service task is not run.", "Draw a send task; the answer is a receive task."),
    "standardLoopCharacteristics": ("A loop marker is not run.", "Draw the way back with a gateway."),
    "subChoreography": ("A choreography is not run.", "Draw one pool."),
    "subConversation": ("A conversation is not run.", "Draw one pool."),
}
REFUSED_ANYWHERE = {
    "linkEventDefinition": ("A link event is not run.", "Draw the flow itself."),
    "compensateEventDefinition": ("Compensation is not run.", "Draw the way back as tasks."),
    "cancelEventDefinition": ("A cancel event is not run.", "Draw an error event."),
    "conditionalEventDefinition": ("A conditional event is not run.", "Wait for a message and a clock."),
    "timeCycle": ("A timer that repeats is not run.", "Draw a loop with a timer of one duration."),
    "timeDate": (
        "A timer with a date is not run.",
        'Write a duration that names a clock: =clock("reflection").',
    ),
    "loopDataInputRef": (
        "loopDataInputRef is never evaluated.",
        'Write zeebe:loopCharacteristics inputCollection="=...".',
    ),
    "loopDataOutputRef": ("loopDataOutputRef is not run.", "Let the form set a fact."),
    "loopCardinality": (
        "loopCardinality is not run.",
        'Write zeebe:loopCharacteristics inputCollection="=...".',
    ),
    "completionCondition": (
        "completionCondition is not run.",
        "Let every item end, or draw a message boundary.",
    ),
}
ALLOWED_EVENTS = {
    "startEvent": {"message"},
    "endEvent": {"message", "error", "escalation", "terminate"},
    "boundaryEvent": {"timer", "message", "signal", "error", "escalation"},
    "intermediateCatchEvent": {"timer", "message", "signal"},
    "intermediateThrowEvent": {"message", "signal", "escalation"},
}


def check_constructs(diagram: Diagram, report: Report) -> None:
    """Everything that one element shows by itself."""
    for element in diagram.process.iter():
        refusal = REFUSED_ANYWHERE.get(kind(element)) or REFUSED.get(kind(element))
        if refusal:
            owner = element if element.get("id") else next(up for up in element.iterancestors() if up.get("id"))
            report.add(diagram.file, ident(_bearer(owner)), *refusal)
    for scope in scopes(diagram):
        _scope(diagram, scope, report)
        for node in nodes(scope):
            _node(diagram, node, report)
            if kind(node) in CATCHES | {"endEvent", "intermediateThrowEvent"}:
                _event(diagram, node, report)
        _splits(diagram, scope, report)


def _bearer(element: Element) -> Element:
    """The node that a person sees: an event for its definition, an activity for its marker."""
    known = NODES | SCOPES | REFUSED.keys()
    return next((up for up in (element, *element.iterancestors()) if kind(up) in known), element)


def _scope(diagram: Diagram, scope: Element, report: Report) -> None:
    for child in scope:
        if isinstance(child.tag, str) and kind(child) not in NODES | REST | REFUSED.keys():
            remedy = "Use user, rule, send and receive tasks, events, gateways, call activities, subprocesses."
            report.add(diagram.file, ident(child), f"A {kind(child) or child.tag} is not run.", remedy)
    if scope.get("triggeredByEvent") == "true":
        remedy = "Draw a boundary message on the subprocess or call, or start a side process."
        report.add(diagram.file, ident(scope), "An event subprocess is not run.", remedy)
    starts = [node for node in nodes(scope) if kind(node) == "startEvent"]
    if len(starts) != 1:
        what = f"There are {len(starts)} start events here."
        report.add(diagram.file, ident(scope), what, "Draw exactly one start event.")
    if kind(scope) == "subProcess" and any(definitions(start) for start in starts):
        report.add(diagram.file, ident(starts[0]), "A subprocess starts by itself.", "Draw a plain start event.")


def _node(diagram: Diagram, node: Element, report: Report) -> None:
    if node.get("isForCompensation") == "true":
        report.add(diagram.file, ident(node), *REFUSED_ANYWHERE["compensateEventDefinition"])
    if not node.get("id"):
        report.add(diagram.file, ident(node), "The element has no id.", "Give it an id in the modeler.")
    marker = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if marker is None:
        return
    each = marker.find(f"{BPMN}extensionElements/{ZEEBE}loopCharacteristics")
    if each is None or not each.get("inputCollection") or not each.get("inputElement"):
        remedy = 'Write zeebe:loopCharacteristics inputCollection="=..." inputElement="...".'
        report.add(diagram.file, ident(node), "The marker does not say which list it goes through.", remedy)


def _event(diagram: Diagram, event: Element, report: Report) -> None:
    """Which events may be drawn where, and what each needs."""
    found = definitions(event)
    if len(found) > 1:
        report.add(diagram.file, ident(event), "The event has several triggers.", "Draw one event for each.")
    for trigger in set(found) - ALLOWED_EVENTS[kind(event)]:
        if f"{trigger}EventDefinition" not in REFUSED_ANYWHERE:
            place = {"endEvent": "at an end", "startEvent": "at a start"}.get(kind(event), "here")
            remedy = "End plainly and send a message before." if kind(event) == "endEvent" else "Use a message."
            report.add(diagram.file, ident(event), f"A {trigger} event is not run {place}.", remedy)
    if kind(event) in ("boundaryEvent", "intermediateCatchEvent") and not found:
        report.add(diagram.file, ident(event), "The event waits for nothing.", "Give it a timer or a message.")
    if kind(event) == "boundaryEvent" and "message" in found and not interrupts(event):
        remedy = "Make it interrupting, or start a side process with the message."
        report.add(diagram.file, ident(event), "A non-interrupting message boundary fires only once.", remedy)


def _splits(diagram: Diagram, scope: Element, report: Report) -> None:
    """Where the path divides: by a gateway, with conditions and a default flow."""
    for node in nodes(scope):
        leaving = [flow for flow in flows(scope) if flow.get("sourceRef") == node.get("id")]
        if kind(node) in SPLITS and len(leaving) > 1:
            _conditions(diagram, node, leaving, report)
            continue
        if kind(node) not in GATEWAYS and len(leaving) > 1:
            report.add(diagram.file, ident(node), "The path divides without a gateway.", "Draw a gateway behind it.")
        for flow in leaving:
            if flow.find(f"{BPMN}conditionExpression") is not None:
                remedy = "Remove the condition, or draw an exclusive or inclusive gateway."
                report.add(diagram.file, ident(flow), "A condition stands where the path does not divide.", remedy)


def _conditions(diagram: Diagram, gateway: Element, leaving: list[Element], report: Report) -> None:
    default = gateway.get("default")
    if default not in {flow.get("id") for flow in leaving}:
        remedy = "Mark one of its flows as the default flow."
        report.add(diagram.file, ident(gateway), "The split has no default flow.", remedy)
    for flow in leaving:
        bare = flow.find(f"{BPMN}conditionExpression") is None
        if flow.get("id") == default and not bare:
            report.add(diagram.file, ident(flow), "The default flow has a condition.", "Remove the condition.")
        elif flow.get("id") != default and default and bare:
            report.add(
                diagram.file,
                ident(flow),
                "The flow of a split has no condition.",
                "Write one, with = before it.",
            )


def check_user_task(diagram: Diagram, task: Element, lane: str | None, report: Report) -> None:
    """What every user task carries: its lane, its form, its clock, and one sentence of what is owed."""
    form, schedule = zeebe(task, "formDefinition"), zeebe(task, "taskSchedule")
    if not lane:
        report.add(diagram.file, ident(task), "The user task stands in no lane.", "Place it in a lane, by its role.")
    if zeebe(task, "userTask") is None:
        report.add(diagram.file, ident(task), "The task is not marked zeebe:userTask.", "Set its implementation so.")
    if form is None or not (form.get("externalReference") or "").startswith("nrm-form:"):
        remedy = f'Write zeebe:formDefinition externalReference="nrm-form:{ident(task)}".'
        report.add(diagram.file, ident(task), "The user task has no form.", remedy)
    if schedule is None or not schedule.get("dueDate"):
        remedy = 'Write zeebe:taskSchedule dueDate="=clock(...)" with a clock of country.toml.'
        report.add(diagram.file, ident(task), "The user task has no due rule.", remedy)
    if not (task.findtext(f"{BPMN}documentation") or "").strip():
        remedy = "Write one sentence: what is owed to the person."
        report.add(diagram.file, ident(task), "The user task has no documentation.", remedy)
