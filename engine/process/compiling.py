"""Compiles a bundle: reads its files, compiles every expression with its names and kinds, builds specs."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from ..forms import FormDefinition, FormInvalid, compile_form
from .country import read_country, read_facts
from .decisions import Decision, load_decisions
from .definitions import Bundle, Process
from .diagram import Reading, read_xml
from .elements import Element, Kind, Outcome
from .faults import BundleInvalid, Problem
from .feel import Expression, FeelError, compile_expression
from .feel import Kind as Value
from .parser import build_specs

# The interpreter makes specs of its own under these names, and names with a dot.
_RESERVED = {"Start", "End"}
_ID = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_INPUT_KINDS = {Value.boolean, Value.number, Value.string, Value.date, Value.list}
Names = dict[str, Value]
Codes = dict[str, frozenset[str]]


class Compilation:
    """One bundle on its way from files to something that runs."""

    def __init__(self, bundle_hash: str, files: dict[str, bytes]) -> None:
        self.hash, self.files = bundle_hash, files
        self.problems: list[Problem] = []
        self.country = read_country(files.get("country.toml", b""), self.problems)
        self.facts = read_facts(files.get("facts.toml", b""), self.problems)
        self.readings: dict[str, Reading] = {}
        self.elements: dict[str, Element] = {}
        self.inputs: dict[str, Names] = {}
        self.input_codes: dict[str, Codes] = {}

    def bundle(self) -> Bundle:
        """The bundle, or `BundleInvalid` with everything that was found wrong."""
        forms = dict(self._forms())
        decisions = self._decisions()
        self._read_diagrams()
        self._compile_expressions()
        self._check_decisions(decisions)
        self._refuse_problems()
        trees = {reading.file: reading.root for reading in self.readings.values()}
        specs = build_specs(trees, self.elements, self.problems)
        self._refuse_problems()
        self._check_reached(specs)
        self._refuse_problems()
        assert self.country is not None
        processes = {id: self._process(reading, specs) for id, reading in self.readings.items()}
        return Bundle(self.hash, self.files, self.country, self.facts, decisions, forms, processes, dict(self.elements))

    def wrong(self, file: str, element: str, what: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(file, element, what, remedy))

    def _refuse_problems(self) -> None:
        if self.problems:
            raise BundleInvalid(list(dict.fromkeys(self.problems)))

    def _forms(self) -> Iterator[tuple[str, FormDefinition]]:
        for name, content in self.files.items():
            path = PurePosixPath(name)
            if path.parent.name == "forms" and path.suffix == ".csv":
                try:
                    yield path.stem, compile_form(path.stem, content, self.facts)
                except FormInvalid as refused:
                    self.problems.extend(Problem(p.file, p.element, p.what, p.remedy) for p in refused.problems)

    def _decisions(self) -> dict[str, Decision]:
        kinds = {name: fact.kind for name, fact in self.facts.items()}
        codes = {name: fact.values for name, fact in self.facts.items() if fact.values}
        decisions: dict[str, Decision] = {}
        for name, content in self.files.items():
            if name.endswith(".dmn"):
                try:
                    decisions |= load_decisions(name, content, kinds, codes)
                except BundleInvalid as refused:
                    self.problems.extend(refused.problems)
        return decisions

    def _read_diagrams(self) -> None:
        for name, content in sorted(self.files.items()):
            root = read_xml(name, content, self.problems) if name.endswith(".bpmn") else None
            if root is not None:
                reading = Reading(name, root, self.problems)
                if reading.process is not None:
                    self._add(reading)

    def _add(self, reading: Reading) -> None:
        if reading.process_id in self.readings:
            self.wrong(reading.file, reading.process_id, "Another file holds this process.", "Give it its own id.")
            return
        self.readings[reading.process_id] = reading
        for element in reading.elements:
            if not _ID.fullmatch(element.id) or element.id in _RESERVED or element.id in self.elements:
                self.wrong(reading.file, element.id, "This id is missing, reserved or used twice.", "Give another.")
            self.elements[element.id] = element
            try:
                element.outcome  # noqa: B018 a word that is not an outcome is refused here
            except ValueError:
                self.wrong(reading.file, element.id, "nrm:outcome is no outcome.", f"Use one of: {_OUTCOMES}.")

    def _compile_expressions(self) -> None:
        for process in self._callers_first():
            reading = self.readings[process]
            for element in reading.elements:
                names, codes = self._names(element)
                if "collection" in element.texts:
                    self._compile(element, "collection", names, codes)
                    names, codes = self._with_item(element, names, codes)
                for site in element.texts:
                    if site != "collection":
                        self._compile(element, site, names, codes)
                self._pass_inputs(element)

    def _callers_first(self) -> list[str]:
        graph: dict[str, set[str]] = {process: set() for process in self.readings}
        for element in self.elements.values():
            if element.calls:
                if element.calls in graph:
                    graph[element.calls].add(element.process)
                else:
                    self.wrong(element.file, element.id, f"There is no process {element.calls}.", "Name one.")
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            self.wrong("", "", f"Processes call each other in a circle: {', '.join(error.args[1])}.", "Break it.")
            return []

    def _names(self, element: Element) -> tuple[Names, Codes]:
        """What an element may name: the facts, its process's inputs, and what encloses it brings in."""
        names = {name: fact.kind for name, fact in self.facts.items()} | self.inputs.get(element.process, {})
        codes = {name: frozenset(fact.values) for name, fact in self.facts.items() if fact.values}
        codes = {name: allowed for name, allowed in codes.items() if name not in self.inputs.get(element.process, {})}
        codes |= self.input_codes.get(element.process, {})
        around = self.elements.get(element.within)
        enclosing = []
        while around is not None:
            enclosing.append(around)
            around = self.elements.get(around.within)
        for outer in reversed(enclosing):
            names, codes = self._with_item(outer, names, codes)
            for name, expression in _inputs(outer):
                names[name] = expression.kind
                _set_codes(codes, name, expression.codes)
        return names, codes

    def _with_item(self, element: Element, names: Names, codes: Codes) -> tuple[Names, Codes]:
        collection = element.expressions.get("collection")
        if element.item is None or collection is None:
            return names, codes
        codes = dict(codes)
        _set_codes(codes, element.item, collection.codes)
        return names | {element.item: Value.string if collection.codes else Value.any}, codes

    def _compile(self, element: Element, site: str, names: Names, codes: Codes) -> None:
        text, wants = element.texts[site]
        clocks = self.country.clocks if self.country else {}
        if not text.startswith("="):
            self.wrong(element.file, element.id, f"{site}: an expression begins with “=”: {text!r}.", "Write it so.")
            return
        try:
            expression = compile_expression(text, names=names, wants=wants, clocks=clocks, codes=codes)
        except FeelError as error:
            self.wrong(element.file, element.id, f"{site}: {error.message}", "")
            return
        element.expressions[site] = expression
        if site.startswith("input:") and expression.kind not in _INPUT_KINDS:
            self.wrong(element.file, element.id, f"{site} is a {expression.kind}.", "Give a fact or a plain value.")

    def _pass_inputs(self, element: Element) -> None:
        """What a call activity gives is what the called process may name."""
        if element.calls is None:
            if element.kind is not Kind.EMBEDDED and any(site.startswith("input:") for site in element.texts):
                self.wrong(
                    element.file,
                    element.id,
                    "Only call activities and subprocesses take inputs.",
                    "Remove it.",
                )
            return
        given = self.inputs.setdefault(element.calls, {})
        codes = self.input_codes.setdefault(element.calls, {})
        for name, expression in _inputs(element):
            known = codes.get(name) if name in given else frozenset[str]()
            if given.setdefault(name, expression.kind) is not expression.kind:
                self.wrong(element.file, element.id, f"Another caller gives “{name}” another kind.", "Give the same.")
            _set_codes(codes, name, None if known is None or expression.codes is None else known | expression.codes)

    def _check_decisions(self, decisions: dict[str, Decision]) -> None:
        for element in self.elements.values():
            if element.kind is not Kind.DECISION:
                continue
            decision = decisions.get(element.decision or "")
            if decision is None:
                self.wrong(element.file, element.id, f"There is no decision {element.decision}.", "Name one.")
                continue
            single = len(decision.outputs) == 1 and element.result
            for name in [element.result or ""] if single else [output.name for output in decision.outputs]:
                if name not in self.facts:
                    self.wrong(element.file, element.id, f"It would set “{name}”.", "Declare it in facts.toml.")

    def _check_reached(self, specs: dict[str, Any]) -> None:
        reached = {name for spec in specs.values() for name in spec.task_specs}
        for element in self.elements.values():
            if element.id not in reached:
                self.wrong(element.file, element.id, "No path leads here.", "Connect it or remove it.")

    def _process(self, reading: Reading, specs: dict[str, Any]) -> Process:
        elements = {element.id: element for element in reading.elements}
        start = next(e for e in reading.elements if e.kind is Kind.START and not e.within)
        assert reading.process is not None
        return Process(
            id=reading.process_id,
            name=reading.process.get("name") or reading.process_id,
            file=reading.file,
            documentation=_documentation(reading.process),
            lanes=tuple(dict.fromkeys(lane for lane in reading.lanes.values() if lane)),
            elements=elements,
            inputs=self.inputs.get(reading.process_id, {}),
            calls={element.id: element.calls for element in reading.elements if element.calls},
            start_message=start.reference,
            tree=reading.root,
            spec=specs[reading.process_id],
            specs=specs,
        )


_OUTCOMES = ", ".join(outcome for outcome in Outcome if outcome is not Outcome.INTERRUPTED)


def _inputs(element: Element) -> Iterator[tuple[str, Expression]]:
    for site, expression in element.expressions.items():
        if site.startswith("input:"):
            yield site.removeprefix("input:"), expression


def _set_codes(codes: Codes, name: str, allowed: frozenset[str] | None) -> None:
    codes.pop(name, None)
    if allowed:
        codes[name] = allowed


def _documentation(node: etree._Element) -> str:
    return " ".join((node.findtext("{*}documentation") or "").split())
