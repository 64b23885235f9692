"""What a diagram names outside itself: lanes, forms, clocks, facts, decisions, processes, purposes, services.

Expressions are compiled here with the names their place may use and the kind it needs.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from .check_constructs import check_user_task
from .check_reading import (
    BPMN,
    ZEEBE,
    Diagram,
    Element,
    Report,
    Sources,
    definitions,
    flows,
    ident,
    kind,
    nodes,
    properties,
    scopes,
    zeebe,
)
from .feel import Expression, FeelError, Kind, compile_expression

OUTCOMES = frozenset({"done", "partly_done", "failed"})
PROPERTIES = {
    "userTask": frozenset(
        {"nrm:purpose", "nrm:accept", "nrm:urgent", "nrm:service", "nrm:place", "nrm:moves"}
        | {"nrm:not_same_person_as", "nrm:not_same_agency_as", "nrm:independent"}
        | {"nrm:interpreter", "nrm:language", "nrm:safety_first", "nrm:last"}
    ),
    "callActivity": frozenset({"nrm:participations"}),
    "endEvent": frozenset({"nrm:outcome"}),
}
FIXED = {
    "nrm:place": {"yes"},
    "nrm:independent": {"yes"},
    "nrm:last": {"yes"},
    "nrm:safety_first": {"yes"},
    "nrm:participations": {"inherit"},
    "nrm:outcome": OUTCOMES,
}
ASKED = ("nrm:interpreter", "nrm:language")
FEEL = {
    "nrm:accept": Kind.clock,
    "nrm:moves": Kind.clock,
    "nrm:purpose": Kind.string,
    "nrm:service": Kind.string,
    "nrm:urgent": Kind.boolean,
}
CHOSEN = re.compile(r'(?:\b(?:then|else)\s+|^=?\s*)"([^"]*)"')
WITHOUT_HANDOFF = frozenset({"coordinator", "first_responder"})


class Names:
    """What the whole bundle offers to a name: built once, asked for each element."""

    def __init__(self, sources: Sources, report: Report) -> None:
        self.sources, self.report = sources, report
        country = sources.country
        self.roles = set(country.roles) if country else set()
        self.purposes = set(country.purposes) if country else set()
        self.clocks = set(country.clocks) if country else set()
        self.granted = {role for ground in country.grounds.values() for role in ground.roles} if country else set()
        self.facts = {name: fact.kind for name, fact in sources.facts.items()}
        self.codes = {name: fact.values for name, fact in sources.facts.items() if fact.values}
        lists = (fact.values for fact in sources.facts.values() if fact.kind is Kind.list)
        self.services = self.roles.union(*lists)
        self.form_keys = {PurePosixPath(file).stem for file in sources.files if file.endswith(".csv")}
        self.processes = {diagram.id: diagram for diagram in sources.diagrams}
        self.tasks = {
            task.get("id", "") for diagram in sources.diagrams for task in diagram.process.iter(f"{BPMN}userTask")
        }
        self.inputs = {name: _given(name, sources) for name in self.processes}

    def expression(
        self, file: str, element: Element, text: str, wants: Kind | None, items: set[str]
    ) -> Expression | None:
        """Compile one expression of an element; what is wrong with it becomes a problem."""
        if not text.strip().startswith("="):
            what = f"The expression `{text.strip()}` does not begin with =."
            self.report.add(file, ident(element), what, "Write = before it.")
            return None
        names = self.facts | dict.fromkeys(items, Kind.any)
        codes = {name: values for name, values in self.codes.items() if name not in items}
        try:
            return compile_expression(text.strip(), names=names, wants=wants, clocks=self.clocks, codes=codes)
        except FeelError as error:
            what = f"In `{text.strip()}`, character {error.position + 1}: {error.problem}"
            self.report.add(file, ident(element), what, error.remedy)
            return None


def check_names(sources: Sources, report: Report) -> None:
    """Every name in every diagram."""
    names = Names(sources, report)
    _unique(sources, report)
    _recursion(sources, report)
    for diagram in sources.diagrams:
        _lanes(diagram, names)
        _messages(diagram, report)
        for scope in scopes(diagram):
            items = names.inputs[diagram.id] | _items(scope)
            for flow in flows(scope):
                _condition(diagram, flow, items, names)
            for node in nodes(scope):
                _node(diagram, node, items | _items(node), names)


def _node(diagram: Diagram, node: Element, items: set[str], names: Names) -> None:
    file = diagram.file
    for duration in node.iterfind(f"{BPMN}timerEventDefinition/{BPMN}timeDuration"):
        names.expression(file, node, duration.text or "", Kind.clock, items)
    if "timer" in definitions(node) and node.find(f"{BPMN}timerEventDefinition/{BPMN}timeDuration") is None:
        remedy = 'Write a duration: =clock("reflection").'
        names.report.add(file, ident(node), "The timer names no clock.", remedy)
    for each in node.iterfind(f"{BPMN}multiInstanceLoopCharacteristics/{BPMN}extensionElements/{ZEEBE}*"):
        outside = items - {each.get("inputElement", "")}
        names.expression(file, node, each.get("inputCollection", ""), Kind.list, outside)
    for given in node.iterfind(f"{BPMN}extensionElements/{ZEEBE}ioMapping/{ZEEBE}input"):
        names.expression(file, node, given.get("source", ""), None, items)
    _properties(diagram, node, items, names)
    if kind(node) == "userTask":
        _user_task(diagram, node, items, names)
    elif kind(node) == "callActivity":
        _call(diagram, node, names)


def _condition(diagram: Diagram, flow: Element, items: set[str], names: Names) -> None:
    for condition in flow.iterfind(f"{BPMN}conditionExpression"):
        names.expression(diagram.file, flow, condition.text or "", Kind.boolean, items)


def _properties(diagram: Diagram, node: Element, items: set[str], names: Names) -> None:
    """The nrm:* properties: each where it belongs, with a value that exists."""
    written = {name: value.strip() for name, value in properties(node).items() if name.startswith("nrm:")}
    for name, value in written.items():
        if name not in PROPERTIES.get(kind(node), ()):
            known = ", ".join(sorted(PROPERTIES.get(kind(node), ()))) or "none"
            what = f"{name} says nothing on a {kind(node)}."
            names.report.add(diagram.file, ident(node), what, f"Properties known here: {known}.")
        elif name in FIXED and value not in FIXED[name]:
            what, remedy = f"{name} cannot be “{value}”.", f"Use one of: {', '.join(sorted(FIXED[name]))}."
            names.report.add(diagram.file, ident(node), what, remedy)
        elif name in FEEL:
            _value(diagram, node, (name, value), items, names)
        elif name.startswith("nrm:not_same") and value not in names.tasks - {node.get("id")}:
            what = f"{name} names “{value}”, which is no other user task of the bundle."
            names.report.add(diagram.file, ident(node), what, "Write the id of another user task.")
        elif name in ASKED and (form := names.sources.forms.get(node.get("id", ""))) and value not in form:
            what = f"{name} names “{value}”, which the form of this task does not ask."
            names.report.add(diagram.file, ident(node), what, "Write the name of a question of the form.")


def _value(diagram: Diagram, node: Element, written: tuple[str, str], items: set[str], names: Names) -> None:
    """A property that is FEEL behind `=`, or else the plain name of a clock, purpose or service."""
    name, value = written
    kinds = {"nrm:purpose": ("purpose", names.purposes), "nrm:service": ("service", names.services)}
    word, known = kinds.get(name, ("clock", names.clocks))
    if value.startswith("=") or FEEL[name] is Kind.boolean:
        names.expression(diagram.file, node, value, FEEL[name], items)
        chosen = set(CHOSEN.findall(value)) if name in kinds else set()
    else:
        chosen = {value}
    for missing in sorted(chosen - known):
        what, remedy = f"There is no {word} “{missing}”.", f"Use one of: {', '.join(sorted(known))}."
        names.report.add(diagram.file, ident(node), what, remedy)


def _lanes(diagram: Diagram, names: Names) -> None:
    for lane in diagram.process.iter(f"{BPMN}lane"):
        if lane.get("name") not in names.roles:
            what = f"The lane “{lane.get('name')}” is no role of country.toml."
            names.report.add(diagram.file, ident(lane), what, f"Use one of: {', '.join(sorted(names.roles))}.")


def lane_of(diagram: Diagram, node: Element) -> str | None:
    """The name of the lane a node stands in; inside a subprocess that of the subprocess."""
    refs = {
        (ref.text or "").strip(): lane.get("name")
        for lane in diagram.process.iter(f"{BPMN}lane")
        for ref in lane.iterfind(f"{BPMN}flowNodeRef")
    }
    around = (refs.get(up.get("id", "")) for up in (node, *node.iterancestors()))
    return next((lane for lane in around if lane), None)


def _user_task(diagram: Diagram, task: Element, items: set[str], names: Names) -> None:
    lane = lane_of(diagram, task)
    check_user_task(diagram, task, lane, names.report)
    form, schedule = zeebe(task, "formDefinition"), zeebe(task, "taskSchedule")
    key = (form.get("externalReference") or "").removeprefix("nrm-form:") if form is not None else ""
    if key and key not in names.form_keys:
        names.report.add(diagram.file, ident(task), f"There is no form “{key}”.", f"Write forms/{key}.csv.")
    elif key and key != task.get("id"):
        what = f"The form “{key}” is not named like its task."
        names.report.add(diagram.file, ident(task), what, "Give form and task the same name.")
    if schedule is not None and schedule.get("dueDate"):
        names.expression(diagram.file, task, schedule.get("dueDate", ""), Kind.clock, items)
    asks = key in names.sources.forms and bool(names.sources.forms[key].purposes)
    if asks and not {"nrm:interpreter", "nrm:safety_first"} & properties(task).keys():
        what = "The form asks for a consent, and nobody is named who interprets."
        remedy = "Write nrm:interpreter, the question that asks who; nrm:safety_first where safety cannot wait."
        names.report.add(diagram.file, ident(task), what, remedy)
    needs_purpose = lane in names.roles - WITHOUT_HANDOFF - names.granted
    if needs_purpose and "nrm:purpose" not in properties(task):
        what = "The handoff of this task rests on no purpose and no legal ground."
        names.report.add(diagram.file, ident(task), what, "Write nrm:purpose, a purpose of country.toml.")


def _call(diagram: Diagram, call: Element, names: Names) -> None:
    called, mapped = call.get("calledElement", ""), zeebe(call, "calledElement")
    if mapped is None or mapped.get("processId") != called:
        what = "calledElement and zeebe:calledElement do not name the same process."
        names.report.add(diagram.file, ident(call), what, "Write the same id in both.")
    if called not in names.processes:
        known = ", ".join(sorted(names.processes))
        names.report.add(diagram.file, ident(call), f"There is no process “{called}”.", f"Use one of: {known}.")
        return
    if mapped is not None and mapped.get("propagateAllChildVariables") != "false":
        what = "The call takes over all variables of the process it calls."
        names.report.add(diagram.file, ident(call), what, 'Write propagateAllChildVariables="false".')
    missing = names.inputs[called] - _inputs_of(call)
    if missing:
        what = f"The call does not give {', '.join(sorted(missing))}, which other calls of {called} give."
        names.report.add(diagram.file, ident(call), what, "Add the inputs to its zeebe:ioMapping.")


def _messages(diagram: Diagram, report: Report) -> None:
    """Who sends or waits for a message says which."""
    named = {each.get("id"): each.get("name") for each in diagram.root.iterfind(f"{BPMN}message")}
    for scope in scopes(diagram):
        for node in nodes(scope):
            bearers = [node] if kind(node) in ("sendTask", "receiveTask") else []
            for bearer in [*bearers, *node.iterfind(f"{BPMN}messageEventDefinition")]:
                if not named.get(bearer.get("messageRef")):
                    report.add(diagram.file, ident(node), "The message has no name.", "Choose a message, named.")


def _unique(sources: Sources, report: Report) -> None:
    """Ids are unique over the bundle: a task, a state and a record name an element by its id alone."""
    seen: dict[str, str] = {}
    for diagram in sources.diagrams:
        for element in diagram.root.iter(f"{BPMN}*"):
            name = element.get("id")
            if name and name in seen:
                report.add(diagram.file, name, f"The id stands in {seen[name]} too.", "Give it an id of its own.")
            elif name:
                seen[name] = diagram.file


def _recursion(sources: Sources, report: Report) -> None:
    """A process that calls itself, directly or through others, would never end."""
    calls = {diagram.id: _calls(diagram) for diagram in sources.diagrams}
    for diagram in sources.diagrams:
        for call in diagram.process.iter(f"{BPMN}callActivity"):
            seen, todo = set[str](), [call.get("calledElement", "")]
            while todo:
                name = todo.pop()
                if name not in seen:
                    seen.add(name)
                    todo.extend(calls.get(name, ()))
            if diagram.id in seen:
                what = f"Through this call the process {diagram.id} calls itself."
                report.add(diagram.file, ident(call), what, "Draw the way back with a gateway.")


def _calls(diagram: Diagram) -> set[str]:
    return {call.get("calledElement", "") for call in diagram.process.iter(f"{BPMN}callActivity")}


def _given(process: str, sources: Sources) -> set[str]:
    """The inputs that calls give to a process."""
    calls = (call for diagram in sources.diagrams for call in diagram.process.iter(f"{BPMN}callActivity"))
    return {name for call in calls if call.get("calledElement") == process for name in _inputs_of(call)}


def _inputs_of(call: Element) -> set[str]:
    found = call.iterfind(f"{BPMN}extensionElements/{ZEEBE}ioMapping/{ZEEBE}input")
    return {each.get("target", "") for each in found}


def _items(element: Element) -> set[str]:
    """The items of the multi-instance markers on this element and around it."""
    return {name for up in (element, *element.iterancestors()) for name in _marked(up)}


def _marked(element: Element) -> Iterator[str]:
    path = f"{BPMN}multiInstanceLoopCharacteristics/{BPMN}extensionElements/{ZEEBE}loopCharacteristics"
    return (each.get("inputElement", "") for each in element.iterfind(path))
