"""The values and functions of FEEL: texts, dates, times, durations, lists."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.process.feel import Clock, FeelError, Kind, Months, compile_expression, plain
from engine.process.feel_functions import FUNCTIONS

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


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', "a\\b"),
        (r'"\n\t\r\'"', "\n\t\r'"),
        (r'"\u041A\u044B\u0440\u0433\u044B\u0437"', "Кыргыз"),
        (r'"\U01F40E"', "🐎"),
        (r'"\uD83D\uDC0E"', "🐎"),
        (r'"\\u0041"', "\\u0041"),
        ('"Ош // no comment"', "Ош // no comment"),
        ('""', ""),
    ],
)
def test_string_escapes(written: str, expected: str) -> None:
    assert value(written) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-02-28"', date(2026, 2, 28)),
        ('date("2026-02-28")', date(2026, 2, 28)),
        ("date(2026, 2, 28)", date(2026, 2, 28)),
        ("date(moment)", date(2026, 1, 31)),
        ("date(n, 2, 30)", None),
        ("date(text)", None),
        ('@"10:30:00"', time(10, 30)),
        ('@"10:30:00.5Z"', time(10, 30, 0, 500000, tzinfo=UTC)),
        ("time(10, 30, 0)", time(10, 30)),
        ("time(moment)", time(10, 30, tzinfo=UTC)),
        ('@"2026-01-31T10:30:00+06:00"', datetime(2026, 1, 31, 10, 30, tzinfo=ALMATY)),
        ('date and time("2026-01-31T10:30:00")', datetime(2026, 1, 31, 10, 30)),
        ('date and time(day, @"10:30:00")', datetime(2026, 1, 31, 10, 30)),
        ('date and time(moment, @"00:00:00")', datetime(2026, 1, 31)),
        ('@"P3DT4H5M6.5S"', timedelta(3, 6.5, hours=4, minutes=5)),
        ('@"-PT1H"', timedelta(hours=-1)),
        ('duration("P1Y2M")', Months(14)),
        ('-@"P1Y"', Months(-12)),
        ('day + @"P1M"', date(2026, 2, 28)),
        ('@"2024-01-31" + @"P1M"', date(2024, 2, 29)),
        ('@"P1Y" + @"2024-02-29"', date(2025, 2, 28)),
        ('day - @"P2M"', date(2025, 11, 30)),
        ('day + @"P1D"', date(2026, 2, 1)),
        ('day + @"PT36H"', date(2026, 2, 1)),
        ('day - @"PT1H"', date(2026, 1, 30)),
        ('moment + @"PT14H"', datetime(2026, 2, 1, 0, 30, tzinfo=UTC)),
        ('moment - @"P1M"', datetime(2025, 12, 31, 10, 30, tzinfo=UTC)),
        ('@"23:00:00" + @"PT2H"', time(1)),
        ('@"01:00:00" - @"PT2H"', time(23)),
        ('@"10:00:00" - @"09:30:00"', timedelta(minutes=30)),
        ('@"2026-03-01" - @"2026-02-01"', timedelta(28)),
        ("moment - moment", timedelta()),
        ("moment - day", timedelta(hours=10.5)),
        ('moment - @"2026-01-31T10:30:00"', None),
        ('@"P1D" * 2.5', timedelta(2.5)),
        ('2 * @"P1Y"', Months(24)),
        ('@"P1D" / 2', timedelta(0.5)),
        ('@"P1D" / @"PT6H"', Decimal(4)),
        ('@"P1Y" / @"P6M"', Decimal(2)),
        ('@"P1Y" / 5', Months(2)),
        ('@"P1D" / 0', None),
        ('@"P1D" + @"P1Y"', None),
        ('@"9999-12-31" + @"P1D"', None),
        ('@"0001-01-01" - @"P1M"', None),
        ('@"P999999999D" * 10', None),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', Months(20)),
        ('years and months duration(@"2013-08-24", @"2011-12-22")', Months(-20)),
        ('years and months duration(@"2026-01-31", @"2026-02-28")', Months(0)),
        ('abs(@"-P2D")', timedelta(2)),
        ('abs(-@"P2M")', Months(2)),
        ('day + @"P18Y" > @"2044-01-30"', True),
    ],
)
def test_dates_times_and_durations(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(items)", 2),
        ("count([])", 0),
        ("count(thing)", None),
        ("sum([1, 2, 3])", 6),
        ("sum(1, 2, 3)", 6),
        ("sum([])", None),
        ("sum([1, null])", None),
        ("sum(thing.list)", None),
        ("min(3, 1, 2)", 1),
        ("max([3, 1, 2])", 3),
        ('min("b", "a")', "a"),
        ("max(thing.list)", None),
        ("min([])", None),
        ('max(@"2026-01-01", day)', date(2026, 1, 31)),
        ("all([true, null])", None),
        ("all(true, false)", False),
        ("all([])", True),
        ("any([false, null])", None),
        ("any(p, q)", True),
        ('list contains(items, "medical")', True),
        ('list contains(items, "legal")', False),
        ("list contains(thing.list, null)", True),
        ("list  contains (thing.list, 1)", True),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 2, 1, null, null])", [1, 2, None]),
        ('contains("foobar", "oba")', True),
        ('starts with("foobar", "foo")', True),
        ('ends with("foobar", "foo")', False),
        ("contains(null, text)", None),
        ('string length("Ысык-Көл")', 8),
        ('string length("🐎")', 1),
        ('upper case("ош")', "ОШ"),
        ('lower case("ABC")', "abc"),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 0)', None),
        ('substring("foobar", 9)', None),
        ("string(1.50)", "1.50"),
        ("string(day)", "2026-01-31"),
        ('string(@"P1DT2H")', "P1DT2H"),
        ('string(@"P14M")', "P1Y2M"),
        ("string(true)", "true"),
        ("string(null)", None),
        ('number("1.5")', Decimal("1.5")),
        ("number(text)", None),
        ("floor(1.5)", 1),
        ("floor(-1.5)", -2),
        ("floor(-1.56, 1)", Decimal("-1.6")),
        ("ceiling(1.5)", 2),
        ("ceiling(-1.5)", -1),
        ("decimal(2.5, 0)", 2),
        ("decimal(1/3, 2)", Decimal("0.33")),
        ("round up(5.5, 0)", 6),
        ("round up(-5.5, 0)", -6),
        ("round down(-5.5, 0)", -5),
        ("round half up(-5.5, 0)", -6),
        ("round half down(5.5, 0)", 5),
        ("round half up(1234, -2)", 1200),
        ("floor(1.5, 10 ** 9)", None),
        ("abs(-3)", 3),
        ("modulo(12, 5)", 2),
        ("modulo(-12, 5)", 3),
        ("modulo(1, 0)", None),
        ("is defined(n)", True),
        ("is defined(null)", False),
        ("get or else(null, 3)", 3),
        ("get or else(n, 3)", 5),
        ('clock("intake")', Clock("intake")),
        ('if p then clock("intake") else clock("rights")', Clock("intake")),
    ],
)
def test_functions(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert isinstance(found, bool) is isinstance(expected, bool)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Decimal("3"), 3),
        (Decimal("2.5"), 2.5),
        ([Decimal(1), None, "a"], [1, None, "a"]),
        (date(2026, 1, 2), "2026-01-02"),
        (timedelta(1, 3600), "P1DT1H"),
        (timedelta(0), "PT0S"),
        (timedelta(seconds=-1.5), "-PT1.5S"),
        (Months(0), "P0M"),
        (Clock("intake"), "intake"),
        (True, True),
    ],
)
def test_plain_is_fit_for_json(given: Any, expected: Any) -> None:
    assert plain(given) == expected


def test_the_grammar_knows_every_name_of_several_words() -> None:
    for name in FUNCTIONS:
        with pytest.raises(FeelError) as refused:
            compile_expression(f"{name}(1, 2, 3, clock(4), 5)", names={})
        assert "clock" in refused.value.problem, name
