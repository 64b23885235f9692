"""What each operator and function of a form's expressions does: closures that always give a value.

The meaning is XPath 1.0's as the mobile clients have it: an unanswered question is the empty text, which as a
number is not a number and compares as false; dates are days since 1 January 1970, so that `. <= today()`
compares numbers. No operation raises.
"""

import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

import re2

from .grammar import ExpressionInvalid
from .kinds import Kind

Value = str | float | bool
_NUMBER = re.compile(r"\s*-?(\d+(\.\d*)?|\.\d+)\s*", re.ASCII)
_PATTERN_MEMORY = 1 << 20


class Scope(NamedTuple):
    """What an expression may read: answers so far, today as a day number, the answer being checked."""

    values: Mapping[str, Value]
    today: int
    current: Value = ""


class Known(NamedTuple):
    """What is known of a question when an expression about it is compiled."""

    kind: Kind
    codes: frozenset[str] = frozenset()


class Type(StrEnum):
    """What a part of an expression gives; an answer may turn out as text or number."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    ANSWER = "answer"


class Node(NamedTuple):
    """A compiled part: what it gives, and for checks whether it is a literal text or a question's answer."""

    type: Type
    run: Callable[[Scope], Value]
    literal: str | None = None
    about: Known | None = None


def need_boolean(node: Node, what: str) -> None:
    """Refuse a part that is not a condition where a condition is due."""
    if node.type is not Type.BOOLEAN:
        raise ExpressionInvalid(f"{what} is not a condition.", "Compare it with something: ${name} = 'yes'.")


def _logic(symbol: str, nodes: list[Node]) -> Node:
    for node in nodes:
        need_boolean(node, f"One side of “{symbol}”")
    left, right = nodes[0].run, nodes[1].run
    if symbol == "and":
        return Node(Type.BOOLEAN, lambda scope: bool(left(scope)) and bool(right(scope)))
    return Node(Type.BOOLEAN, lambda scope: bool(left(scope)) or bool(right(scope)))


def _not(symbol: str, nodes: list[Node]) -> Node:
    need_boolean(nodes[0], "What not() is given")
    inner = nodes[0].run
    return Node(Type.BOOLEAN, lambda scope: not inner(scope))


def _compare(symbol: str, nodes: list[Node]) -> Node:
    _check_literal(nodes[0], nodes[1])
    _check_literal(nodes[1], nodes[0])
    left, right = nodes[0].run, nodes[1].run
    test = _COMPARISONS[symbol]
    return Node(Type.BOOLEAN, lambda scope: test(left(scope), right(scope)))


def _check_literal(asked: Node, other: Node) -> None:
    """Refuse a comparison with a text that no answer to the question can ever be."""
    if asked.about is None or not other.literal:
        return
    kind, codes = asked.about
    if kind is Kind.SELECT_MULTIPLE:
        raise ExpressionInvalid("Several choices are compared with one.", f"Use selected(…, '{other.literal}').")
    if kind is Kind.SELECT_ONE and other.literal not in codes:
        raise ExpressionInvalid(f"“{other.literal}” is not a choice.", f"Use one of {', '.join(sorted(codes))}.")
    if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DATE):
        raise ExpressionInvalid(
            f"An answer of type {kind} is compared with a text.", "Compare it with a number or with today()."
        )


def _selected(symbol: str, nodes: list[Node]) -> Node:
    about, code = nodes[0].about, nodes[1].literal
    if about is None or not about.kind.is_select:
        raise ExpressionInvalid("selected() needs a question with choices.", "Write selected(${question}, 'code').")
    if code is not None and code not in about.codes:
        raise ExpressionInvalid(f"“{code}” is not a choice.", f"Use one of {', '.join(sorted(about.codes))}.")
    chosen, wanted = nodes[0].run, nodes[1].run
    return Node(Type.BOOLEAN, lambda scope: _text(wanted(scope)) in _text(chosen(scope)).split())


def _count_selected(symbol: str, nodes: list[Node]) -> Node:
    if nodes[0].about is None or not nodes[0].about.kind.is_select:
        raise ExpressionInvalid("count-selected() needs a question with choices.", "Write count-selected(${question}).")
    chosen = nodes[0].run
    return Node(Type.NUMBER, lambda scope: float(len(_text(chosen(scope)).split())))


def _regex(symbol: str, nodes: list[Node]) -> Node:
    if nodes[1].literal is None:
        raise ExpressionInvalid("The pattern of regex() is not a text.", "Write the pattern between quotes.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_MEMORY
    try:
        pattern = re2.compile(nodes[1].literal, options)
    except re2.error as error:
        raise ExpressionInvalid(
            f"The pattern “{nodes[1].literal}” cannot be used.",
            "Use RE2 syntax: no back references, no look-around.",
        ) from error
    subject = nodes[0].run
    return Node(Type.BOOLEAN, lambda scope: pattern.fullmatch(_text(subject(scope))) is not None)


def _if(symbol: str, nodes: list[Node]) -> Node:
    need_boolean(nodes[0], "The first part of if()")
    test, then, otherwise = (node.run for node in nodes)
    kind = nodes[1].type if nodes[1].type is nodes[2].type else Type.ANSWER
    return Node(kind, lambda scope: then(scope) if test(scope) else otherwise(scope))


def _coalesce(symbol: str, nodes: list[Node]) -> Node:
    first, second = nodes[0].run, nodes[1].run

    def run(scope: Scope) -> Value:
        value = first(scope)
        return second(scope) if value == "" else value

    return Node(Type.ANSWER, run)


def _today(symbol: str, nodes: list[Node]) -> Node:
    return Node(Type.NUMBER, lambda scope: float(scope.today))


def _text_test(symbol: str, nodes: list[Node]) -> Node:
    whole, part = nodes[0].run, nodes[1].run
    if symbol == "contains":
        return Node(Type.BOOLEAN, lambda scope: _text(part(scope)) in _text(whole(scope)))
    return Node(Type.BOOLEAN, lambda scope: _text(whole(scope)).startswith(_text(part(scope))))


def _length(symbol: str, nodes: list[Node]) -> Node:
    inner = nodes[0].run
    return Node(Type.NUMBER, lambda scope: float(len(_text(inner(scope)))))


def _concat(symbol: str, nodes: list[Node]) -> Node:
    parts = [node.run for node in nodes]
    return Node(Type.TEXT, lambda scope: "".join(_text(part(scope)) for part in parts))


def _round(symbol: str, nodes: list[Node]) -> Node:
    inner = nodes[0].run
    places = nodes[1].run if len(nodes) > 1 else None
    return Node(
        Type.NUMBER,
        lambda scope: _rounded(_number(inner(scope)), 0.0 if places is None else _number(places(scope))),
    )


def _arithmetic(symbol: str, nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        sign = -1.0 if symbol == "-" else 1.0
        inner = nodes[0].run
        return Node(Type.NUMBER, lambda scope: sign * _number(inner(scope)))
    left, right = nodes[0].run, nodes[1].run
    work = _OPERATIONS[symbol]
    return Node(Type.NUMBER, lambda scope: work(_number(left(scope)), _number(right(scope))))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def _number(value: Value) -> float:
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else math.nan
    return float(value)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return bool(left) == bool(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return _number(left) == _number(right)


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)


def _remainder(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


def _rounded(number: float, places: float) -> float:
    if not math.isfinite(number) or not math.isfinite(places):
        return number
    factor = 10.0 ** max(-12, min(12, int(places)))
    scaled = number * factor
    return math.floor(scaled + 0.5) / factor if math.isfinite(scaled) else number


_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": lambda left, right: _number(left) < _number(right),
    "<=": lambda left, right: _number(left) <= _number(right),
    ">": lambda left, right: _number(left) > _number(right),
    ">=": lambda left, right: _number(left) >= _number(right),
}
_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divided,
    "mod": _remainder,
}
MAKERS: dict[str, Callable[[str, list[Node]], Node]] = {
    "and": _logic,
    "or": _logic,
    "not": _not,
    **dict.fromkeys(_COMPARISONS, _compare),
    **dict.fromkeys(_OPERATIONS, _arithmetic),
    "selected": _selected,
    "count-selected": _count_selected,
    "regex": _regex,
    "if": _if,
    "coalesce": _coalesce,
    "today": _today,
    "contains": _text_test,
    "starts-with": _text_test,
    "string-length": _length,
    "concat": _concat,
    "round": _round,
}
