"""From our diagrams to SpiffWorkflow's specs: the library's parser, with our own specs and events.

Our mixin stands in front of every tag's parser, since each of them parses on into the elements behind it.
"""

from functools import cache
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    SendTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from . import events, specs
from .elements import Element, Event, Kind
from .faults import Problem

_DEFINITIONS: dict[Event, type] = {
    Event.TIMER: events.ClockTimer,
    Event.MESSAGE: events.Message,
    Event.SIGNAL: events.Signal,
    Event.ERROR: events.Error,
    Event.ESCALATION: events.Escalation,
}


class _Ours:
    """What every tag's parser does our way. The element has been read before: nothing is looked up twice."""

    @property
    def _element(self) -> Element:
        element: Element = self.process_parser.parser.elements[self.bpmn_id]  # type: ignore[attr-defined]
        return element

    def get_position(self, node: Any = None) -> dict[str, float]:
        """Flows keep the order of the file: moving a shape must not change which condition is asked first."""
        return {"x": 0.0, "y": 0.0}

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool) -> None:
        """A condition is known by its flow; its expression was compiled with the bundle."""
        flow = sequence_flow_node.get("id")
        if f"condition:{flow}" in self._element.texts and not is_default:
            self.task.connect_if(specs.Condition(self._element.id, flow), outgoing_task)
        else:
            self.task.connect(outgoing_task)

    def get_event_definition(self, xpaths: list[str]) -> Any:
        """What an event waits for or throws. A message start is begun by us, so it waits for nothing."""
        event = self._element.event
        if event is Event.TERMINATE:
            return events.Terminate()
        if event is Event.NONE or self._element.kind is Kind.START:
            return NoneEventDefinition()
        return _DEFINITIONS[event](self._element.reference)

    def get_event_description(self, event: Any) -> str:
        """Only for the library's own logs."""
        return ""

    def get_description(self) -> str:
        """Only for the library's own logs."""
        return str(self._element.kind)

    def _add_boundary_event(self, children: Any) -> Any:
        """As in the library, but for the join."""
        spec, name = self.spec, self._element.id  # type: ignore[attr-defined]
        split = BoundaryEventSplit(spec, f"{name}.BoundaryEventSplit")
        join = specs.BoundaryJoin(spec, f"{name}.BoundaryEventJoin", split_task=split.name, cancel=True)
        split.connect(self.task)
        self.task.connect(join)
        for event in children:
            child = self.process_parser.parse_node(event)  # type: ignore[attr-defined]
            split.connect(child)
            child.connect(join)
        return split

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        spec = self.spec  # type: ignore[attr-defined]
        original = spec.task_specs.pop(self.task.name)  # type: ignore[has-type]
        self.task = specs.MultiInstance(
            spec, original.name, item=self._element.item or "", sequential=self._element.sequential
        )
        self._copy_task_attrs(original)  # type: ignore[attr-defined]


class _EventTask(_Ours):
    """Send and receive tasks, and the gateway that waits for events."""

    def create_task(self) -> Any:
        """The spec with what it waits for or sends."""
        gateway = self._element.kind is Kind.EVENT_GATEWAY
        definition = events.Arms() if gateway else self.get_event_definition([])
        return self._create_task(definition)  # type: ignore[attr-defined]


def _tag(kind: Kind, parser: type, spec: type, ours: type = _Ours) -> tuple[str, tuple[type, type]]:
    return full_tag(kind), (type(f"{spec.__name__}Parser", (ours, parser), {}), spec)


class Parser(BpmnParser):  # type: ignore[misc]
    """The library's parser over our elements; it knows the tags we use and no other."""

    PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = dict(
        [
            _tag(Kind.START, StartEventParser, specs.StartEvent),
            _tag(Kind.END, EndEventParser, specs.EndEvent),
            _tag(Kind.CATCH, IntermediateCatchEventParser, specs.CatchEvent),
            _tag(Kind.THROW, IntermediateThrowEventParser, specs.ThrowEvent),
            _tag(Kind.BOUNDARY, BoundaryEventParser, specs.BoundaryEvent),
            _tag(Kind.USER_TASK, TaskParser, specs.UserTask),
            _tag(Kind.DECISION, TaskParser, specs.DecisionTask),
            _tag(Kind.SEND, SendTaskParser, specs.SendTask, _EventTask),
            _tag(Kind.RECEIVE, ReceiveTaskParser, specs.ReceiveTask, _EventTask),
            _tag(Kind.EXCLUSIVE, ConditionalGatewayParser, specs.ExclusiveGateway),
            _tag(Kind.INCLUSIVE, ConditionalGatewayParser, specs.InclusiveGateway),
            _tag(Kind.PARALLEL, GatewayParser, specs.ParallelGateway),
            _tag(Kind.EVENT_GATEWAY, EventBasedGatewayParser, specs.EventBasedGateway, _EventTask),
            _tag(Kind.CALL, CallActivityParser, specs.CallActivity),
            _tag(Kind.EMBEDDED, SubWorkflowParser, specs.EmbeddedProcess),
        ]
    )
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {}

    def __init__(self, elements: dict[str, Element]) -> None:
        super().__init__(validator=_validator())
        self.elements = elements

    def _add_messages(self, bpmn: Any) -> None:
        """Read with the elements."""

    _add_signals = _add_errors = _add_escalations = _add_correlations = _add_collaborations = _add_messages


@cache
def _validator() -> Any:
    return BpmnValidator()


def build_specs(
    trees: dict[str, etree._Element], elements: dict[str, Element], problems: list[Problem]
) -> dict[str, Any]:
    """The spec of every process and embedded subprocess; what cannot be built is added to `problems`."""
    parser = Parser(elements)
    for file, tree in trees.items():
        try:
            parser.add_bpmn_xml(tree, file)
        except ValidationException as error:
            problems.append(_refused(file, error))
    built: dict[str, Any] = {}
    for process in parser.get_process_ids():
        try:
            built.setdefault(process, parser.get_spec(process))
        except ValidationException as error:
            problems.append(_refused(error.file_name or process, error))
    if problems:
        return {}
    while missing := parser.process_parsers.keys() - built.keys():  # embedded ones are found on the way
        built.update((process, parser.get_spec(process)) for process in sorted(missing))
    for spec in built.values():
        specs.connect_joins(spec.task_specs)
        specs.connect_instances(spec.task_specs)
    return built


def _refused(file: str, error: ValidationException) -> Problem:
    return Problem(file, "", f"{error}".rstrip(" .") + ".", "Mend the diagram in the modeler.")
