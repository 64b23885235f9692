"""FEEL, the expression language of DMN: compiled once, every name and kind checked; evaluated over facts.

The part understood is S-FEEL (DMN 1.3, conformance level 2) with `and`, `or`, `not()`, `in`, `between`, `if`,
lists, dotted names and the functions of `feel_functions`. Logic is three-valued as in the standard. Text is
at most 500 characters, nesting 20; values are bounded (`feel_values`); nothing of Python is reachable.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .feel_comparisons import COMPARISONS, negated_test_of, test_of
from .feel_compile import VALUES
from .feel_grammar import FeelError, Node, parse
from .feel_site import Codes, Run, Scope, Site, Typed
from .feel_values import Clock, Kind, Months, kind_of, plain, take_in

__all__ = [
    "Clock",
    "Expression",
    "FeelError",
    "Kind",
    "Months",
    "UnaryTest",
    "compile_expression",
    "compile_unary",
    "plain",
]

_RULES = {**VALUES, **COMPARISONS}
_NO_CODES: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: its text, the kind it gives, the names and clocks it uses.

    `codes` are the values it may have where it is nothing but a coded name; `constant` means no name matters.
    """

    text: str
    kind: Kind
    names: frozenset[str]
    clocks: frozenset[str]
    constant: bool
    codes: frozenset[str] | None
    _run: Run = field(repr=False, compare=False)

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value: bool, Decimal, str, date, time, datetime, timedelta, Months, list, Clock or None.

        A name without a value is null, and so is a result of another kind than was wanted. Never raises.
        """
        result = self._run(Scope(values))
        if self.kind is not Kind.any and kind_of(result) is not self.kind:
            return None
        return result


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """A compiled cell of a decision table: a test of one input."""

    text: str
    names: frozenset[str]
    _run: Run = field(repr=False, compare=False)

    def matches(self, input_value: Any, values: Mapping[str, Any]) -> bool | None:
        """Whether the input passes; `None`, in a table no match, where it cannot be told. Never raises."""
        result = self._run(Scope(values, take_in(input_value)))
        return result if isinstance(result, bool) else None


def compile_expression(
    text: str,
    *,
    names: Mapping[str, Kind],
    wants: Kind | None = None,
    clocks: Collection[str] = (),
    codes: Mapping[str, Collection[str]] = _NO_CODES,
) -> Expression:
    """Compile an expression; a leading `=` is dropped.

    `names` is everything it may name; `wants` the kind its place needs; `clocks` the clocks it may name;
    `codes` the values a coded name may have (of a list: its items), so that a misspelt code is refused.
    Raises `FeelError`.
    """
    site = Site(text, _RULES, names, codes, clocks)
    typed = site.build(parse(text, "text"))
    if wants is not None:
        _check_wanted(site, typed, wants)
    kind = wants if wants is not None and typed.kind is Kind.any else typed.kind
    allowed = typed.codes.allowed if typed.codes else None
    return Expression(
        text, kind, frozenset(site.names), frozenset(site.used_clocks), typed.constant, allowed, typed.run
    )


def _check_wanted(site: Site, typed: Typed, wants: Kind) -> None:
    hopeless = typed.is_null and wants in (Kind.boolean, Kind.list)
    unknown = typed.kind is Kind.any and wants is not Kind.clock
    if hopeless or not (unknown or typed.kind is wants or wants is Kind.any):
        given = "null" if typed.is_null else f"a {typed.kind}"
        problem = f"this place needs a {wants}, and this gives {given}."
        site.refuse(typed.node, problem, _WANTED.get(wants, f"Write a value that is a {wants}."))


_WANTED = {
    Kind.boolean: 'Write a condition, for instance age_band = "child".',
    Kind.list: "Name a fact that is a list.",
    Kind.clock: 'Name a clock: clock("intake").',
}


def compile_unary(
    text: str,
    *,
    names: Mapping[str, Kind],
    input_kind: Kind,
    codes: Mapping[str, Collection[str]] = _NO_CODES,
    input_codes: Collection[str] | None = None,
) -> UnaryTest:
    """Compile the cell of a table whose input has `input_kind` and, if coded, one of `input_codes`.

    `-` or nothing always matches. `?` is the input. Raises `FeelError`.
    """
    if text.strip() in ("", "-"):
        return UnaryTest(text, frozenset(), lambda scope: True)
    tree = _cell_tree(text)
    input_values = None if input_codes is None else Codes("?", frozenset(input_codes))
    cell = Typed(input_kind, lambda scope: scope.tested, tree, codes=input_values)
    site = Site(text, _RULES, names, codes, (), cell)
    typed = (negated_test_of if tree.data == "negated" else test_of)(site, tree, cell)
    return UnaryTest(text, frozenset(site.names), typed.run)


def _cell_tree(text: str) -> Node:
    # not(a), b and not(a) and b begin like not(a, b), which negates a cell as a whole.
    if text.lstrip().startswith("not"):
        with suppress(FeelError):
            return parse(text, "negated")
    return parse(text, "tests")
