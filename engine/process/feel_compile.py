"""From the tree of an expression to a closure of known kind. Whatever can be found wrong is found here.

A name is only ever looked up in the mappings it is given, a call only in `feel_functions.FUNCTIONS`: there is
no way from an expression to an attribute, a module or an object of Python.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lark import Token

from .feel_functions import FUNCTIONS, Function
from .feel_grammar import Node, unquoted
from .feel_moments import ARITHMETIC, compute, opposite, read_moment
from .feel_site import (
    NOTHING,
    Codes,
    Rule,
    Scope,
    Site,
    Typed,
    boolean,
    check_codes,
    common_kind,
    made,
    nearest,
    trees,
)
from .feel_values import Clock, Kind, all_true, any_true, finite, kind_of, negated, take_in


def _fixed(site: Site, node: Node, value: object, remedy: str) -> Typed:
    kind = kind_of(value)
    if kind is None:
        site.refuse(node, f"`{node.children[0]}` has no value.", remedy)
    return Typed(kind, lambda scope: value, node, constant=True)


def _number(site: Site, node: Node) -> Typed:
    return _fixed(site, node, finite(Decimal(str(node.children[0]))), "Write a number below 1E+100.")


def _string(site: Site, node: Node) -> Typed:
    token = node.children[0]
    assert isinstance(token, Token)
    return _fixed(site, node, unquoted(token, site.text), "Shorten it.")


def _moment(site: Site, node: Node) -> Typed:
    written = str(node.children[0])[2:-1]
    remedy = 'Write @"2026-11-22", @"10:30:00", @"2026-11-22T10:30:00+06:00", @"P3DT4H" or @"P1Y6M".'
    return _fixed(site, node, read_moment(written), remedy)


def _constant(site: Site, node: Node) -> Typed:
    value = {"true": True, "false": False}.get(str(node.children[0]))
    kind = Kind.any if value is None else Kind.boolean
    return Typed(kind, lambda scope: value, node, constant=True)


def _input(site: Site, node: Node) -> Typed:
    if site.cell is None:
        site.refuse(node, "`?` means the input of a table cell, and this is none.", "Write the name of a fact.")
    site.inputs_used += 1
    return replace(site.cell, node=node)


def _group(site: Site, node: Node) -> Typed:
    return site.build(trees(node)[0])


def _name(site: Site, node: Node) -> Typed:
    parts = tuple(str(token).strip("`") for token in node.children)
    name = ".".join(parts)
    kind = site.kinds.get(name)
    if kind is None and len(parts) > 1:
        kind = Kind.any if site.kinds.get(parts[0]) is Kind.any else None
    if kind is None:
        site.refuse(node, f"`{name}` is not known here.", nearest(name, site.kinds, "Declare it as a fact or input."))
    site.names.add(name if name in site.kinds else parts[0])
    codes = Codes(name, frozenset(site.codes[name])) if name in site.codes else None
    return Typed(kind, lambda scope: _looked_up(scope.values, name, parts), node, codes=codes)


def _looked_up(values: Mapping[str, Any], name: str, parts: tuple[str, ...]) -> object:
    if name in values:
        return take_in(values[name])
    found: Any = values
    for part in parts:
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return take_in(found)


def _junction(word: str, decide: Callable[[Iterable[object]], bool | None]) -> Rule:
    def junction(site: Site, node: Node) -> Typed:
        parts = [boolean(site, site.build(child), f"`{word}`") for child in trees(node)]
        runs = [part.run for part in parts]
        return made(Kind.boolean, lambda scope: decide(run(scope) for run in runs), node, parts)

    return junction


def _negation(site: Site, node: Node) -> Typed:
    part = boolean(site, site.build(trees(node)[0]), "`not`")
    return made(Kind.boolean, lambda scope: negated(part.run(scope)), node, [part])


def _negative(site: Site, node: Node) -> Typed:
    part = site.build(trees(node)[0])
    if part.kind not in (Kind.number, Kind.duration, Kind.any):
        site.refuse(node, f"`-` before a {part.kind} means nothing.", "Use it before a number or duration.")
    return made(part.kind, lambda scope: opposite(part.run(scope)), node, [part])


def _chain(site: Site, node: Node) -> Typed:
    first, *others = site.build_all(node)
    operators = [str(child) for child in node.children if isinstance(child, Token)]
    kind = first.kind
    for operator, other in zip(operators, others, strict=True):
        kind = _result(site, operator, kind, other)
    steps = [(operator, other.run) for operator, other in zip(operators, others, strict=True)]

    def run(scope: Scope) -> object:
        value = first.run(scope)
        for operator, other in steps:
            value = compute(operator, value, other(scope))
        return value

    return made(kind, run, node, [first, *others])


def _result(site: Site, operator: str, left: Kind, right: Typed) -> Kind:
    known = ARITHMETIC[operator]
    kinds = {gives for a, b, gives in known if left in (a, Kind.any) and right.kind in (b, Kind.any)}
    if not kinds:
        problem = f"`{operator}` between a {left} and a {right.kind} means nothing."
        site.refuse(right.node, problem, "Use values that can be reckoned together.")
    return kinds.pop() if len(kinds) == 1 else Kind.any


def _conditional(site: Site, node: Node) -> Typed:
    condition, then, other = site.build_all(node)
    boolean(site, condition, "`if`")
    kind = common_kind(site, [then, other])

    def run(scope: Scope) -> object:
        return then.run(scope) if condition.run(scope) is True else other.run(scope)

    return made(kind, run, node, [condition, then, other])


def _list(site: Site, node: Node) -> Typed:
    items = tuple(site.build_all(node))
    for item in items:
        if item.kind is Kind.clock:
            remedy = 'Write if ... then clock("a") else clock("b").'
            site.refuse(item.node, "a clock cannot stand in a list.", remedy)
    result = made(Kind.list, lambda scope: [item.run(scope) for item in items], node, items)
    return replace(result, items=items)


def _call(site: Site, node: Node) -> Typed:
    name = " ".join(str(node.children[0]).split())
    if name in ("today", "now"):
        problem = f"`{name}()` is refused: a case must give the same answer whenever it is asked."
        site.refuse(node, problem, "Draw a timer that names a clock, or store the date as a fact.")
    arguments = site.build_all(node)
    if name == "clock":
        return _clock(site, node, arguments)
    function = FUNCTIONS.get(name)
    if function is None:
        remedy = nearest(name, FUNCTIONS, f"Known are: {', '.join(FUNCTIONS)}, clock, not.")
        site.refuse(node, f"there is no function `{name}`.", remedy)
    return _checked_call(site, node, name, function, arguments)


def _clock(site: Site, node: Node, arguments: list[Typed]) -> Typed:
    if len(arguments) != 1 or not arguments[0].constant or arguments[0].kind is not Kind.string:
        remedy = 'Write clock("intake"); choose with if ... then ... else.'
        site.refuse(node, "`clock` takes one name in quotes.", remedy)
    name = str(arguments[0].run(NOTHING))
    if name not in site.clocks:
        remedy = nearest(name, site.clocks, "Declare it under [clocks] of country.toml.")
        site.refuse(node, f'there is no clock "{name}" here.', remedy)
    site.used_clocks.add(name)
    clock = Clock(name)
    return Typed(Kind.clock, lambda scope: clock, node, constant=True)


def _checked_call(site: Site, node: Node, name: str, function: Function, arguments: list[Typed]) -> Typed:
    kinds = tuple(Kind.any if part.is_null else part.kind for part in arguments)
    if Kind.clock in kinds or not function.accepts(kinds):
        problem = f"`{name}` does not take ({', '.join(kinds)})."
        site.refuse(node, problem, f"It takes {function.written}.")
    if name == "list contains":
        check_codes(site, arguments[0], arguments[1])
    kind = function.gives or _given_kind(site, function, arguments)
    runs = [part.run for part in arguments]
    result = made(kind, lambda scope: function.call(*[run(scope) for run in runs]), node, arguments)
    if function.reads and result.is_null and not any(part.is_null for part in arguments):
        remedy = 'Write for instance date("2026-11-22") or duration("P3D").'
        site.refuse(node, f"`{name}` cannot read this.", remedy)
    return result


def _given_kind(site: Site, function: Function, arguments: list[Typed]) -> Kind:
    if len(arguments) == 1 and arguments[0].kind is Kind.list and function.many:
        return common_kind(site, arguments[0].items)
    return common_kind(site, arguments)


VALUES: dict[str, Rule] = {
    "number": _number,
    "string": _string,
    "moment": _moment,
    "constant": _constant,
    "input": _input,
    "group": _group,
    "name": _name,
    "disjunction": _junction("or", any_true),
    "conjunction": _junction("and", all_true),
    "negation": _negation,
    "negative": _negative,
    "additive": _chain,
    "multiplicative": _chain,
    "power": _chain,
    "conditional": _conditional,
    "list": _list,
    "call": _call,
}
