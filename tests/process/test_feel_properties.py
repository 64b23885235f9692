"""Properties of FEEL: its sums are those of the decimal standard, and no text breaks its parser."""

import ast
import json
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.process.feel import FeelError, Kind, compile_expression, compile_unary, plain
from engine.process.feel_functions import FUNCTIONS
from engine.process.feel_values import kind_of

pytestmark = pytest.mark.once

ORACLE = Context(prec=34, rounding=ROUND_HALF_EVEN)
NAMES = {
    "a": Kind.number,
    "b": Kind.number,
    "c": Kind.number,
    "p": Kind.boolean,
    "l": Kind.list,
    "x": Kind.any,
}
NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, places=6)
WORDS = [
    "a",
    "b",
    "c",
    "p",
    "l",
    "x",
    "and",
    "or",
    "not",
    "in",
    "between",
    "if",
    "then",
    "else",
    "true",
    "false",
    "null",
    "clock",
    "count",
    "date",
    "time",
    "duration",
    "(",
    ")",
    "[",
    "]",
    "]",
    "[",
    "..",
    ",",
    "+",
    "-",
    "*",
    "/",
    "**",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "!=",
    "?",
    ".",
    "1",
    "0.5",
    '"t"',
    '@"P1D"',
    '@"2026-01-01"',
    "list contains(",
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.times(),
    st.timedeltas(),
    st.lists(st.integers() | st.text(max_size=3) | st.none(), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.data())
def test_any_text_is_compiled_or_refused(text: str, data: st.DataObject) -> None:
    values = data.draw(st.fixed_dictionaries({name: VALUES for name in NAMES}))
    try:
        compile_expression(text, names=NAMES, clocks=["t"]).evaluate(values)
    except FeelError as error:
        assert 0 <= error.position <= len(text) and error.remedy
    try:
        assert compile_unary(text, names=NAMES, input_kind=Kind.any).matches(data.draw(VALUES), values) in (
            True,
            False,
            None,
        )
    except FeelError as error:
        assert 0 <= error.position <= len(text) and error.remedy


def _sums() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["a", "b", "c"]) | st.integers(0, 99).map(str)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            inner.map(lambda t: f"(-{t})"),
        ),
        max_leaves=8,
    )


RULES: dict[type[ast.operator], Any] = {
    ast.Add: ORACLE.add,
    ast.Sub: ORACLE.subtract,
    ast.Mult: ORACLE.multiply,
    ast.Div: ORACLE.divide,
}


def _oracle(text: str, values: dict[str, Decimal]) -> Decimal | None:
    """The same sum, read by Python, reckoned by another context; null once anything has no value."""

    def reckon(node: ast.AST) -> Decimal:
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                result: Decimal = RULES[type(op)](reckon(left), reckon(right))
                return result
            case ast.UnaryOp(operand=operand):
                return ORACLE.minus(reckon(operand))
            case ast.Name(id=name):
                return values[name]
            case ast.Constant(value=value):
                return Decimal(str(value))
        raise AssertionError(node)

    try:
        return reckon(ast.parse(text, mode="eval").body)
    except ArithmeticError:
        return None


@settings(max_examples=200, deadline=None)
@given(_sums(), NUMBERS, NUMBERS, NUMBERS)
def test_arithmetic_is_that_of_decimal(text: str, a: Decimal, b: Decimal, c: Decimal) -> None:
    values = {"a": a, "b": b, "c": c}
    try:
        expression = compile_expression(text, names=NAMES)
    except FeelError as error:
        assert "nested" in error.problem
        return
    assert expression.evaluate(values) == _oracle(text, values)


@settings(max_examples=150, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from("[(]"), st.sampled_from("])["))
def test_ranges_hold_what_lies_between(x: Decimal, low: Decimal, high: Decimal, start: str, end: str) -> None:
    over = x >= low if start == "[" else x > low
    under = x <= high if end == "]" else x < high
    values = {"x": x, "a": low, "b": high}
    assert compile_expression(f"x in {start}a..b{end}", names=NAMES).evaluate(values) is (over and under)
    cell = compile_unary(f"{start}a..b{end}", names=NAMES, input_kind=Kind.number)
    assert cell.matches(x, values) is (over and under)
    other = compile_unary(f"not({start}a..b{end})", names=NAMES, input_kind=Kind.number)
    assert other.matches(x, values) is not (over and under)
    between = compile_expression("x between a and b", names=NAMES)
    assert between.evaluate(values) is (low <= x <= high)


@settings(max_examples=100, deadline=None)
@given(st.dates(), st.timedeltas().map(lambda span: span - span % type(span)(days=1)))
def test_what_is_added_to_a_date_can_be_taken_away(day: Any, span: Any) -> None:
    names = {"d": Kind.date, "s": Kind.duration}
    there = compile_expression("d + s", names=names).evaluate({"d": day, "s": span})
    if there is not None:
        assert compile_expression("d - s", names=names).evaluate({"d": there, "s": span}) == day
        assert (
            compile_expression("b - a", names={"a": Kind.date, "b": Kind.date}).evaluate({"a": day, "b": there}) == span
        )


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_every_text_can_be_written(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert compile_expression(f'"{escaped}"', names={}).evaluate({}) == text


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_de_morgan_holds_in_three_values(p: bool | None, q: bool | None) -> None:
    names = {"p": Kind.boolean, "q": Kind.boolean}
    left = compile_expression("not(p and q)", names=names).evaluate({"p": p, "q": q})
    right = compile_expression("not(p) or not(q)", names=names).evaluate({"p": p, "q": q})
    assert left is right


ATOMS = ["x", "x.y", "null", "true", "2", "-0.5", '"a"', "[x, 1]", '@"P1M"', '@"PT1.5S"', '@"2024-02-29"', "l"]


def _anything(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every form of expression over values of unknown kind, so that all of it is left to the evaluation."""
    operator = st.sampled_from(["+", "-", "*", "/", "**", "=", "<", ">=", "and", "or", "in"])
    calls = st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, min_size=1, max_size=3))
    return st.one_of(
        st.tuples(inner, operator, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        calls.map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        st.tuples(inner, inner, inner).map(lambda t: f"(if {t[0]} then {t[1]} else {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} between {t[1]} and {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} in (> {t[1]}, [{t[1]}..{t[2]}]))"),
        inner.map(lambda t: f"not({t})"),
    )


@settings(max_examples=400, deadline=None)
@given(st.recursive(st.sampled_from(ATOMS), _anything, max_leaves=5), VALUES, VALUES)
def test_what_was_compiled_never_fails(text: str, x: Any, more: Any) -> None:
    try:
        expression = compile_expression(text, names=NAMES)
    except FeelError:
        return
    for value in (x, more, {"y": more}):
        found = expression.evaluate({"x": value, "l": more})
        assert found is None or kind_of(found) is not None
        assert expression.kind is Kind.any or found is None or kind_of(found) is expression.kind
        json.dumps(plain(found))
