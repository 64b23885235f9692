"""Whether a decision and the place that calls it agree: the table exists, and what it gives fits a fact."""

from typing import Any

from ..errors import Invalid
from .check_reading import BPMN, Diagram, Element, Report, Sources, ident, zeebe
from .country import Fact
from .decisions import Decision, HitPolicy, Output
from .feel import Kind

LISTED = frozenset({HitPolicy.rule_order, HitPolicy.output_order, HitPolicy.collect})
AGGREGATED = frozenset({HitPolicy.collect_sum, HitPolicy.collect_min, HitPolicy.collect_max, HitPolicy.collect_count})


def check_tables(sources: Sources, report: Report) -> None:
    """Every business rule task against its table and the facts."""
    for diagram in sources.diagrams:
        for task in diagram.process.iter(f"{BPMN}businessRuleTask"):
            _rule_task(diagram, task, sources, report)


def _rule_task(diagram: Diagram, task: Element, sources: Sources, report: Report) -> None:
    called = zeebe(task, "calledDecision")
    name = called.get("decisionId", "") if called is not None else ""
    if called is None or name not in sources.decisions:
        # Where a file of tables was refused, the table may stand in it.
        if called is None or not sources.unread_tables:
            known = ", ".join(sorted(sources.decisions)) or "none yet"
            remedy = f"Write zeebe:calledDecision with one of: {known}."
            report.add(diagram.file, ident(task), f"There is no decision “{name}”.", remedy)
        return
    file, decision = sources.decisions[name]
    for output in decision.outputs:
        result = called.get("resultVariable", "") if len(decision.outputs) == 1 else output.name
        fact = sources.facts.get(result)
        if fact is None:
            what = f"The result “{result}” of the decision is no fact."
            report.add(diagram.file, ident(task), what, "Declare it in facts.toml, or name a fact.")
        else:
            _result(file, decision, output, fact, report)


def _result(file: str, decision: Decision, output: Output, fact: Fact, report: Report) -> None:
    """The kind of an output, and each value it can have, is one that the fact may have."""
    kind = output.kind
    if decision.hit_policy in LISTED:
        kind = Kind.list
    elif decision.hit_policy in AGGREGATED:
        kind = Kind.number
    if kind not in (fact.kind, Kind.any):
        what = f"The result is a {kind}, and the fact “{fact.name}” is a {fact.kind}."
        report.add(file, decision.id, what, "Change the type of the output, or name another fact.")
        return
    for value in [] if kind is Kind.number else decision.possible(output.name) or []:
        if not _fits([value] if decision.hit_policy in LISTED else value, fact):
            what = f"The result “{value}” is no value of the fact “{fact.name}”."
            report.add(file, decision.id, what, f"Use one of: {', '.join(fact.values)}.")


def _fits(value: Any, fact: Fact) -> bool:
    try:
        fact.read(value)
    except Invalid:
        return False
    return True
