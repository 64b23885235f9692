"""Conditions of a form: compiled once, asked of the answers so far. Today is an argument, never a clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .grammar import PREFIX, ExpressionInvalid, parse
from .operations import MAKERS, Known, Node, Scope, Type, Value, need_boolean

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition: its `source` as written and the `names` of the questions it reads."""

    source: str
    names: frozenset[str]
    run: Callable[[Scope], Value]

    def holds(self, scope: Scope) -> bool:
        """Whether the condition is true of these answers."""
        return bool(self.run(scope))


def compile_condition(source: str, known: Mapping[str, Known], current: Known | None = None) -> Expression:
    """Compile a condition over the questions `known`; `current` is the question `.` stands for, if any."""
    builder = _Builder(known, current)
    node = builder.build(parse(source))
    need_boolean(node, "The expression")
    return Expression(source, frozenset(builder.names), node.run)


def day_number(day: date) -> int:
    """Days since 1 January 1970, as XForms counts them."""
    return day.toordinal() - _EPOCH


class _Builder:
    """Turns a tree of tokens into closures, refusing what cannot be meant."""

    def __init__(self, known: Mapping[str, Known], current: Known | None) -> None:
        self.known = known
        self.current = current
        self.names: set[str] = set()

    def build(self, token: Any) -> Node:
        symbol = token.symbol
        if symbol == "$":
            return self._question(str(token.value).removeprefix(PREFIX))
        if symbol == ".":
            return self._current()
        if symbol == "(":
            return self.build(token[0])
        if symbol.startswith("("):
            return _literal(symbol, token.value)
        make = MAKERS.get(symbol)
        if make is None or (symbol == "*" and len(token) != 2):
            raise ExpressionInvalid(f"“{symbol}” is not allowed here.", "Expressions ask about answers, not paths.")
        return make(symbol, [self.build(child) for child in token])

    def _question(self, name: str) -> Node:
        if name not in self.known:
            raise ExpressionInvalid(
                f"There is no question “{name}” above this row.",
                "Name a question that is asked earlier in this form.",
            )
        self.names.add(name)
        return Node(Type.ANSWER, lambda scope: scope.values.get(name, ""), about=self.known[name])

    def _current(self) -> Node:
        if self.current is None:
            raise ExpressionInvalid("“.” has no meaning here.", "Use . only in a constraint; elsewhere write ${name}.")
        return Node(Type.ANSWER, lambda scope: scope.current, about=self.current)


def _literal(symbol: str, value: Any) -> Node:
    if symbol == "(string)":
        text = str(value)
        return Node(Type.TEXT, lambda scope: text, literal=text)
    if symbol == "(name)":
        raise ExpressionInvalid(f"“{value}” stands alone.", f"Write '{value}' for a code, ${{{value}}} for an answer.")
    number = float(value)
    return Node(Type.NUMBER, lambda scope: number)
