"""Read the files of a bundle without trusting them: bounded, without entities, one problem for each fault."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree

from ..forms import FormDefinition, FormInvalid, compile_form
from . import xml
from .country import Country, Fact, read_country, read_facts
from .decisions import Decision, load_decisions
from .faults import BundleInvalid, Problem

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"})
CATCHES = frozenset({"startEvent", "boundaryEvent", "intermediateCatchEvent"})
EVENTS = CATCHES | {"endEvent", "intermediateThrowEvent"}
TASKS = frozenset({"userTask", "businessRuleTask", "sendTask", "receiveTask"})
SCOPES = frozenset({"process", "subProcess"})
NODES = GATEWAYS | EVENTS | TASKS | {"callActivity", "subProcess"}

Element = etree._Element


class Report:
    """Collects problems, each once, in the order in which they are found."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def add(self, file: str, element: str, what: str, remedy: str) -> None:
        """Note one problem."""
        self._problems[Problem(file, element, what, remedy)] = None

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note what another reader found."""
        self._problems.update(dict.fromkeys(problems))

    @property
    def problems(self) -> list[Problem]:
        """What was noted so far."""
        return list(self._problems)


@dataclass(frozen=True)
class Diagram:
    """One diagram file and the executable process in it."""

    file: str
    root: Element
    process: Element

    @property
    def id(self) -> str:
        """The id of the process."""
        return self.process.get("id", "")


@dataclass
class Sources:
    """The files of a bundle as they could be read. What could not be read is named in `files` only."""

    files: dict[str, bytes]
    diagrams: list[Diagram] = field(default_factory=list)
    decisions: dict[str, tuple[str, Decision]] = field(default_factory=dict)
    unread_tables: set[str] = field(default_factory=set)
    facts: dict[str, Fact] = field(default_factory=dict)
    country: Country | None = None
    forms: dict[str, FormDefinition] = field(default_factory=dict)


def read(files: dict[str, bytes], report: Report) -> Sources:
    """All that can be read; what cannot is reported and left out."""
    sources = Sources(files)
    small = {file: content for file, content in sorted(files.items()) if _is_small(file, content, report)}
    _read_words(small, sources, report)
    for file, content in small.items():
        path = PurePosixPath(file)
        if path.suffix == ".bpmn":
            _diagram(file, _xml(file, content, report), sources, report)
        elif path.suffix == ".dmn":
            _decisions(file, content, sources, report)
        elif path.suffix == ".csv" and path.parent.name == "forms":
            _form(path.stem, content, sources, report)
        elif file not in ("facts.toml", "country.toml"):
            remedy = "Keep only diagrams, tables, facts.toml, country.toml and forms in the folders."
            report.add(file, "", "This file is no part of a bundle.", remedy)
    return sources


def _is_small(file: str, content: bytes, report: Report) -> bool:
    if len(content) <= xml.MOST:
        return True
    what = f"The file has {len(content):,} bytes; at most {xml.MOST:,} are read."
    report.add(file, "", what, "Split it, or remove what does not belong in it.")
    return False


def _read_words(files: dict[str, bytes], sources: Sources, report: Report) -> None:
    """Facts and country first: everything else is checked against them."""
    problems: list[Problem] = []
    for name in ("facts.toml", "country.toml"):
        if name not in sources.files:
            report.add(name, "", "The file is missing.", "Add it to the folder of diagrams.")
    if "facts.toml" in files:
        sources.facts = read_facts(files["facts.toml"], problems)
    if "country.toml" in files:
        sources.country = read_country(files["country.toml"], problems)
    report.extend(problems)


def _form(key: str, content: bytes, sources: Sources, report: Report) -> None:
    try:
        sources.forms[key] = compile_form(key, content, sources.facts)
    except FormInvalid as refusal:
        report.extend(Problem(each.file, each.element, each.what, each.remedy) for each in refusal.problems)


def _xml(file: str, content: bytes, report: Report) -> Element | None:
    try:
        return xml.read(content)
    except ValueError as error:
        report.add(file, "", str(error), "Save it from the modeler, as UTF-8 and without a document type.")
        return None


def _diagram(file: str, root: Element | None, sources: Sources, report: Report) -> None:
    if root is None:
        return
    if root.tag != f"{BPMN}definitions":
        report.add(file, "", "The file is not a BPMN 2.0 diagram.", "Save it from the modeler as BPMN 2.0.")
        return
    processes = root.findall(f"{BPMN}process")
    if len(processes) != 1 or processes[0].get("isExecutable") != "true":
        report.add(file, "", "A file holds exactly one executable process.", "Draw one pool, set executable.")
        return
    process = processes[0]
    if process.get("id") != PurePosixPath(file).stem:
        what = f"The process is called {process.get('id')!r} and the file is not."
        report.add(file, process.get("id", ""), what, "Give process and file the same name.")
    pools = root.findall(f"{BPMN}collaboration/{BPMN}participant")
    if len(pools) != 1 or pools[0].get("processRef") != process.get("id"):
        report.add(file, process.get("id", ""), "A diagram has exactly one pool.", "Draw one pool around it.")
    sources.diagrams.append(Diagram(file, root, process))


def _decisions(file: str, content: bytes, sources: Sources, report: Report) -> None:
    root = _xml(file, content, report)
    if root is not None and root.tag != f"{DMN}definitions":
        report.add(file, "", "The file is not a DMN 1.3 table.", "Save it from the modeler as DMN 1.3.")
    if root is None or root.tag != f"{DMN}definitions":
        sources.unread_tables.add(file)
        return
    kinds = {name: fact.kind for name, fact in sources.facts.items()}
    codes = {name: fact.values for name, fact in sources.facts.items() if fact.values}
    try:
        found = load_decisions(file, content, kinds, codes)
    except BundleInvalid as refusal:
        report.extend(refusal.problems)
        sources.unread_tables.add(file)
        return
    for name, decision in found.items():
        if name in sources.decisions:
            report.add(file, name, "Another decision has this id.", "Give the decision an id of its own.")
        sources.decisions[name] = (file, decision)


def kind(element: Element) -> str:
    """The BPMN name of an element, or "" for an element of another language."""
    tag = element.tag
    return tag.removeprefix(BPMN) if isinstance(tag, str) and tag.startswith(BPMN) else ""


def ident(element: Element) -> str:
    """The id by which a problem names an element."""
    return element.get("id") or element.get("name") or kind(element)


def scopes(diagram: Diagram) -> Iterator[Element]:
    """The process and every embedded subprocess."""
    return (each for each in diagram.process.iter() if kind(each) in SCOPES)


def nodes(scope: Element) -> list[Element]:
    """The flow nodes that stand directly in a scope."""
    return [child for child in scope if kind(child) in NODES]


def flows(scope: Element) -> list[Element]:
    """The sequence flows that stand directly in a scope."""
    return scope.findall(f"{BPMN}sequenceFlow")


def definitions(event: Element) -> list[str]:
    """What an event waits for or does: `timer`, `message`, `signal`, ... (empty for a plain event)."""
    suffix = "EventDefinition"
    return [kind(child).removesuffix(suffix) for child in event if kind(child).endswith(suffix)]


def zeebe(element: Element, name: str) -> Element | None:
    """One extension element of a node, such as `formDefinition`."""
    return element.find(f"{BPMN}extensionElements/{ZEEBE}{name}")


def properties(element: Element) -> dict[str, str]:
    """The `nrm:*` properties of a node."""
    found = element.findall(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
    return {each.get("name", ""): each.get("value", "") for each in found}


def interrupts(boundary: Element) -> bool:
    """Whether a boundary event ends what it is attached to."""
    return boundary.get("cancelActivity", "true") != "false"
