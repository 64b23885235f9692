"""Decision tables: every hit policy of the standard, and what is kept of a decision."""

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.process.decisions import Decision, DecisionError, HitPolicy, load_decisions
from engine.process.faults import ProcessError
from engine.process.feel import Kind

pytestmark = pytest.mark.once

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
KINDS = {
    "age": Kind.number,
    "band": Kind.string,
    "needs": Kind.list,
    "seen": Kind.boolean,
    "born": Kind.date,
    "level": Kind.string,
}
RISK = '"high", "medium", "low"'


def drawn(
    policy: str,
    inputs: Sequence[tuple[str, str]],
    outputs: Sequence[tuple[str, str, str | None, str | None]],
    rules: Sequence[tuple[list[str], list[str]]],
    aggregation: str | None = None,
) -> bytes:
    """A table as a modeler writes it. Inputs: text, type. Outputs: name, type, allowed values, default."""
    written = [
        f'<definitions xmlns="{DMN}" id="d" name="d" namespace="x">',
        '<decision id="table" name="A table">',
    ]
    more = f' aggregation="{aggregation}"' if aggregation else ""
    written.append(f'<decisionTable id="t" hitPolicy="{policy}"{more}>')
    for text, kind in inputs:
        expression = f'<inputExpression typeRef="{kind}"><text>{escape(text)}</text></inputExpression>'
        written.append(f"<input id='i' label={quoteattr('the ' + text)}>{expression}</input>")
    for name, kind, values, default in outputs:
        allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
        other = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        written.append(f'<output name="{name}" typeRef="{kind}">{allowed}{other}</output>')
    for number, (tests, results) in enumerate(rules, 1):
        cells = "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
        cells += "".join(f"<outputEntry><text>{escape(result)}</text></outputEntry>" for result in results)
        written.append(f'<rule id="r{number}"><description>Why {number}</description>{cells}</rule>')
    return ("".join(written) + "</decisionTable></decision></definitions>").encode()


def table(policy: str, inputs: Any, outputs: Any, rules: Any, aggregation: str | None = None) -> Decision:
    return load_decisions("t.dmn", drawn(policy, inputs, outputs, rules, aggregation), KINDS)["table"]


AGE = [("age", "number")]
LEVEL = [("level", "string", RISK, None)]
OVERLAP = [(["> 10"], ['"low"']), (["> 20"], ['"high"']), (["> 30"], ['"medium"'])]


@pytest.mark.parametrize(
    ("policy", "age", "outputs", "rules"),
    [
        ("UNIQUE", 15, {"level": "low"}, ["r1"]),
        ("FIRST", 35, {"level": "low"}, ["r1"]),
        ("PRIORITY", 35, {"level": "high"}, ["r2"]),
        ("ANY", 15, {"level": "low"}, ["r1"]),
        ("RULE ORDER", 35, [{"level": "low"}, {"level": "high"}, {"level": "medium"}], ["r1", "r2", "r3"]),
        ("COLLECT", 35, [{"level": "low"}, {"level": "high"}, {"level": "medium"}], ["r1", "r2", "r3"]),
        ("OUTPUT ORDER", 35, [{"level": "high"}, {"level": "medium"}, {"level": "low"}], ["r2", "r3", "r1"]),
        ("RULE ORDER", 15, [{"level": "low"}], ["r1"]),
    ],
)
def test_hit_policies(policy: str, age: int, outputs: Any, rules: list[str]) -> None:
    result = table(policy, AGE, LEVEL, OVERLAP).evaluate({"age": age})
    assert (result.outputs, result.rules, result.inputs) == (outputs, rules, {"the age": Decimal(age)})


POLICIES = ["UNIQUE", "FIRST", "PRIORITY", "ANY", "RULE ORDER", "COLLECT", "OUTPUT ORDER"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("age", [5, None])
def test_where_no_rule_fits_nothing_is_decided(policy: str, age: int | None) -> None:
    result = table(policy, AGE, LEVEL, OVERLAP).evaluate({"age": age})
    assert (result.outputs, result.rules, result.inputs) == (None, [], {"the age": age})


@pytest.mark.parametrize("policy", POLICIES)
def test_where_no_rule_fits_the_default_is_decided(policy: str) -> None:
    outputs = [("level", "string", RISK, '"medium"')]
    result = table(policy, AGE, outputs, OVERLAP).evaluate({"age": 5})
    expected = {"level": "medium"}
    listed = policy in ("RULE ORDER", "COLLECT", "OUTPUT ORDER")
    assert (result.outputs, result.rules) == ([expected] if listed else expected, [])


@pytest.mark.parametrize(
    ("aggregation", "expected", "policy"),
    [
        ("SUM", Decimal("8.5"), HitPolicy.collect_sum),
        ("MIN", Decimal("1.5"), HitPolicy.collect_min),
        ("MAX", Decimal(4), HitPolicy.collect_max),
        ("COUNT", Decimal(3), HitPolicy.collect_count),
    ],
)
def test_collected_results_are_gathered(aggregation: str, expected: Decimal, policy: HitPolicy) -> None:
    rules = [(["> 10"], ["1.5"]), (["> 20"], ["4"]), (["> 30"], ["2 + 1"])]
    decision = table("COLLECT", AGE, [("points", "number", None, None)], rules, aggregation=aggregation)
    result = decision.evaluate({"age": 35})
    assert (decision.hit_policy, result.outputs, result.rules) == (
        policy,
        {"points": expected},
        ["r1", "r2", "r3"],
    )
    assert decision.evaluate({"age": 1}).outputs is None


def test_dates_are_gathered_too() -> None:
    outputs = [("due", "date", None, None)]
    rules = [(["-"], ['@"2026-02-01"']), (["-"], ['born + @"P1Y"'])]
    decision = table("COLLECT", AGE, outputs, rules, aggregation="MIN")
    result = decision.evaluate({"age": 1, "born": date(2024, 5, 1)})
    assert result.outputs == {"due": date(2025, 5, 1)}
    assert decision.names == {"age", "born"} and decision.possible("due") is None


def test_two_hits_under_unique_are_a_fault() -> None:
    with pytest.raises(DecisionError, match="exactly one rule may fit, and these do: r1, r2") as fault:
        table("UNIQUE", AGE, LEVEL, OVERLAP).evaluate({"age": 25})
    assert isinstance(fault.value, ProcessError) and "25" not in str(fault.value)


def test_hits_that_differ_under_any_are_a_fault() -> None:
    with pytest.raises(DecisionError, match="must agree, and these do not: r1, r2"):
        table("ANY", AGE, LEVEL, OVERLAP).evaluate({"age": 25})


def test_hits_that_agree_under_any_are_all_kept() -> None:
    rules = [(["> 10"], ['"low"']), (["> 20"], ['"low"'])]
    result = table("ANY", AGE, LEVEL, rules).evaluate({"age": 25})
    assert (result.outputs, result.rules) == ({"level": "low"}, ["r1", "r2"])


def test_several_outputs_are_ranked_from_the_left() -> None:
    outputs = [
        ("level", "string", RISK, None),
        ("note", "string", None, None),
        ("step", "number", "3, 2, 1", None),
    ]
    rules = [
        (["-"], ['"low"', '"a"', "3"]),
        (["-"], ['"medium"', '"b"', "1"]),
        (["-"], ['"medium"', '"c"', "2"]),
        (["-"], ['"medium"', '"d"', "2"]),
    ]
    assert table("OUTPUT ORDER", AGE, outputs, rules).evaluate({}).rules == ["r3", "r4", "r2", "r1"]
    first = table("PRIORITY", AGE, outputs, rules).evaluate({})
    assert (first.rules, first.outputs) == (["r3"], {"level": "medium", "note": "c", "step": Decimal(2)})


def test_a_computed_output_must_be_allowed() -> None:
    rules = [(["-"], ['if age > 10 then "high" else band'])]
    decision = table("UNIQUE", AGE, LEVEL, rules)
    assert decision.evaluate({"age": 11}).outputs == {"level": "high"}
    with pytest.raises(DecisionError, match="rule r1 gives a value that is not allowed for level"):
        decision.evaluate({"age": 1, "band": "none"})


def test_an_input_outside_its_values_is_a_fault() -> None:
    values = b'</inputExpression><inputValues><text>"adult", "child"</text></inputValues>'
    content = drawn("FIRST", [("band", "string")], LEVEL, [(["-"], ['"low"'])]).replace(b"</inputExpression>", values)
    decision = load_decisions("t.dmn", content, KINDS)["table"]
    assert decision.evaluate({"band": "adult"}).rules == ["r1"]
    for band in ("unknown", None):
        with pytest.raises(DecisionError, match='the input "the band" has a value the table does not allow'):
            decision.evaluate({"band": band})


def test_inputs_may_be_expressions_and_cells_may_name_facts() -> None:
    inputs = [("count(needs)", "number"), ("needs", "Any"), ("born", "date"), ("seen", "boolean")]
    rules = [
        (["> 1", 'list contains(?, "medical")', "< date(2010, 1, 1)", "true"], ['"high"']),
        (["[0..age]", "-", "not(null)", "-"], ['"medium"']),
        (["-", "-", "null", "not(true)"], ["band"]),
    ]
    decision = table("UNIQUE", inputs, LEVEL, rules)
    facts = {"needs": ["medical", "legal"], "born": date(2009, 1, 1), "seen": True, "age": 1, "band": "low"}
    assert decision.evaluate(facts).rules == ["r1"]
    assert decision.evaluate(facts | {"age": 2, "seen": False}).rules == ["r2"]
    assert decision.evaluate(facts | {"born": None, "seen": None}).outputs == {"level": "low"}
    assert decision.names == {"needs", "born", "seen", "age", "band"}


def test_what_a_decision_tells_of_itself() -> None:
    decision = table("FIRST", AGE, LEVEL, OVERLAP)
    assert (decision.id, decision.name, decision.hit_policy) == ("table", "A table", HitPolicy.first)
    assert [column.label for column in decision.inputs] == ["the age"]
    assert [column.expression.text for column in decision.inputs] == ["age"]
    assert [(column.name, column.kind, column.values) for column in decision.outputs] == [
        ("level", Kind.string, ("high", "medium", "low"))
    ]
    assert (decision.rules[0].id, decision.rules[0].description) == ("r1", "Why 1")
    assert decision.possible("level") == ["low", "high", "medium"]


def test_a_nameless_output_is_called_like_its_decision() -> None:
    content = drawn("FIRST", AGE, [("", "string", None, None)], [(["-"], ["null"])]).replace(b' name=""', b"")
    assert load_decisions("t.dmn", content, KINDS)["table"].evaluate({}).outputs == {"table": None}


FOLDER = Path(__file__).parents[2] / "workflows" / "kg"
FACTS = tomllib.loads((FOLDER / "facts.toml").read_text(encoding="utf-8"))
TYPES = {"code": Kind.string, "codes": Kind.list}


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.dmn")))
def test_every_combination_of_facts_is_decided_by_the_tables_of_the_country(file: str) -> None:
    kinds = {name: TYPES.get(fact["type"]) or Kind(fact["type"]) for name, fact in FACTS.items()}
    codes = {name: fact["values"] for name, fact in FACTS.items() if "values" in fact}
    for decision in load_decisions(file, (FOLDER / file).read_bytes(), kinds, codes).values():
        values = {
            name: codes.get(name, [0, 1, 5] if kinds[name] is Kind.number else [True, False]) for name in decision.names
        }
        for facts in product(*values.values()):
            result = decision.evaluate(dict(zip(values, facts, strict=True)))
            assert isinstance(result.outputs, dict) and None not in result.outputs.values()
