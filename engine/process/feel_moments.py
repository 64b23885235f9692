"""Moments and durations of FEEL: how they are written, and what +, -, * and / mean for them and for numbers.

Months are counted as the calendar does: 31 January plus one month is the last day of February.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, TypeVar

from .feel_values import NUMBERS, Kind, Months, bounded_text, finite, kind_of

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?" + _ZONE)
_DAYS = re.compile(
    r"(-)?P(?=.)(?:([0-9]{1,9})D)?"
    r"(?:T(?=.)(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:\.([0-9]{1,6}))?S)?)?"
)
_MONTHS = re.compile(r"(-)?P(?=.)(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?")
_MOST_MONTHS = 12 * 10_000
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_T = TypeVar("_T")


def read_date(text: str) -> date | None:
    """`2026-11-22`, or null."""
    return _tried(date.fromisoformat, text) if _DATE.fullmatch(text) else None


def read_time(text: str) -> time | None:
    """`10:30:00`, with an offset or Z if wanted; named zones are not read."""
    return _tried(time.fromisoformat, text) if _TIME.fullmatch(text) else None


def read_datetime(text: str) -> datetime | None:
    """`2026-11-22T10:30:00+06:00`; a date alone is its midnight."""
    day, mark, rest = text.partition("T")
    a, b = read_date(day), read_time(rest) if mark else time()
    return None if a is None or b is None else datetime.combine(a, b)


def read_duration(text: str) -> timedelta | Months | None:
    """`P3DT4H30M` or `P1Y6M`, negative with a leading `-`; the two families are never mixed."""
    found = _MONTHS.fullmatch(text)
    if found:
        sign, years, months = found.groups()
        return months_of((int(years or 0) * 12 + int(months or 0)) * (-1 if sign else 1))
    found = _DAYS.fullmatch(text)
    return _span(found) if found else None


def read_moment(text: str) -> object:
    """What stands between the quotes of `@"..."`: a date, time, date and time, or duration; else null."""
    if "P" in text[:2]:
        return read_duration(text)
    if "T" in text:
        return read_datetime(text)
    return read_date(text) or read_time(text)


def _tried(read: Callable[[str], _T], text: str) -> _T | None:
    try:
        return read(text)
    except ValueError:
        return None


def _span(found: re.Match[str]) -> timedelta | None:
    sign, *counts, fraction = found.groups()
    days, hours, minutes, seconds = (int(count or 0) for count in counts)
    micro = int((fraction or "").ljust(6, "0"))
    try:
        span = timedelta(days, seconds, micro, 0, minutes, hours)
        return -span if sign else span
    except OverflowError:
        return None


def months_of(count: int) -> Months | None:
    """A years and months duration, or null when no calendar reaches that far."""
    return Months(count) if abs(count) <= _MOST_MONTHS else None


def add_months(moment: Any, span: Months) -> Any:
    """A date or date and time that many months on; the last day of the month where the day does not exist."""
    count = moment.year * 12 + moment.month - 1 + span.months
    year, month = count // 12, count % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def months_between(a: date, b: date) -> Months | None:
    """Whole months from a to b, as `years and months duration(a, b)` of the standard counts them."""
    if b < a:
        back = months_between(b, a)
        return None if back is None else Months(-back.months)
    count = (b.year - a.year) * 12 + b.month - a.month
    return Months(count - 1 if b.day < a.day else count)


def _date_plus(day: date, span: timedelta) -> date:
    return (datetime.combine(day, time()) + span).date()


def _time_plus(moment: time, span: timedelta) -> time:
    return (datetime.combine(date(2000, 1, 1), moment) + span % _DAY).timetz()


def _at_midnight(day: date, other: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC if other.tzinfo else None)


def _time_minus(a: time, b: time) -> timedelta:
    day = date(2000, 1, 1)
    return datetime.combine(day, a) - datetime.combine(day, b)


def _scaled(span: timedelta, factor: Decimal) -> timedelta:
    return timedelta(microseconds=int(NUMBERS.multiply(Decimal(span // _MICROSECOND), factor)))


def _shared(span: timedelta, divisor: Decimal) -> timedelta:
    return timedelta(microseconds=int(NUMBERS.divide(Decimal(span // _MICROSECOND), divisor)))


def _ratio(a: timedelta, b: timedelta) -> Decimal:
    return NUMBERS.divide(Decimal(a // _MICROSECOND), Decimal(b // _MICROSECOND))


def _whole_months(count: Decimal) -> Months | None:
    return months_of(int(count.to_integral_value(ROUND_DOWN)))


_Rule = Callable[[Any, Any], object]
_RULES: dict[str, dict[tuple[type, type], _Rule]] = {
    "+": {
        (Decimal, Decimal): lambda a, b: finite(NUMBERS.add(a, b)),
        (str, str): lambda a, b: bounded_text(a + b),
        (timedelta, timedelta): lambda a, b: a + b,
        (Months, Months): lambda a, b: months_of(a.months + b.months),
        (date, timedelta): _date_plus,
        (timedelta, date): lambda a, b: _date_plus(b, a),
        (date, Months): add_months,
        (Months, date): lambda a, b: add_months(b, a),
        (datetime, timedelta): lambda a, b: a + b,
        (timedelta, datetime): lambda a, b: b + a,
        (datetime, Months): add_months,
        (Months, datetime): lambda a, b: add_months(b, a),
        (time, timedelta): _time_plus,
        (timedelta, time): lambda a, b: _time_plus(b, a),
    },
    "-": {
        (Decimal, Decimal): lambda a, b: finite(NUMBERS.subtract(a, b)),
        (timedelta, timedelta): lambda a, b: a - b,
        (Months, Months): lambda a, b: months_of(a.months - b.months),
        (date, date): lambda a, b: a - b,
        (datetime, datetime): lambda a, b: a - b,
        (date, datetime): lambda a, b: _at_midnight(a, b) - b,
        (datetime, date): lambda a, b: a - _at_midnight(b, a),
        (time, time): _time_minus,
        (date, timedelta): lambda a, b: _date_plus(a, -b),
        (date, Months): lambda a, b: add_months(a, Months(-b.months)),
        (datetime, timedelta): lambda a, b: a - b,
        (datetime, Months): lambda a, b: add_months(a, Months(-b.months)),
        (time, timedelta): lambda a, b: _time_plus(a, -b),
    },
    "*": {
        (Decimal, Decimal): lambda a, b: finite(NUMBERS.multiply(a, b)),
        (timedelta, Decimal): _scaled,
        (Decimal, timedelta): lambda a, b: _scaled(b, a),
        (Months, Decimal): lambda a, b: _whole_months(NUMBERS.multiply(Decimal(a.months), b)),
        (Decimal, Months): lambda a, b: _whole_months(NUMBERS.multiply(Decimal(b.months), a)),
    },
    "/": {
        (Decimal, Decimal): lambda a, b: finite(NUMBERS.divide(a, b)),
        (timedelta, Decimal): _shared,
        (timedelta, timedelta): _ratio,
        (Months, Decimal): lambda a, b: _whole_months(NUMBERS.divide(Decimal(a.months), b)),
        (Months, Months): lambda a, b: NUMBERS.divide(Decimal(a.months), Decimal(b.months)),
    },
    "**": {(Decimal, Decimal): lambda a, b: finite(NUMBERS.power(a, b))},
}


def compute(operator: str, a: object, b: object) -> object:
    """`a operator b`; null where the standard knows no such sum, it has no value, or it leaves the bounds."""
    rule = _RULES[operator].get((type(a), type(b)))
    if rule is None:
        return None
    try:
        result = rule(a, b)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return result if not isinstance(result, Decimal) or result.is_finite() else None


def opposite(value: object) -> object:
    """`-value` of a number or duration, else null."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, Months):
        return Months(-value.months)
    return compute("-", timedelta(), value)


def _kinds(operator: str) -> frozenset[tuple[Kind, Kind, Kind]]:
    samples = {
        Decimal: Decimal(1),
        str: "",
        timedelta: _DAY,
        Months: Months(1),
        date: date(2000, 1, 2),
        datetime: datetime(2000, 1, 2),
        time: time(),
    }
    found = set()
    for left, right in _RULES[operator]:
        a, b = samples[left], samples[right]
        first, second, result = kind_of(a), kind_of(b), kind_of(compute(operator, a, b))
        assert first and second and result
        found.add((first, second, result))
    return frozenset(found)


# (left, right, result) for every sum the standard knows, read off the rules above so that they cannot differ.
ARITHMETIC = {operator: _kinds(operator) for operator in _RULES}
