"""What conditions mean, and what is refused before it can run."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.expressions import compile_condition
from engine.forms.grammar import FUNCTIONS, ExpressionInvalid
from engine.forms.kinds import Kind
from engine.forms.operations import Known, Scope

KNOWN = {
    "age": Known(Kind.INTEGER),
    "weight": Known(Kind.DECIMAL),
    "born": Known(Kind.DATE),
    "story": Known(Kind.TEXT),
    "and": Known(Kind.TEXT),
    "safe": Known(Kind.SELECT_ONE, frozenset({"yes", "no"})),
    "needs": Known(Kind.SELECT_MULTIPLE, frozenset({"medical", "material"})),
}
VALUES = {
    "age": 17.0,
    "born": 20000.0,
    "story": "Ак шаар",
    "and": "$x",
    "safe": "yes",
    "needs": "medical material",
}


def holds(source: str, current: object = "", kind: Kind = Kind.TEXT) -> bool:
    scope = Scope(VALUES, 20500, current)  # type: ignore[arg-type]
    return compile_condition(source, KNOWN, Known(kind, frozenset({"medical", "material"}))).holds(scope)


@pytest.mark.parametrize(
    "source",
    [
        "${age} < 18",
        "${age} = 17 and ${safe} = 'yes'",
        "${ age } + 1 = 18",
        "${age} * 2 - 4 div 2 = 32",
        "${age} mod 5 = 2",
        "-${age} < 0",
        "not(${safe} = 'no')",
        "selected(${needs}, 'medical')",
        "not(selected(${safe}, 'no'))",
        "count-selected(${needs}) = 2",
        "today() - ${born} = 500",
        "if(${age} < 18, 'child', 'adult') = 'child'",
        "coalesce(${weight}, 3) = 3",
        "coalesce(${age}, 3) = 17",
        "${weight} = ''",
        "regex(${story}, '[А-Яа-яҢңҮүӨө ]+')",
        "not(regex(${story}, 'шаар'))",
        "string-length(${story}) = 7",
        "contains(${story}, 'шаар') and starts-with(${story}, 'Ак')",
        "concat('a', ${age}, 1.5) = 'a171.5'",
        "round(${age} div 3) = 6",
        "round(${age} div 3, 2) = 5.67",
        "${and} = '$x'",
        "'it is ${age}' = 'it is ${age}'",
        "1 div 0 > 1000000",
        "not(0 div 0 = 0 div 0)",
        "(${safe} = 'yes') = (${age} = 17)",
        "${safe} != 'no'",
    ],
)
def test_true_of_the_answers(source: str) -> None:
    assert holds(source)


def test_an_unanswered_question_is_neither_smaller_nor_larger() -> None:
    assert not holds("${weight} < 18")
    assert not holds("${weight} >= 18")
    assert holds("${weight} != 18")


def test_the_answer_itself() -> None:
    assert holds(". >= 0 and . < 18", 17.0, Kind.INTEGER)
    assert holds("count-selected(.) = 1", "medical", Kind.SELECT_MULTIPLE)
    with pytest.raises(ExpressionInvalid, match="no meaning here"):
        compile_condition(". > 1", KNOWN)


@pytest.mark.parametrize(
    "source",
    [
        "count(//*) > 1",
        "/data/age = 1",
        "//age = 1",
        "../age = 1",
        "@id = 1",
        "${age}[1] = 1",
        "child::age = 1",
        "doc('file:///etc/passwd') = 1",
        "document('x') = 1",
        "id('a') = 'a'",
        "matches('a', '(a+)+$')",
        "pulldata('a', 'b', 'c', 'd') = 1",
        "once(1) = 1",
        "position() = 1",
        "sum(${age}) = 1",
        "for $x in 1 return $x",
        "${age} | ${age}",
        "* = 1",
        "age = 1",
        "$age = 1",
        "${q_age} = 1",
        "${nobody} = 1",
        "${} = 1",
        "1 = 1 = 1",
        "1 +",
        "'open",
        "",
        "   ",
        "yes",
        "'yes'",
        "${age}",
        "not(${age})",
        "${age} and 1 = 1",
        "if(${age}, 1, 2) = 1",
        "string-length() = 1",
        "selected(${needs}) = 1",
        "selected(${story}, 'medical')",
        "selected(${needs}, 'shelter')",
        "count-selected(${story}) = 1",
        "${safe} = 'perhaps'",
        "${needs} = 'medical'",
        "${born} > '2020-01-01'",
        "${age} = 'old'",
        "regex(., ${story})",
        r"regex(., '(a)\1')",
        "regex(., '(?=a)')",
        "regex(., '(a{900}){900}')",
        "regex(., '[')",
        "(" * 21 + "1" + ")" * 21 + " = 1",
        "(" * 230 + "1" + ")" * 230 + " = 1",
        "-" * 400 + "1 = 1",
        "+".join(["1"] * 60) + " = 1",
        "'" + "a" * 500 + "' = 'a'",
        "\x00 = 1",
    ],
)
def test_refused_with_a_remedy(source: str) -> None:
    with pytest.raises(ExpressionInvalid) as refusal:
        compile_condition(source, KNOWN, Known(Kind.TEXT))
    assert refusal.value.what and refusal.value.remedy


def test_a_long_chain_of_conditions_is_not_deep() -> None:
    assert holds(" or ".join(["${age} = 1"] * 30 + ["${age} = 17"]))


def test_a_hostile_pattern_answers_at_once() -> None:
    begun = time.perf_counter()
    assert not holds("regex(., '(a+)+$')", "a" * 4000 + "!")
    assert time.perf_counter() - begun < 1


TOKENS = [
    "${age}",
    "${safe}",
    "${needs}",
    "${story}",
    "'yes'",
    "'medical'",
    "1",
    "0",
    "2.5",
    "1e9",
    ".",
    "(",
    ")",
    ",",
]
TOKENS += [
    "and",
    "or",
    "=",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "div",
    "mod",
    "$",
    "/",
    "[",
    "|",
    "text()",
    "{",
    '"',
]
ANSWERS = st.one_of(st.floats(), st.text(max_size=20), st.sampled_from(["yes", "medical material", "1e999", "-.5"]))


@given(st.lists(st.sampled_from([*TOKENS, *FUNCTIONS, "not(", "if(", "concat("]), max_size=14), ANSWERS, ANSWERS)
def test_any_text_is_either_refused_or_gives_an_answer(tokens: list[str], one: object, other: object) -> None:
    try:
        condition = compile_condition(" ".join(tokens), KNOWN, Known(Kind.TEXT))
    except ExpressionInvalid:
        return
    values = {"age": one, "safe": other, "needs": one, "story": other}
    assert condition.holds(Scope(values, 0, one)) in (True, False)  # type: ignore[arg-type]


LEAVES = st.sampled_from(["${age}", "${weight}", "${story}", ".", "'7'", "3", "0.5", "today()"])


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["+", "-", "*", "div", "mod"])
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"round({part})"),
        st.tuples(inner, inner).map(lambda parts: f"round({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"coalesce({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"concat({parts[0]}, {parts[1]})"),
        inner.map(lambda part: f"string-length({part})"),
    )


@given(st.recursive(LEAVES, _grow, max_leaves=8), ANSWERS, ANSWERS)
def test_arithmetic_never_fails(source: str, one: object, other: object) -> None:
    values = {"age": one, "weight": other, "story": math.inf}
    condition = compile_condition(f"{source} >= 1 or concat({source}, '') = 'x'", KNOWN, Known(Kind.TEXT))
    assert condition.holds(Scope(values, 20000, other)) in (True, False)  # type: ignore[arg-type]
