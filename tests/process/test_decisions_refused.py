"""What a DMN file is refused for, where, and that no file can harm its reader."""

from collections.abc import Callable
from time import perf_counter

import pytest

from engine.process.decisions import load_decisions
from engine.process.faults import BundleInvalid, Problem
from engine.process.feel import Kind

pytestmark = pytest.mark.once

KINDS = {"age": Kind.number, "band": Kind.string, "needs": Kind.list, "seen": Kind.boolean}
CODES = {"band": ["adult", "child"], "needs": ["medical", "legal"]}
GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
  <inputData id="age_data" name="age"/>
  <decision id="risk" name="Risk">
    <informationRequirement id="q"><requiredInput href="#age_data"/></informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i1" label="Age">
        <inputExpression typeRef="number"><text>age</text></inputExpression>
      </input>
      <input id="i2" label="Band">
        <inputExpression typeRef="string"><text>band</text></inputExpression>
      </input>
      <output id="o1" name="level" typeRef="string">
        <outputValues><text>"high", "low"</text></outputValues></output>
      <rule id="r1">
        <inputEntry id="c1"><text>&gt;= 18</text></inputEntry>
        <inputEntry id="c2"><text>"adult"</text></inputEntry>
        <outputEntry id="c3"><text>"low"</text></outputEntry>
      </rule>
      <rule id="r2">
        <inputEntry id="c4"><text>-</text></inputEntry>
        <inputEntry id="c5"><text></text></inputEntry>
        <outputEntry id="c6"><text>"high"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
DEFAULT = "<defaultOutputEntry><text>{}</text></defaultOutputEntry></output>"
SECOND = '</output><output id="o2" name="{}" typeRef="string"/>'


def problems(content: str | bytes) -> list[Problem]:
    with pytest.raises(BundleInvalid) as refusal:
        load_decisions("risk.dmn", content.encode() if isinstance(content, str) else content, KINDS, CODES)
    return refusal.value.problems


def test_the_file_they_all_begin_from_is_right() -> None:
    assert load_decisions("risk.dmn", GOOD.encode(), KINDS, CODES)["risk"].evaluate({}).rules == ["r2"]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("<text>age</text>", "<text>agee</text>", 'Input "Age": ', "Did you mean `age`?"),
        ("<text>age</text>", "<text></text>", 'Input "Age" has no expression', "name of a fact"),
        ('typeRef="number"', 'typeRef="string"', 'Input "Age": ', "needs a string, and this gives a number"),
        ('typeRef="number"', 'typeRef="tRisk"', 'Input "Age": ', "the type 'tRisk' is not known"),
        ("&gt;= 18", "&gt;= ", 'Rule r1, input "Age": ', "ends too early"),
        ("&gt;= 18", '"old"', 'Rule r1, input "Age": ', "a number is compared with a string"),
        ("&gt;= 18", "&gt;= limit", 'Rule r1, input "Age": ', "`limit` is not known here"),
        ('<text>"adult"</text>', '<text>"adlt"</text>', 'Rule r1, input "Band": ', "Did you mean `adult`?"),
        (
            '<text>"low"</text>',
            '<text>"none"</text>',
            "Rule r1, output level",
            "none is not an allowed value",
        ),
        ('<text>"low"</text>', "<text>null</text>", "Rule r1, output level", "null is not an allowed value"),
        ('<text>"low"</text>', "<text>5</text>", "Rule r1, output level: ", "needs a string"),
        ('<text>"low"</text>', "<text></text>", "Rule r1, output level is empty", "write null"),
        ('<text>"low"</text>', "<text>low</text>", "Rule r1, output level: ", "`low` is not known here"),
        (
            '"high", "low"</text></outputValues>',
            '"high", 5</text></outputValues>',
            "",
            "The output value '5' is no",
        ),
        (
            '"high", "low"</text></outputValues>',
            "[1..5]</text></outputValues>",
            'Output "level": ',
            "list the values",
        ),
        ("</output>", DEFAULT.format('"none"'), 'Output "level", default', "none is not an allowed value"),
        ("</output>", DEFAULT.format(""), 'Output "level", default is empty', "write null"),
        (
            'name="level"',
            'name="seen"',
            'Output "seen" is a string, the fact of that name a boolean',
            "same type",
        ),
        ('id="r2"', 'id="r1"', "A rule has no id, or the id of another", "kept with the case"),
        ('id="r2"', "", "A rule has no id", "kept with the case"),
        ('<inputEntry id="c4"><text>-</text></inputEntry>', "", "Rule r2 has not one cell", "modeler"),
        ("</output>", SECOND.format("more"), "Rule r1 has not one cell for every column", "modeler"),
        ("</output>", SECOND.format("level"), "Two outputs are called 'level'", "name of its own"),
        ('label="Band"', 'label="Age"', "Two inputs are called 'Age'", "name of its own"),
        ('"FIRST"', '"BEST"', "The hit policy 'BEST' is not known", "UNIQUE"),
        (
            '"FIRST"',
            '"FIRST" aggregation="SUM"',
            "The hit policy 'FIRST SUM' is not known",
            "with COLLECT also",
        ),
        ('"FIRST"', '"COLLECT" aggregation="AVG"', "The hit policy 'COLLECT AVG'", "COUNT"),
        ('"FIRST"', '"COLLECT" aggregation="SUM"', "The hit policy C+ gathers one output", "of type number"),
        ("<requiredInput", "<requiredDecision", "The decision requires another one", "one after the other"),
        (
            "</informationRequirement>",
            "</informationRequirement><knowledgeRequirement/>",
            "requires another",
            "call",
        ),
        ('namespace="x"', 'namespace="x" expressionLanguage="juel"', "The file: ", "Write it in FEEL"),
        ('<inputEntry id="c1"', '<inputEntry expressionLanguage="python"', 'Rule r1, input "Age": ', "FEEL"),
        (
            '<outputEntry id="c3"',
            '<outputEntry expressionLanguage="python"',
            "Rule r1, output level: ",
            "FEEL",
        ),
    ],
)
def test_a_problem_names_file_decision_place_and_remedy(old: str, new: str, where: str, what: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert {(problem.file, problem.element) for problem in found} == {("risk.dmn", "risk")}
    assert any(where in problem.what and what in str(problem) and problem.remedy for problem in found), found


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_a_priority_needs_an_order(policy: str) -> None:
    content = GOOD.replace('<outputValues><text>"high", "low"</text></outputValues>', "").replace("FIRST", policy)
    assert "needs an order of priority" in problems(content)[0].what


def test_an_output_that_is_a_fact_has_the_values_of_that_fact() -> None:
    content = GOOD.replace('<outputValues><text>"high", "low"</text></outputValues>', "").replace("level", "band")
    assert [problem.what for problem in problems(content)] == [
        "Rule r1, output band: low is not an allowed value.",
        "Rule r2, output band: high is not an allowed value.",
    ]


def test_every_problem_of_a_file_is_told_at_once() -> None:
    content = (
        GOOD.replace('"adult"', '"adlt"').replace('<text>"low"</text>', "<text>low</text>").replace("&gt;", "&gt;&gt;")
    )
    assert len(problems(content)) == 3


def test_a_table_without_rules_or_outputs_is_refused() -> None:
    start, end = GOOD.index("<rule"), GOOD.rindex("</rule>") + len("</rule>")
    assert "0 rules" in problems(GOOD[:start] + GOOD[end:])[0].what
    start, end = GOOD.index("<output "), GOOD.index("</output>") + len("</output>")
    assert "no output" in problems(GOOD[:start] + GOOD[end:])[0].what


def test_a_decision_without_a_table_is_refused() -> None:
    start, end = GOOD.index("<decisionTable"), GOOD.index("</decisionTable>") + len("</decisionTable>")
    content = GOOD[:start] + "<literalExpression><text>1</text></literalExpression>" + GOOD[end:]
    assert problems(content)[0].what == "The decision has no decision table."


def test_models_that_call_other_models_are_refused() -> None:
    content = GOOD.replace("<decision id", '<businessKnowledgeModel id="b" name="b"/><decision id')
    assert problems(content)[0].what == "A businessKnowledgeModel is not read."


def test_two_decisions_need_two_ids() -> None:
    start, end = GOOD.index("<decision id"), GOOD.index("</decision>") + len("</decision>")
    two = GOOD[:end] + GOOD[start:end] + GOOD[end:]
    assert "two with one id" in problems(two)[0].what
    other = GOOD[:end] + GOOD[start:end].replace('"risk"', '"other"') + GOOD[end:]
    assert set(load_decisions("risk.dmn", other.encode(), KINDS)) == {"risk", "other"}


BOMB = "".join(f'<!ENTITY a{n} "{("&a" + str(n - 1) + ";") * 10}">' for n in range(1, 10))


def _with_doctype(inside: str) -> Callable[[], bytes]:
    doctype = f"?><!DOCTYPE definitions {inside}>"
    return lambda: GOOD.replace("?>", doctype, 1).replace('name="Risk"', 'name="&a9;"').encode()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (_with_doctype(f'[<!ENTITY a0 "x">{BOMB}]'), "document type"),
        (_with_doctype('[<!ENTITY a9 SYSTEM "file:///etc/passwd">]'), "document type"),
        (_with_doctype('SYSTEM "http://127.0.0.1:9/x.dtd"'), "document type"),
        (
            lambda: _with_doctype('[<!ENTITY a9 "x">]')().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
            "not UTF-8",
        ),
        (lambda: GOOD.replace('name="Risk"', 'name="&other;"').encode(), "not well-formed"),
        (lambda: GOOD.encode() + b" " * (1024 * 1024), "at most 1,048,576"),
        (lambda: GOOD.replace("<decision ", "<a>" * 5_000 + "<decision ").encode(), "not well-formed"),
        (lambda: b"", "not well-formed"),
        (lambda: b"\xff\xfe\x00", "not UTF-8"),
        (lambda: b"not xml", "not well-formed"),
        (lambda: b"<definitions/>", "not a DMN 1.3 table"),
        (lambda: GOOD.replace("20191111/MODEL", "20180521/MODEL").encode(), "not a DMN 1.3 table"),
        (
            lambda: GOOD.replace("<decision ", "<other ").replace("</decision>", "</other>").encode(),
            "no decision",
        ),
    ],
)
def test_files_that_are_no_table_are_refused_at_once(content: Callable[[], bytes], what: str) -> None:
    begun = perf_counter()
    found = problems(content())
    assert len(found) == 1 and what in found[0].what and found[0].file == "risk.dmn"
    assert perf_counter() - begun < 2


def test_too_many_rules_are_refused() -> None:
    start, end = GOOD.index('<rule id="r2"'), GOOD.rindex("</rule>") + len("</rule>")
    many = "".join(GOOD[start:end].replace('"r2"', f'"x{n}"') for n in range(600))
    assert "601 rules" in problems(GOOD[:start] + many + GOOD[end:])[0].what
