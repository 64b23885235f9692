"""One answer: from what was posted or sent to the one canonical value that is kept, or a reason why not.

Canonical values are plain JSON: text (NFC, trimmed, lines end in LF), integer, decimal (a float), date as
YYYY-MM-DD, one code, or a list of codes in the order of the form. None stands for no answer.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from .definition import Question
from .expressions import day_number
from .kinds import FactType, Kind
from .messages import Reason
from .operations import Value

MAX_TEXT = 4_000
MAX_CODES = 500
MAX_NUMBER = 10**12
FIRST_YEAR, LAST_YEAR = 1900, 2199
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,30}([.,]\d{1,9})?", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_LOCAL_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
Number = TypeVar("Number", int, float)
# Letters that turn the direction of a line: they make a record read differently from what it holds.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Wrong(Exception):
    """An answer that cannot be accepted, with the reason and what its message needs."""

    def __init__(self, reason: Reason, **details: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


def parse(question: Question, raw: object) -> Any:
    """The canonical value of a raw answer, None for no answer. Raises Wrong for what is not of the type."""
    if question.kind is Kind.SELECT_MULTIPLE:
        return _parse_codes(question, raw)
    if isinstance(raw, list | tuple):
        if len(raw) > 1:
            raise Wrong(Reason.NOT_ONE)
        raw = raw[0] if raw else None
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    return _PARSERS[question.kind](raw)


def check_choice(question: Question, value: Any) -> None:
    """Refuse a code that is not among the choices of a select question."""
    if question.kind.is_select:
        chosen = value if isinstance(value, list) else [value]
        if not question.codes.issuperset(chosen):
            raise Wrong(Reason.NOT_LISTED)


def for_expression(question: Question, value: Any) -> Value:
    """A canonical value as expressions see it: codes joined by spaces, a date as a day number, None as ""."""
    if value is None:
        return ""
    if question.kind is Kind.SELECT_MULTIPLE:
        return " ".join(value)
    if question.kind is Kind.DATE:
        return float(day_number(date.fromisoformat(value)))
    return value if isinstance(value, str) else float(value)


def for_fact(question: Question, value: Any) -> Any:
    """A canonical value as the fact it sets: a bool, number, code, list of codes or `date`."""
    if question.fact_type is FactType.BOOLEAN:
        return value == "true"
    if question.fact_type is FactType.DATE:
        return date.fromisoformat(value)
    return list(value) if isinstance(value, list) else value


def clean_text(raw: str) -> str:
    """Text as it is kept: NFC, LF, trimmed. Raises Wrong for control characters and beyond MAX_TEXT."""
    if len(raw) > 4 * MAX_TEXT:
        raise Wrong(Reason.TOO_LONG, limit=MAX_TEXT, length=len(raw))
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    for letter in text:
        if letter not in "\n\t" and (unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNING):
            raise Wrong(Reason.INVISIBLE, code=f"U+{ord(letter):04X}")
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise Wrong(Reason.TOO_LONG, limit=MAX_TEXT, length=len(text))
    return text


def _parse_text(raw: object) -> str | None:
    if not isinstance(raw, str):
        raise Wrong(Reason.NOT_TEXT)
    return clean_text(raw) or None


def _parse_integer(raw: object) -> int:
    if isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()):
        return _bounded(int(raw.strip()))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _bounded(raw)
    if isinstance(raw, float) and math.isfinite(raw) and raw == int(raw):
        return _bounded(int(raw))
    raise Wrong(Reason.NOT_INTEGER)


def _parse_decimal(raw: object) -> float:
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw.strip()):
        return float(_bounded(float(raw.strip().replace(",", "."))))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return float(_bounded(raw))
    if isinstance(raw, float) and math.isfinite(raw):
        return _bounded(raw)
    raise Wrong(Reason.NOT_DECIMAL)


def _bounded(number: Number) -> Number:
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        raise Wrong(Reason.NUMBER_RANGE, low=-MAX_NUMBER, high=MAX_NUMBER)
    return number


def _parse_date(raw: object) -> str:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return _dated(raw.year, raw.month, raw.day)
    if isinstance(raw, str):
        if match := _ISO_DATE.fullmatch(raw.strip()):
            return _dated(int(match[1]), int(match[2]), int(match[3]))
        if match := _LOCAL_DATE.fullmatch(raw.strip()):
            return _dated(int(match[3]), int(match[2]), int(match[1]))
    raise Wrong(Reason.NOT_DATE)


def _dated(year: int, month: int, day: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Wrong(Reason.DATE_RANGE, low=FIRST_YEAR, high=LAST_YEAR)
    try:
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Wrong(Reason.NOT_DATE) from error


def _parse_code(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return raw.strip()
    raise Wrong(Reason.NOT_LISTED)


def _parse_codes(question: Question, raw: object) -> list[str] | None:
    if raw is None:
        return None
    pieces = raw.split() if isinstance(raw, str) else raw
    if not isinstance(pieces, list | tuple) or len(pieces) > MAX_CODES:
        raise Wrong(Reason.NOT_LIST)
    if not all(isinstance(piece, str) for piece in pieces):
        raise Wrong(Reason.NOT_LIST)
    chosen = {piece.strip() for piece in pieces} - {""}
    listed = [choice.code for choice in question.choices if choice.code in chosen]
    return [*listed, *sorted(chosen.difference(listed))] or None


_PARSERS: dict[Kind, Callable[[object], Any]] = {
    Kind.TEXT: _parse_text,
    Kind.INTEGER: _parse_integer,
    Kind.DECIMAL: _parse_decimal,
    Kind.DATE: _parse_date,
    Kind.SELECT_ONE: _parse_code,
}
