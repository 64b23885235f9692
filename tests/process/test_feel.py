"""FEEL as the standard has it: tables of expressions and their values."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.process.feel import Kind, Months, compile_expression, compile_unary

pytestmark = pytest.mark.once

NAMES = {
    "p": Kind.boolean,
    "q": Kind.boolean,
    "n": Kind.number,
    "m": Kind.number,
    "text": Kind.string,
    "day": Kind.date,
    "moment": Kind.datetime,
    "items": Kind.list,
    "thing": Kind.any,
    "case.region": Kind.string,
    "in": Kind.number,
}
VALUES: dict[str, Any] = {
    "p": True,
    "q": False,
    "n": 5,
    "m": 2.5,
    "text": "child",
    "day": date(2026, 1, 31),
    "moment": datetime(2026, 1, 31, 10, 30, tzinfo=UTC),
    "items": ["medical", "material"],
    "thing": {"part": {"count": 3}, "list": [1, None, "a"]},
    "case.region": "osh",
    "in": 7,
}
ALMATY = timezone(timedelta(hours=6))


def value(text: str, **values: Any) -> Any:
    return compile_expression(text, names=NAMES, clocks=("intake", "rights")).evaluate({**VALUES, **values})


TRUTH = [
    # left, right, and, or
    (True, True, True, True),
    (True, False, False, True),
    (True, None, None, True),
    (False, True, False, True),
    (False, False, False, False),
    (False, None, False, None),
    (None, True, None, True),
    (None, False, False, None),
    (None, None, None, None),
]


@pytest.mark.parametrize(("left", "right", "both", "either"), TRUTH)
def test_and_or_are_three_valued(left: Any, right: Any, both: Any, either: Any) -> None:
    assert value("p and q", p=left, q=right) is both
    assert value("p or q", p=left, q=right) is either
    words = {True: "true", False: "false", None: "null"}
    assert value(f"{words[left]} and {words[right]}") is both
    assert value(f"{words[left]} or {words[right]}") is either


@pytest.mark.parametrize(("given", "expected"), [(True, False), (False, True), (None, None), ("x", None)])
def test_not_is_three_valued(given: Any, expected: Any) -> None:
    assert value("not(thing)", thing=given) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("100 / 10 / 2", 5),
        ("2 ** 3", 8),
        ("3 ** 4 ** 5", 3486784401),
        ("-2 ** 2", 4),
        ("2 ** -1", Decimal("0.5")),
        ("- - 5", 5),
        ("1 - -1", 2),
        ("5-3", 2),
        (".5 + 0.25", Decimal("0.75")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("n * m", Decimal("12.5")),
        ("1 / 0", None),
        ("0 / 0", None),
        ("n + null", None),
        ("thing + 1", None),
        ('"a" + "b"', "ab"),
        ("1 + 2 = 3 and 4 > 3 or false", True),
        ("true or false and false", True),
        ("(true or false) and false", False),
        ("not(false) and true", True),
        ("1 + 1 = 2", True),
        ("if 1 > 2 then 3 else 4 + 5", 9),
        ("if null then 1 else 2", 2),
        ("if p then if q then 1 else 2 else 3", 2),
        ("if q then 1 else if p then 2 else 3", 2),
        ("1 + 2 // the rest is a comment", 3),
        ("1 /* two * / */ + 2", 3),
        ("n\n+\t1", 6),
        ("thing.part.count + 1", 4),
        ("thing.part.missing", None),
        ("thing.missing.missing", None),
        ('case.region = "osh"', True),
        ("`in` + 1", 8),
    ],
)
def test_arithmetic_precedence_and_names(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ("1 != 2", True),
        ("null = null", True),
        ("null != null", False),
        ("n = null", False),
        ("n != null", True),
        ("null < 1", None),
        ("n > null", None),
        ('"a" < "b"', True),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [2, 1]", False),
        ("[1] = [1, 2]", False),
        ("true != false", True),
        ('@"2026-01-01" < @"2026-01-02"', True),
        ('@"10:00:00" >= @"10:00:00"', True),
        ('@"P1D" = @"PT24H"', True),
        ('@"P1Y" = @"P12M"', True),
        ('@"P1Y" > @"P11M"', True),
        ('@"P1Y" > @"P1D"', None),
        ('@"2026-01-01T10:00:00Z" = @"2026-01-01T16:00:00+06:00"', True),
        ('@"2026-01-01T10:00:00Z" < @"2026-01-01T10:00:00"', None),
        ('@"2026-01-01T10:00:00Z" = @"2026-01-01T10:00:00"', None),
        ("n between 5 and 10", True),
        ("n between 6 and 10", False),
        ("n between 1 and 5 and q", False),
        ("null between 1 and 5", None),
        ("n between 1 and null", None),
        ("n between 6 and null", False),
    ],
)
def test_comparison(text: str, expected: Any) -> None:
    assert value(text) is expected


def test_values_of_different_kinds_are_neither_equal_nor_unequal() -> None:
    assert value("n = thing", thing="5") is None
    assert value("n != thing", thing="5") is None
    assert value("n < thing", thing=True) is None


@pytest.mark.parametrize(
    ("range_", "low", "inside", "high"),
    [
        ("[1..5]", True, True, True),
        ("(1..5)", False, True, False),
        ("]1..5[", False, True, False),
        ("[1..5)", True, True, False),
        ("[1..5[", True, True, False),
        ("(1..5]", False, True, True),
        ("]1..5]", False, True, True),
    ],
)
def test_ranges_open_and_closed(range_: str, low: bool, inside: bool, high: bool) -> None:
    test = compile_unary(range_, names={}, input_kind=Kind.number)
    for number, expected in ((0, False), (1, low), (3, inside), (5, high), (6, False), (None, None)):
        assert value(f"thing in {range_}", thing=number) is expected
        assert test.matches(number, {}) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n in 5", True),
        ("n in (5)", True),
        ("n in (1, 2, 5)", True),
        ("n in (1, 2)", False),
        ("n in [1, 2, 5]", True),
        ("n in > 4", True),
        ("n in (> 6, < 5, != 5)", False),
        ("n in (> 6, [5..7])", True),
        ("n in ((1..2), 5)", True),
        ("n in .5", False),
        ('"medical" in items', True),
        ('"legal" in items', False),
        ("null in (1, null)", True),
        ("null in (1, 2)", False),
        ("null in (< 2, 3)", None),
        ('day in [@"2026-01-01"..@"2026-12-31"]', True),
        ("n in [m..n + 1]", True),
        ('not("legal" in items)', True),
    ],
)
def test_in(text: str, expected: Any) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("cell", "kind", "passes", "fails"),
    [
        ("-", Kind.number, [0, None], []),
        ("", Kind.number, [0, None], []),
        ("5", Kind.number, [5, 5.0, Decimal("5.0")], [4, None, "5"]),
        ("< 5", Kind.number, [4], [5, None]),
        ("<= 5", Kind.number, [5], [6]),
        ("> 5", Kind.number, [6], [5]),
        (">= 5", Kind.number, [5], [4]),
        ("= 5", Kind.number, [5], [4]),
        ("!= 5", Kind.number, [4, None], [5]),
        ("-5", Kind.number, [-5], [5]),
        ("1, 3, > 5", Kind.number, [1, 3, 6], [2, 5]),
        ("[1..3], (7..9)", Kind.number, [1, 3, 8], [4, 7, 9]),
        ("[m..n]", Kind.number, [3], [1]),
        ("n + 1", Kind.number, [6], [5]),
        ("not(5)", Kind.number, [4, None], [5]),
        ("not(1, > 5)", Kind.number, [2, 5], [1, 6, None]),
        ("not(- 1)", Kind.number, [1], [-1]),
        ('"a", "b"', Kind.string, ["a", "b"], ["c", None]),
        ('not("a")', Kind.string, ["b", None], ["a"]),
        ('["a", "b"]', Kind.string, ["a"], ["c"]),
        ("items", Kind.string, ["medical"], ["legal"]),
        ("text", Kind.string, ["child"], ["adult"]),
        ("true", Kind.boolean, [True], [False, None]),
        ("not(true)", Kind.boolean, [False, None], [True]),
        ("null", Kind.string, [None], ["a"]),
        ("not(null)", Kind.string, ["a"], [None]),
        ("> date(2026, 1, 1)", Kind.date, [date(2026, 1, 2)], [date(2026, 1, 1), None]),
        ('[@"P1D"..@"P3D"]', Kind.duration, [timedelta(2)], [timedelta(4), Months(1)]),
        ("? > 5", Kind.number, [6], [5, None]),
        ("? > 5 and p", Kind.number, [6], [5]),
        ("not(? > 5) and p", Kind.number, [5], [6]),
        ("not(? > 5), 9", Kind.number, [5, 9], [6]),
        ("p", Kind.number, [1, None], []),
        ("n > 5", Kind.number, [], [1, 9]),
        ('contains(?, "hil")', Kind.string, ["child"], ["adult", None]),
        ('list contains(?, "a")', Kind.list, [["a", "b"]], [["b"], [], None]),
        ("count(?) > 1", Kind.list, [["a", "b"]], [["b"]]),
        ('["a"]', Kind.list, [["a"]], [["b"], ["a", "b"]]),
        ("1 // one", Kind.number, [1], [2]),
        ("thing", Kind.any, [], [1]),
    ],
)
def test_unary_tests(cell: str, kind: Kind, passes: list[Any], fails: list[Any]) -> None:
    test = compile_unary(cell, names=NAMES, input_kind=kind)
    assert [given for given in passes if test.matches(given, VALUES) is not True] == []
    assert [given for given in fails if test.matches(given, VALUES) is True] == []


def test_an_expression_tells_what_it_uses() -> None:
    text = '= if p and thing.part then clock("intake") else clock("rights")'
    expression = compile_expression(text, names=NAMES, wants=Kind.clock, clocks=["intake", "rights"])
    assert expression.names == {"p", "thing"}
    assert expression.clocks == {"intake", "rights"}
    assert expression.kind is Kind.clock and not expression.constant


def test_a_result_of_another_kind_than_wanted_is_null() -> None:
    expression = compile_expression("thing", names=NAMES, wants=Kind.boolean)
    assert expression.evaluate({"thing": True}) is True
    assert expression.evaluate({"thing": "true"}) is None
    assert expression.evaluate({}) is None
    number = compile_expression("n", names=NAMES)
    assert number.evaluate({"n": "5"}) is None
