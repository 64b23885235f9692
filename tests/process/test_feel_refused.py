"""What FEEL refuses when a bundle is compiled, and that no text or value can harm the engine."""

from datetime import datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest

from engine.errors import EngineError
from engine.process.feel import FeelError, Kind, compile_expression, compile_unary

pytestmark = pytest.mark.once

NAMES = {
    "p": Kind.boolean,
    "n": Kind.number,
    "age_band": Kind.string,
    "day": Kind.date,
    "moment": Kind.datetime,
    "needs": Kind.list,
    "thing": Kind.any,
}
CODES = {"age_band": ["adult", "child", "unknown"], "needs": ["medical", "material"]}


def refused(text: str, wants: Kind | None = None) -> FeelError:
    with pytest.raises(FeelError) as refusal:
        compile_expression(text, names=NAMES, wants=wants, clocks=["intake"], codes=CODES)
    return refusal.value


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("agee = 1", 0, "`agee` is not known here"),
        ('age_bnd = "child"', 0, "Did you mean `age_band`?"),
        ("p and other", 6, "`other` is not known here"),
        ("n.part", 0, "`n.part` is not known here"),
        ("cuont(needs)", 0, "Did you mean `count`?"),
        ("frobnicate(1)", 0, "Known are: count, sum"),
        ("today() > day", 0, "refused: a case must give the same answer"),
        ("now()", 0, "names a clock"),
        ('clock("reflexion")', 0, "country.toml"),
        ('clock("intak")', 0, "Did you mean `intake`?"),
        ("clock(age_band)", 0, "takes one name in quotes"),
        ('clock("intake", "x")', 0, "takes one name in quotes"),
        ("count()", 0, "It takes (list)"),
        ("count(needs, needs)", 0, "does not take (list, list)"),
        ("count(n)", 0, "does not take (number)"),
        ("contains(n, n)", 0, "It takes (string, string)"),
        ('string(clock("intake"))', 0, "does not take (clock)"),
        ('n = "5"', 4, "a number is compared with a string"),
        ("n > p", 4, "a number is compared with a boolean"),
        ("p > p", 4, "no meaning for a boolean"),
        ("needs < needs", 8, "no meaning for a list"),
        ("day = moment", 6, "date(...)"),
        ('needs = "medical"', 8, "list contains"),
        ('clock("intake") = thing', 18, "clocks cannot be compared"),
        ('[clock("intake")]', 1, "cannot stand in a list"),
        ("n and p", 0, "`and` needs true or false"),
        ("p or 1", 5, "`or` needs true or false"),
        ("not(n)", 4, "`not` needs true or false"),
        ("if n then 1 else 2", 3, "`if` needs true or false"),
        ('if p then 1 else "a"', 17, "a string, the value beside it a number"),
        ('n + "a"', 4, "between a number and a string"),
        ("day + 1", 6, "between a date and a number"),
        ("day + day", 6, "between a date and a date"),
        ("-age_band", 0, "`-` before a string"),
        ("n between 5 and 1", 10, "begins after its end"),
        ("n in [5..1]", 6, "begins after its end"),
        ("n in (1, 5)]", 11, "not expected"),
        ("n in [1, [2]]", 9, "compared with a list"),
        ('n in ["a"]', 6, "compared with a string"),
        ("p in [1..2]", 6, "compared with a number"),
        ('age_band = "chid"', 11, "Did you mean `child`?"),
        ('"x" != age_band', 0, 'never "x"'),
        ('age_band in ("adult", "old")', 22, "It is one of: adult, child, unknown"),
        ('age_band in ["adult", "old"]', 22, 'never "old"'),
        ('list contains(needs, "legal")', 21, 'never "legal"'),
        ('"legal" in needs', 0, 'never "legal"'),
        ("date(2026, 2, 30)", 0, "cannot read this"),
        ('date("2026-2-3")', 0, "cannot read this"),
        ('@"2026-13-01"', 0, "has no value"),
        ('@"P1Y2D"', 0, "has no value"),
        ('@"P"', 0, "has no value"),
        ('@"PT"', 0, "has no value"),
        ('@"10:00"', 0, "has no value"),
        ('@"2026-01-01T10:00:00@Asia/Bishkek"', 0, "has no value"),
        ("min(1, age_band)", 7, "a string, the value beside it a number"),
        ("? > 1", 0, "means the input of a table cell"),
        (r'"a\qb"', 2, r"`\q` is no escape"),
        (r'"\u12"', 1, "is no escape"),
        (r'"\UFFFFFF"', 1, "is no escape"),
        (r'"\uD83D"', 0, "code point does not exist"),
        ("1" * 200, 0, "below 1E+100"),
        ("n == 1", 3, "Write one = to compare"),
        ("p && p", 2, "Write and."),
        ("p || p", 2, "Write or."),
        ("!p", 0, "Write not(...)"),
        ("n <> 1", 3, "is not expected"),
        ("age_band = 'child'", 11, "straight double quotes"),
        ("age_band = “child”", 11, "straight double quotes"),
        ('age_band = "child', 11, "Close the text"),
        ("n > ", 3, "ends too early"),
        ("(n", 2, "ends too early"),
        ("n)", 1, "not expected"),
        ("n n", 2, "not expected"),
        ("if p then 1", 11, "ends too early"),
        ("n < 1 < 2", 6, "not expected"),
        ("needs[1]", 5, "not expected"),
        ("{a: 1}", 0, "Contexts are not read"),
        ("for x in needs return x", 4, "not expected"),
        ("some x in needs satisfies x", 5, "not expected"),
        ("1e5", 1, "not expected"),
        ("n = 1; n", 5, "not expected"),
        ("возраст = 1", 0, "not expected"),
        ("= = n", 2, "not expected"),
        ("", 0, "nothing is written"),
        (" = ", 0, "nothing is written"),
    ],
)
def test_a_refusal_names_text_place_and_remedy(text: str, position: int, says: str) -> None:
    error = refused(text)
    assert (error.position, says in str(error)) == (position, True), str(error)
    assert f"`{text}`" in str(error) and f"character {position + 1}" in str(error)
    assert isinstance(error, EngineError) and error.remedy


@pytest.mark.parametrize(
    ("text", "wants", "says"),
    [
        ("n", Kind.boolean, "needs a boolean, and this gives a number"),
        ("=age_band", Kind.boolean, "Write a condition"),
        ("null", Kind.boolean, "gives null"),
        ("age_band", Kind.list, "Name a fact that is a list"),
        ("null", Kind.list, "gives null"),
        ('"intake"', Kind.clock, "Name a clock"),
        ("thing", Kind.clock, "Name a clock"),
        ('duration("P3D")', Kind.clock, "Name a clock"),
        ('clock("intake")', Kind.boolean, "gives a clock"),
        ("n", Kind.string, "Write a value that is a string"),
    ],
)
def test_a_result_of_the_wrong_kind_is_refused(text: str, wants: Kind, says: str) -> None:
    assert says in str(refused(text, wants))


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ('age_band = "child"', Kind.boolean),
        ("thing", Kind.boolean),
        ("needs", Kind.list),
        ('["medical"]', Kind.list),
        ('if p then clock("intake") else clock("intake")', Kind.clock),
        ("null", Kind.string),
        ("thing + 1", Kind.number),
        ("thing + thing", Kind.string),
        ("if p then null else 1", Kind.number),
        ("get or else(thing, 1)", Kind.number),
    ],
)
def test_a_fitting_kind_is_taken(text: str, wants: Kind) -> None:
    compile_expression(text, names=NAMES, wants=wants, clocks=["intake"], codes=CODES)


@pytest.mark.parametrize(
    ("cell", "kind", "codes", "says"),
    [
        ('"5"', Kind.number, None, "a number is compared with a string"),
        ('"child"', Kind.boolean, None, "a boolean is compared with a string"),
        ("true", Kind.string, None, "a string is compared with a boolean"),
        ("> true", Kind.boolean, None, "no meaning for a boolean"),
        ('"medical"', Kind.list, None, "list contains"),
        ("? + 1", Kind.number, None, "needs true or false"),
        ('"chld"', Kind.string, ["child", "adult"], "Did you mean `child`?"),
        ('not("child", "chld")', Kind.string, ["child", "adult"], "Did you mean `child`?"),
        ('list contains(?, "lgal")', Kind.list, ["legal"], "Did you mean `legal`?"),
        ("1,", Kind.number, None, "ends too early"),
        ("1, -", Kind.number, None, "ends too early"),
        ("not()", Kind.number, None, "not expected"),
        ('clock("intake")', Kind.string, None, "no clock"),
        ("=> 5", Kind.number, None, "not expected"),
    ],
)
def test_a_cell_that_can_never_match_is_refused(cell: str, kind: Kind, codes: Any, says: str) -> None:
    with pytest.raises(FeelError, match=r".") as refusal:
        compile_unary(cell, names=NAMES, input_kind=kind, codes=CODES, input_codes=codes)
    assert says in str(refusal.value)


class Trap:
    """An object that must never be touched."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)

    def __str__(self) -> str:
        raise AssertionError("str")

    __repr__ = __str__


@pytest.mark.parametrize(
    "text",
    [
        "thing.__class__",
        "thing.__class__.__base__.__subclasses__",
        "thing.__dict__",
        "thing.real",
        "thing = 1",
        "count(thing)",
        "string(thing)",
        "thing + thing",
        "list contains(thing, 1)",
        "if thing then 1 else 2",
    ],
)
def test_no_python_object_is_ever_touched(text: str) -> None:
    expression = compile_expression(text, names=NAMES)
    for thing in (Trap(), [Trap()], {"__class__": Trap()}, {"real": {"__class__": Trap()}}):
        assert expression.evaluate({"thing": thing}) in (None, False, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "__import__",
        '__import__("os")',
        'eval("1")',
        "().__class__.__bases__",
        '"".__class__',
        "n.__class__",
        "lambda: 1",
        "[x for x in needs]",
        'date.fromisoformat("2026-01-01")',
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * 240 + "1" + ")" * 240,
        "[" * 100 + "]" * 100,
        "-" * 490 + "1",
        "not(" * 90 + "p" + ")" * 90,
        "if p then 1 else " * 25 + "2",
        "(" * 499,
        "[" * 499,
        '"' + "a" * 1_000_000 + '"',
        "a" * 1_000_000,
        "\x00",
        "\ud800",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    begun = perf_counter()
    refused(text)
    for_cell = {"names": NAMES, "input_kind": Kind.any}
    with pytest.raises(FeelError):
        compile_unary(text, **for_cell)  # type: ignore[arg-type]
    assert perf_counter() - begun < 30  # a hang, not a speed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9 ** 9 ** 9", Decimal("1.966270504755529136180759085269121E+77")),
        ("9 ** (9 ** 9)", None),
        ("9 ** 9 ** 9 ** 9", None),
        ("10 ** 99 * 10", None),
        ("10 ** -9999999", Decimal(0)),
        ("1.000000001 ** 99999999999", Decimal("2.688E+43")),
        ("n ** n", None),
    ],
)
def test_numbers_never_grow_giant(text: str, expected: Any) -> None:
    begun = perf_counter()
    found = compile_expression(text, names=NAMES).evaluate({"n": Decimal("1E+90")})
    assert found == expected or (expected and abs(found / expected - 1) < 0.001)
    assert perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    "given",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("1E+999999"),
        10**5000,
        "a" * 1_000_000,
        [1] * 1_000,
        {"a": 1},
        {1, 2},
        b"bytes",
        object(),
        compile_expression,
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_value_of_feel_is_null(given: Any) -> None:
    assert compile_expression("thing", names=NAMES).evaluate({"thing": given}) is None


def test_what_grows_is_bounded() -> None:
    names = {"t": Kind.string, "l": Kind.list, "d": Kind.date, "s": Kind.duration}
    values = {"t": "a" * 9_000, "l": [1] * 150, "d": datetime.max.date(), "s": timedelta.max}
    for text in ("t + t", "concatenate(l, l)", "d + s", "s + s", "s * 9", "-(-s - s)"):
        assert compile_expression(text, names=names).evaluate(values) is None


def test_a_list_within_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    compile_expression("thing = thing", names=NAMES).evaluate({"thing": loop})


def test_the_longest_flat_expression_works() -> None:
    text = "+".join("1" for _ in range(250))
    assert compile_expression(text, names={}).evaluate({}) == 250
    deep = "(" * 20 + "1" + ")" * 20
    assert compile_expression(deep, names={}).evaluate({}) == 1
