"""A decision table and what it decides: every hit policy of DMN; the rules that fired stay with the result.

An identification must be explainable to the person it is about, so a result names its rules and its inputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .faults import ProcessError
from .feel import Expression, Kind, UnaryTest
from .feel_functions import FUNCTIONS
from .feel_values import equal


class DecisionError(ProcessError):
    """A decision table gave no lawful answer. Nothing was changed; the table must be looked at."""


class HitPolicy(StrEnum):
    """What counts when several rules match, as the standard abbreviates it."""

    unique = "U"
    any = "A"
    priority = "P"
    first = "F"
    rule_order = "R"
    output_order = "O"
    collect = "C"
    collect_sum = "C+"
    collect_min = "C<"
    collect_max = "C>"
    collect_count = "C#"


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions: its label, its expression, and a test every value must pass (`inputValues`)."""

    label: str
    expression: Expression
    allowed: UnaryTest | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results: its name and kind, its allowed values in order of priority, its default."""

    name: str
    kind: Kind
    values: tuple[Any, ...] | None
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: its id, why it is there, one test per input and one expression per output."""

    id: str
    description: str
    tests: tuple[UnaryTest, ...]
    results: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What was decided: outputs by name (a list of them under R, O and C; null where no rule fits), and why.

    `rules` are the ids of the rules whose outputs these are; `inputs` the values that were judged, by label.
    """

    outputs: dict[str, Any] | list[dict[str, Any]] | None
    rules: list[str]
    inputs: dict[str, Any]


_Hit = tuple[Rule, dict[str, Any]]
_Outputs = dict[str, Any] | list[dict[str, Any]] | None
_LISTED = (HitPolicy.rule_order, HitPolicy.output_order, HitPolicy.collect)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision table, compiled and checked against the facts."""

    id: str
    name: str
    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every fact the table asks for."""
        parts: list[Expression | UnaryTest] = [column.expression for column in self.inputs]
        parts += [column.default for column in self.outputs if column.default]
        for rule in self.rules:
            parts += [*rule.tests, *rule.results]
        return frozenset().union(*(part.names for part in parts))

    def possible(self, output: str) -> list[Any] | None:
        """Every value an output can have, or null where one of them is computed from facts."""
        at = [column.name for column in self.outputs].index(output)
        written = [rule.results[at] for rule in self.rules]
        default = self.outputs[at].default
        written += [default] if default else []
        if not all(expression.constant for expression in written):
            return None
        found: list[Any] = []
        for value in (expression.evaluate({}) for expression in written):
            if not any(equal(value, other) for other in found):
                found.append(value)
        return found

    def evaluate(self, values: Mapping[str, Any]) -> DecisionResult:
        """Decide over facts. Raises `DecisionError` where the hit policy or the allowed values are broken."""
        inputs = {column.label: column.expression.evaluate(values) for column in self.inputs}
        self._check_inputs(inputs, values)
        rules = [rule for rule in self.rules if self._fits(rule, inputs, values)]
        if not rules:
            return DecisionResult(self._default(values), [], inputs)
        hits = [(rule, self._outputs(rule, values)) for rule in rules]
        outputs, fired = _POLICIES[self.hit_policy](self, hits)
        return DecisionResult(outputs, [rule.id for rule in fired], inputs)

    def fault(self, what: str) -> DecisionError:
        """The error to raise: it names the decision and its rules, never a value of a case."""
        return DecisionError(f"Decision {self.id}: {what} Nothing was changed; the table must be mended.")

    def _check_inputs(self, inputs: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        for column in self.inputs:
            if column.allowed and column.allowed.matches(inputs[column.label], values) is not True:
                raise self.fault(f'the input "{column.label}" has a value the table does not allow.')

    def _fits(self, rule: Rule, inputs: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        pairs = zip(rule.tests, inputs.values(), strict=True)
        return all(test.matches(value, values) is True for test, value in pairs)

    def _outputs(self, rule: Rule, values: Mapping[str, Any]) -> dict[str, Any]:
        outputs = {}
        for column, expression in zip(self.outputs, rule.results, strict=True):
            value = expression.evaluate(values)
            if column.values is not None and not any(equal(value, allowed) for allowed in column.values):
                raise self.fault(f"rule {rule.id} gives a value that is not allowed for {column.name}.")
            outputs[column.name] = value
        return outputs

    def _default(self, values: Mapping[str, Any]) -> _Outputs:
        if not any(column.default for column in self.outputs):
            return None
        outputs = {column.name: column.default.evaluate(values) if column.default else None for column in self.outputs}
        return [outputs] if self.hit_policy in _LISTED else outputs


_Policy = Callable[[Decision, list[_Hit]], tuple[_Outputs, list[Rule]]]


def _first(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    rule, outputs = hits[0]
    return outputs, [rule]


def _unique(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    if len(hits) > 1:
        raise decision.fault(f"exactly one rule may fit, and these do: {_ids(hits)}.")
    return _first(decision, hits)


def _any(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    first = hits[0][1]
    if not all(equal(first[name], outputs[name]) is True for _, outputs in hits for name in first):
        raise decision.fault(f"all rules that fit must agree, and these do not: {_ids(hits)}.")
    return first, [rule for rule, _ in hits]


def _priority(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    return _first(decision, _ranked(decision, hits))


def _listed(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    return [outputs for _, outputs in hits], [rule for rule, _ in hits]


def _output_order(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
    return _listed(decision, _ranked(decision, hits))


def _ranked(decision: Decision, hits: list[_Hit]) -> list[_Hit]:
    """By the order of the allowed values, first output first; rules of equal rank stay in their order."""
    ordered = [(column.name, column.values) for column in decision.outputs if column.values]

    def rank(hit: _Hit) -> list[int]:
        return [
            next(at for at, allowed in enumerate(values) if equal(hit[1][name], allowed)) for name, values in ordered
        ]

    return sorted(hits, key=rank)


def _gathered(gather: Callable[[list[Any]], object]) -> _Policy:
    def policy(decision: Decision, hits: list[_Hit]) -> tuple[_Outputs, list[Rule]]:
        name = decision.outputs[0].name
        return {name: gather([outputs[name] for _, outputs in hits])}, [rule for rule, _ in hits]

    return policy


def _ids(hits: list[_Hit]) -> str:
    return ", ".join(rule.id for rule, _ in hits)


_POLICIES: dict[HitPolicy, _Policy] = {
    HitPolicy.unique: _unique,
    HitPolicy.any: _any,
    HitPolicy.priority: _priority,
    HitPolicy.first: _first,
    HitPolicy.rule_order: _listed,
    HitPolicy.output_order: _output_order,
    HitPolicy.collect: _listed,
    HitPolicy.collect_sum: _gathered(FUNCTIONS["sum"].call),
    HitPolicy.collect_min: _gathered(FUNCTIONS["min"].call),
    HitPolicy.collect_max: _gathered(FUNCTIONS["max"].call),
    HitPolicy.collect_count: _gathered(lambda values: Decimal(len(values))),
}
