"""Comparisons of FEEL: `a < b`, `a between b and c`, `a in tests`, and the tests of a table's cell."""

from collections.abc import Callable

from lark import Token

from .feel_grammar import Node
from .feel_site import NOTHING, Rule, Scope, Site, Typed, boolean, check_codes, made, trees
from .feel_values import (
    COMPARE,
    ORDERED,
    Kind,
    all_true,
    any_true,
    at_least,
    at_most,
    equal,
    less,
    more,
    negated,
)

_Holds = Callable[[object, object], bool | None]
_EQUALITY = ("=", "!=")


def check_comparable(site: Site, left: Typed, operator: str, right: Typed) -> None:
    """Refuse to compare what can never be compared, and codes that do not exist."""
    kinds = {part.kind for part in (left, right) if not part.is_null} - {Kind.any}
    if Kind.clock in kinds:
        site.refuse(right.node, "clocks cannot be compared.", "Compare a fact.")
    if len(kinds) > 1:
        problem = f"a {left.kind} is compared with a {right.kind}."
        site.refuse(right.node, problem, _remedy(left.kind, right.kind))
    if operator not in _EQUALITY and kinds - ORDERED:
        site.refuse(right.node, f"`{operator}` has no meaning for a {kinds.pop()}.", "Use = or !=.")
    check_codes(site, left, right)
    check_codes(site, right, left)


def _remedy(left: Kind, right: Kind) -> str:
    if {left, right} == {Kind.date, Kind.datetime}:
        return "Write date(...) around the date and time."
    if Kind.list in (left, right):
        return 'Write list contains(list, "value") or "value" in list.'
    return "Compare values of one kind."


def _compare(site: Site, node: Node) -> Typed:
    left, right = site.build_all(node)
    operator = next(str(child) for child in node.children if isinstance(child, Token))
    return _compared(site, left, operator, right, node)


def _compared(site: Site, left: Typed, operator: str, right: Typed, node: Node) -> Typed:
    check_comparable(site, left, operator, right)
    holds = COMPARE[operator]
    return made(Kind.boolean, lambda scope: holds(left.run(scope), right.run(scope)), node, [left, right])


def _between(site: Site, node: Node) -> Typed:
    tested, low, high = site.build_all(node)
    return _within(site, node, (tested, low, high), (at_least, at_most))


def _within(site: Site, node: Node, parts: tuple[Typed, Typed, Typed], ends: tuple[_Holds, _Holds]) -> Typed:
    tested, low, high = parts
    for end in (low, high):
        check_comparable(site, tested, ">=", end)
    check_comparable(site, low, ">=", high)
    if low.constant and high.constant and more(low.run(NOTHING), high.run(NOTHING)):
        site.refuse(low.node, "this range begins after its end.", "Write the smaller value first.")

    def run(scope: Scope) -> bool | None:
        value = tested.run(scope)
        return all_true((ends[0](value, low.run(scope)), ends[1](value, high.run(scope))))

    return made(Kind.boolean, run, node, parts)


def _member(site: Site, node: Node) -> Typed:
    left, target = trees(node)
    return test_of(site, target, site.build(left))


def test_of(site: Site, node: Node, tested: Typed) -> Typed:
    """A boolean about `tested`: one or several tests, a range, an operator with a value, or a value."""
    return _TESTS[str(node.data)](site, node, tested)


def negated_test_of(site: Site, node: Node, tested: Typed) -> Typed:
    """A cell that is `not(tests)` as a whole."""
    test = test_of(site, trees(node)[0], tested)
    return made(Kind.boolean, lambda scope: negated(test.run(scope)), node, [test])


def _tests(site: Site, node: Node, tested: Typed) -> Typed:
    tests = [test_of(site, child, tested) for child in trees(node)]
    runs = [test.run for test in tests]
    return made(Kind.boolean, lambda scope: any_true(run(scope) for run in runs), node, tests)


def _operator_test(site: Site, node: Node, tested: Typed) -> Typed:
    (value,) = site.build_all(node)
    return _compared(site, tested, str(node.children[0]), value, node)


def _range(site: Site, node: Node, tested: Typed) -> Typed:
    low, high = site.build_all(node)
    ends = (at_least if node.children[0] == "[" else more, at_most if node.children[-1] == "]" else less)
    return _within(site, node, (tested, low, high), ends)


def _value_test(site: Site, node: Node, tested: Typed) -> Typed:
    before = site.inputs_used
    (value,) = site.build_all(node)
    if tested is site.cell and (site.inputs_used > before or _is_condition(value, tested)):
        return boolean(site, value, "a test about `?`")
    if value.kind is Kind.list and tested.kind is not Kind.list:
        return _one_of(site, node, value, tested)
    check_comparable(site, tested, "=", value)
    return _member_of(node, tested, value)


def _is_condition(value: Typed, tested: Typed) -> bool:
    return value.kind is Kind.boolean and not value.constant and tested.kind not in (Kind.boolean, Kind.any)


def _one_of(site: Site, node: Node, values: Typed, tested: Typed) -> Typed:
    for item in values.items:
        check_comparable(site, tested, "=", item)
    check_codes(site, values, tested)
    return _member_of(node, tested, values)


def _member_of(node: Node, tested: Typed, wanted: Typed) -> Typed:
    return made(Kind.boolean, lambda scope: _is_or_is_in(tested.run(scope), wanted.run(scope)), node, [tested, wanted])


def _is_or_is_in(value: object, wanted: object) -> bool | None:
    if isinstance(wanted, list) and not isinstance(value, list):
        return any_true(equal(value, item) for item in wanted)
    return equal(value, wanted)


_TESTS: dict[str, Callable[[Site, Node, Typed], Typed]] = {
    "tests": _tests,
    "operator_test": _operator_test,
    "range": _range,
    "value_test": _value_test,
}
COMPARISONS: dict[str, Rule] = {"compare": _compare, "between": _between, "member": _member}
