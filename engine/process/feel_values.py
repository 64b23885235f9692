"""What a FEEL expression computes with: kinds, values, and their comparison in three-valued logic.

Inside, a number is a `Decimal` of at most 34 digits below 1E+100, a list is a `list`, null is `None`.
Whatever cannot be such a value (NaN, an endless text, an object of ours) is null: never an error or a giant.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Any

MAX_TEXT = 10_000
MAX_ITEMS = 200
_MAX_NESTED_LISTS = 5
_MAX_BITS = 400
NUMBERS = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-99, Emax=99, traps=[])


class Kind(StrEnum):
    """What sort of value an expression gives; `any` is known only when it is evaluated."""

    any = "any"
    boolean = "boolean"
    number = "number"
    string = "string"
    date = "date"
    time = "time"
    datetime = "datetime"
    duration = "duration"
    list = "list"
    clock = "clock"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the country, by name: what `clock("reflection")` gives. The engine never reads the time."""

    name: str


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years and months duration, in months; days and times are a `timedelta`."""

    months: int


_CLASSES: dict[type, Kind] = {
    bool: Kind.boolean,
    Decimal: Kind.number,
    str: Kind.string,
    datetime: Kind.datetime,
    date: Kind.date,
    time: Kind.time,
    timedelta: Kind.duration,
    Months: Kind.duration,
    list: Kind.list,
    Clock: Kind.clock,
}
ORDERED = frozenset({Kind.number, Kind.string, Kind.date, Kind.time, Kind.datetime, Kind.duration})


def kind_of(value: object) -> Kind | None:
    """The kind of a value as FEEL sees it; `None` for null and for what FEEL does not know."""
    return _CLASSES.get(type(value))


def take_in(value: object, depth: int = 0) -> object:
    """A Python value as FEEL sees it; null where FEEL has no such value or it is out of bounds."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return bounded_text(str.__str__(value))
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, list | tuple):
        return _items(value, depth)
    return value if type(value) in _CLASSES else None


def _number(value: int | float | Decimal) -> Decimal | None:
    if isinstance(value, int):
        return finite(Decimal(value)) if value.bit_length() <= _MAX_BITS else None
    return finite(value if isinstance(value, Decimal) else Decimal(repr(float(value))))


def _items(value: list[Any] | tuple[Any, ...], depth: int) -> list[object] | None:
    if depth >= _MAX_NESTED_LISTS or len(value) > MAX_ITEMS:
        return None
    return [take_in(item, depth + 1) for item in value]


def finite(number: Decimal) -> Decimal | None:
    """The number within 34 digits and below 1E+100, or null."""
    rounded = NUMBERS.plus(number)
    return rounded if rounded.is_finite() else None


def bounded_text(text: str) -> str | None:
    """The text, or null when it is longer than any fact may be."""
    return text if len(text) <= MAX_TEXT else None


def plain(value: object) -> Any:
    """A FEEL value for JSON and the record: whole numbers int, others float, moments and durations text."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Clock):
        return value.name
    if value is None or isinstance(value, bool | str):
        return value
    return text_of(value)


def text_of(value: object) -> str | None:
    """A value as FEEL writes it, without quotes around a string; null for null, lists and clocks."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(NUMBERS.add(value, Decimal(0)), "f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _days_text(value)
    return _months_text(value) if isinstance(value, Months) else None


def _days_text(value: timedelta) -> str:
    span = abs(value)
    hours, rest = divmod(span.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    clock = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else ""]
    clock.append(f"{seconds}{fraction}S" if seconds or fraction else "")
    days = f"{span.days}D" if span.days else ""
    written = days + ("T" + "".join(clock) if any(clock) else "")
    return ("-" if value < timedelta() else "") + "P" + (written or "T0S")


def _months_text(value: Months) -> str:
    years, months = divmod(abs(value.months), 12)
    written = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (written or "0M")


def _aligned(a: date | time, b: date | time) -> bool:
    """Whether both or neither know their offset; only then can they be compared."""
    return (getattr(a, "tzinfo", None) is None) == (getattr(b, "tzinfo", None) is None)


def equal(a: object, b: object) -> bool | None:
    """`a = b`: null equals null and nothing else; values of different kinds give null."""
    if a is None or b is None:
        return a is b
    if type(a) is not type(b):
        return None
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all_true(map(equal, a, b))
    if isinstance(a, date | time) and isinstance(b, date | time) and not _aligned(a, b):
        return None
    return a == b


def unequal(a: object, b: object) -> bool | None:
    """`a != b`."""
    return negated(equal(a, b))


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[object, object], bool | None]:
    def ordered(a: object, b: object) -> bool | None:
        if type(a) is not type(b) or kind_of(a) not in ORDERED:
            return None
        if isinstance(a, date | time) and isinstance(b, date | time) and not _aligned(a, b):
            return None
        return compare(a, b)

    return ordered


less = _ordering(lambda a, b: bool(a < b))
at_most = _ordering(lambda a, b: bool(a <= b))
more = _ordering(lambda a, b: bool(a > b))
at_least = _ordering(lambda a, b: bool(a >= b))

COMPARE: dict[str, Callable[[object, object], bool | None]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": more,
    ">=": at_least,
}


def negated(value: object) -> bool | None:
    """`not(value)`: null of anything that is not a boolean."""
    return not value if isinstance(value, bool) else None


def all_true(values: Iterable[object]) -> bool | None:
    """`and` of the standard: one false decides, else anything that is not a boolean makes it null."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = None
    return result


def any_true(values: Iterable[object]) -> bool | None:
    """`or` of the standard: one true decides, else anything that is not a boolean makes it null."""
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = None
    return result
