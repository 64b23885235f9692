"""Decision tables read from DMN 1.3, every expression compiled, every fault named with its place and remedy.

One `decisionTable` for each `decision` of a file. Requirements between decisions, other boxed expressions and
other expression languages are refused: a drawing calls one table after the other.
"""

from collections.abc import Collection, Mapping

from . import xml
from .decision_columns import DMN, Element, Place, check_language, read_input, read_output, read_rules
from .decision_tables import Decision, DecisionError, DecisionResult, HitPolicy, Input, Output, Rule
from .faults import BundleInvalid, Problem
from .feel import Kind
from .feel_values import ORDERED

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionResult",
    "HitPolicy",
    "Input",
    "Output",
    "Rule",
    "load_decisions",
]

_POLICIES = {
    "UNIQUE": HitPolicy.unique,
    "ANY": HitPolicy.any,
    "PRIORITY": HitPolicy.priority,
    "FIRST": HitPolicy.first,
    "RULE ORDER": HitPolicy.rule_order,
    "OUTPUT ORDER": HitPolicy.output_order,
    "COLLECT": HitPolicy.collect,
}
_AGGREGATIONS = {
    "SUM": HitPolicy.collect_sum,
    "MIN": HitPolicy.collect_min,
    "MAX": HitPolicy.collect_max,
    "COUNT": HitPolicy.collect_count,
}


def load_decisions(
    name: str,
    content: bytes,
    fact_kinds: Mapping[str, Kind],
    fact_codes: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Decision]:
    """The decisions of one file by id. Raises `BundleInvalid` with every problem found.

    `fact_codes` are the values a coded fact may have: a cell that could never match is refused.
    """
    problems: list[Problem] = []
    decisions: dict[str, Decision] = {}
    for element in _decision_elements(name, content, problems):
        place = Place(name, element.get("id", ""), fact_kinds, fact_codes or {}, problems)
        decision = _decision(place, element)
        if decision is not None:
            decisions[decision.id] = decision
    if problems:
        raise BundleInvalid(problems)
    return decisions


def _decision_elements(file: str, content: bytes, problems: list[Problem]) -> list[Element]:
    try:
        root = _root(content)
    except ValueError as refusal:
        problems.append(Problem(file, "", str(refusal), "Save it from the modeler as DMN 1.3, in UTF-8."))
        return []
    elements = root.findall(f"{DMN}decision")
    ids = [element.get("id", "") for element in elements]
    if not elements or not all(ids) or len(set(ids)) < len(ids):
        what = "The file holds no decision, or two with one id."
        problems.append(Problem(file, "", what, "Give every decision an id of its own."))
        return []
    for foreign in ("businessKnowledgeModel", "decisionService", "import"):
        if root.find(f"{DMN}{foreign}") is not None:
            problems.append(Problem(file, "", f"A {foreign} is not read.", "Write it into the decision table."))
    return elements


def _root(content: bytes) -> Element:
    root = xml.read(content)
    if root.tag != f"{DMN}definitions":
        raise ValueError("The file is not a DMN 1.3 table.")
    return root


def _decision(place: Place, element: Element) -> Decision | None:
    """The decision of one element, or null when problems were noted."""
    table = element.find(f"{DMN}decisionTable")
    if table is None:
        place.note("The decision has no decision table.", "Other boxed expressions are not read; draw a table.")
        return None
    _check_alone(place, element)
    inputs = [read_input(place, each) for each in table.findall(f"{DMN}input")]
    outputs = [read_output(place, each) for each in table.findall(f"{DMN}output")]
    policy = _hit_policy(place, table)
    if policy is None or place.noted:
        return None
    columns = tuple(column for column in inputs if column), tuple(outputs)
    _check_columns(place, *columns)
    _check_policy(place, policy, columns[1])
    rules = tuple(read_rules(place, table, *columns)) if not place.noted else ()
    name = element.get("name", place.decision)
    return None if place.noted else Decision(place.decision, name, policy, *columns, rules)


def _check_alone(place: Place, element: Element) -> None:
    requirements = f"{DMN}informationRequirement/{DMN}requiredDecision"
    if element.find(requirements) is not None or element.find(f"{DMN}knowledgeRequirement") is not None:
        remedy = "Let the diagram call both, one after the other, and store the first result as a fact."
        place.note("The decision requires another one.", remedy)
    root = element.getparent()
    if root is not None:
        check_language(place, root, "The file")


def _hit_policy(place: Place, table: Element) -> HitPolicy | None:
    written, aggregation = table.get("hitPolicy", "UNIQUE"), table.get("aggregation")
    policy = _POLICIES.get(written)
    if aggregation is not None:
        policy = _AGGREGATIONS.get(aggregation) if policy is HitPolicy.collect else None
    if policy is None:
        known = f"One of {', '.join(_POLICIES)}; with COLLECT also {', '.join(_AGGREGATIONS)}."
        place.note(f"The hit policy {' '.join([written, aggregation or '']).strip()!r} is not known.", known)
    return policy


def _check_columns(place: Place, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> None:
    if not outputs:
        place.note("The table has no output.", "Add a column for the result.")
    labels, names = [column.label for column in inputs], [column.name for column in outputs]
    for word, written in (("input", labels), ("output", names)):
        for name in {name for name in written if written.count(name) > 1}:
            place.note(f"Two {word}s are called {name!r}.", f"Give every {word} a name of its own.")
    if len({column.default is None for column in outputs}) > 1:
        place.note("Only some outputs have a default.", "Give every output a default, or none.")


def _check_policy(place: Place, policy: HitPolicy, outputs: tuple[Output, ...]) -> None:
    ranked = policy in (HitPolicy.priority, HitPolicy.output_order)
    if ranked and not any(column.values for column in outputs):
        remedy = "List the output values, the highest first."
        place.note(f"The hit policy {policy} needs an order of priority.", remedy)
    if policy not in _AGGREGATIONS.values():
        return
    kinds = {HitPolicy.collect_sum: {Kind.number}, HitPolicy.collect_count: set(Kind)}.get(policy, ORDERED)
    if len(outputs) != 1 or outputs[0].kind not in kinds:
        remedy = f"Keep one output, of type {' or '.join(sorted(kinds))}."
        place.note(f"The hit policy {policy} gathers one output of one kind.", remedy)
