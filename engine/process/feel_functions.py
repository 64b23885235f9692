"""The functions an expression may call, all of them. Each gives null where it has no answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from .feel_moments import compute, months_between, read_date, read_datetime, read_duration, read_time
from .feel_values import (
    MAX_ITEMS,
    NUMBERS,
    Kind,
    all_true,
    any_true,
    bounded_text,
    equal,
    finite,
    kind_of,
    less,
    more,
    text_of,
)

_NUMERAL = re.compile(r"-?(?:[0-9]{1,40}(?:\.[0-9]{1,40})?|\.[0-9]{1,40})")
_MOST_SCALE = 60


@dataclass(frozen=True, slots=True)
class Function:
    """One function: the argument lists it takes, what it gives, and what it does.

    `many` is the kind of any number of arguments it takes instead of a list. `gives=None` means the common
    kind of its arguments. `reads` marks functions whose literal arguments must be readable when compiled.
    """

    takes: tuple[tuple[Kind, ...], ...]
    gives: Kind | None
    run: Callable[..., object]
    many: Kind | None = None
    reads: bool = False

    def accepts(self, kinds: tuple[Kind | None, ...]) -> bool:
        """Whether one of its argument lists fits these kinds; `any` on either side fits, null only `any`."""
        many = (self.many,) * len(kinds) if self.many and kinds else None
        lists = [*self.takes, many] if many else self.takes
        return any(len(taken) == len(kinds) and all(map(_fits, kinds, taken)) for taken in lists if taken)

    @property
    def written(self) -> str:
        """The argument lists, for a person."""
        lists = [f"({', '.join(kinds)})" for kinds in self.takes]
        return " or ".join([*lists, f"({self.many}, ...)"] if self.many else lists)

    def call(self, *arguments: object) -> object:
        """Call it with values; null where they do not fit or no result exists within bounds."""
        if not self.accepts(tuple(kind_of(argument) for argument in arguments)):
            return None
        try:
            return self.run(*arguments)
        except (ArithmeticError, ValueError, TypeError):
            return None


def _fits(given: Kind | None, taken: Kind | None) -> bool:
    return taken is Kind.any or given is Kind.any or given is taken


def _listed(arguments: tuple[Any, ...]) -> list[Any]:
    return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)


def _sum(*arguments: Any) -> object:
    numbers = _listed(arguments)
    total: object = numbers[0] if numbers and isinstance(numbers[0], Decimal) else None
    for number in numbers[1:]:
        total = compute("+", total, number) if isinstance(number, Decimal) else None
    return total


def _extreme(better: Callable[[object, object], bool | None]) -> Callable[..., object]:
    def pick(*arguments: Any) -> object:
        values = _listed(arguments)
        if not values or any(better(value, values[0]) is None for value in values):
            return None
        best = values[0]
        for value in values[1:]:
            best = value if better(value, best) else best
        return best

    return pick


def _list_contains(items: list[Any], wanted: object) -> bool:
    return any(equal(item, wanted) is True for item in items)


def _distinct(items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not _list_contains(kept, item):
            kept.append(item)
    return kept


def _joined(*lists: list[Any]) -> list[Any] | None:
    items = [item for part in lists for item in part]
    return items if len(items) <= MAX_ITEMS else None


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first, count = _whole(start), len(text) if length is None else _whole(length)
    if first is None or count is None or first == 0 or count < 1 or abs(first) > len(text):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin : begin + count]


def _whole(number: Decimal) -> int | None:
    return int(number) if abs(number) < 1_000_000 and number == number.to_integral_value() else None


def _rounding(mode: str) -> Callable[..., Decimal | None]:
    def rounded(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        places = _whole(scale)
        if places is None or abs(places) > _MOST_SCALE:
            return None
        if int(number.as_tuple().exponent) >= -places:
            return number
        return finite(number.quantize(Decimal(1).scaleb(-places), mode, NUMBERS))

    return rounded


def _modulo(a: Decimal, b: Decimal) -> object:
    quotient = compute("/", a, b)
    return None if quotient is None else compute("-", a, compute("*", b, _floor(quotient)))


def _read_number(text: str) -> Decimal | None:
    return finite(Decimal(text)) if _NUMERAL.fullmatch(text) else None


def _date(*parts: Any) -> date | None:
    if len(parts) == 3:
        year, month, day = (_whole(part) for part in parts)
        return None if year is None or month is None or day is None else date(year, month, day)
    value = parts[0]
    if isinstance(value, str):
        return read_date(value)
    return value.date() if isinstance(value, datetime) else value


def _time(*parts: Any) -> time | None:
    if len(parts) == 3:
        hour, minute, second = (_whole(part) for part in parts)
        return None if hour is None or minute is None or second is None else time(hour, minute, second)
    value = parts[0]
    if isinstance(value, str):
        return read_time(value)
    return value.timetz() if isinstance(value, datetime) else value


def _date_and_time(value: Any, clock: time | None = None) -> datetime | None:
    if clock is not None:
        return datetime.combine(_date(value) or value, clock)
    return read_datetime(value) if isinstance(value, str) else value


def _duration(value: Any) -> object:
    return read_duration(value) if isinstance(value, str) else value


def _months(start: date, end: date) -> object:
    return months_between(_date(start) or start, _date(end) or end)


def _absolute(value: Any) -> object:
    return abs(value) if isinstance(value, Decimal | timedelta) else type(value)(abs(value.months))


_floor = _rounding(ROUND_FLOOR)
_N, _S, _L, _A = Kind.number, Kind.string, Kind.list, Kind.any
_D, _T, _DT, _DUR, _B = Kind.date, Kind.time, Kind.datetime, Kind.duration, Kind.boolean
_ROUND = ((_N,), (_N, _N))

FUNCTIONS: dict[str, Function] = {
    "count": Function(((_L,),), _N, lambda items: Decimal(len(items))),
    "sum": Function(((_L,),), _N, _sum, many=_N),
    "min": Function(((_L,),), None, _extreme(less), many=_A),
    "max": Function(((_L,),), None, _extreme(more), many=_A),
    "all": Function(((_L,),), _B, lambda *given: all_true(_listed(given)), many=_B),
    "any": Function(((_L,),), _B, lambda *given: any_true(_listed(given)), many=_B),
    "list contains": Function(((_L, _A),), _B, _list_contains),
    "concatenate": Function((), _L, _joined, many=_L),
    "distinct values": Function(((_L,),), _L, _distinct),
    "contains": Function(((_S, _S),), _B, lambda text, part: part in text),
    "starts with": Function(((_S, _S),), _B, lambda text, part: text.startswith(part)),
    "ends with": Function(((_S, _S),), _B, lambda text, part: text.endswith(part)),
    "string length": Function(((_S,),), _N, lambda text: Decimal(len(text))),
    "upper case": Function(((_S,),), _S, lambda text: bounded_text(text.upper())),
    "lower case": Function(((_S,),), _S, lambda text: bounded_text(text.lower())),
    "substring": Function(((_S, _N), (_S, _N, _N)), _S, _substring),
    "string": Function(((_A,),), _S, text_of),
    "number": Function(((_S,),), _N, _read_number, reads=True),
    "floor": Function(_ROUND, _N, _floor),
    "ceiling": Function(_ROUND, _N, _rounding(ROUND_CEILING)),
    "decimal": Function(((_N, _N),), _N, _rounding(ROUND_HALF_EVEN)),
    "round up": Function(((_N, _N),), _N, _rounding(ROUND_UP)),
    "round down": Function(((_N, _N),), _N, _rounding(ROUND_DOWN)),
    "round half up": Function(((_N, _N),), _N, _rounding(ROUND_HALF_UP)),
    "round half down": Function(((_N, _N),), _N, _rounding(ROUND_HALF_DOWN)),
    "abs": Function(((_N,), (_DUR,)), None, _absolute),
    "modulo": Function(((_N, _N),), _N, _modulo),
    "date": Function(((_S,), (_D,), (_DT,), (_N, _N, _N)), _D, _date, reads=True),
    "time": Function(((_S,), (_T,), (_DT,), (_N, _N, _N)), _T, _time, reads=True),
    "date and time": Function(((_S,), (_DT,), (_D, _T), (_DT, _T)), _DT, _date_and_time, reads=True),
    "duration": Function(((_S,), (_DUR,)), _DUR, _duration, reads=True),
    "years and months duration": Function(((_D, _D), (_DT, _DT), (_D, _DT), (_DT, _D)), _DUR, _months),
    "is defined": Function(((_A,),), _B, lambda value: value is not None),
    "get or else": Function(((_A, _A),), None, lambda value, other: other if value is None else value),
}
