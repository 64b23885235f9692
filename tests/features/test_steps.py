"""Every step is used, and each line of a feature is understood in one way only."""

from functools import cache
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from tests.features import conftest

pytestmark = pytest.mark.once

FEATURES = Path(__file__).parents[2] / "features"


@cache
def steps() -> list[StepFunctionContext]:
    """Every step that is defined."""
    assert conftest
    every = step_function_context_registry.values()
    return [step for step in every if step.step_func.__module__.startswith("tests.features")]


@cache
def lines() -> set[tuple[str, str]]:
    """Every line of every scenario, with the values of its examples: its kind and its text."""
    found = set()
    for feature in get_features([str(FEATURES)]):
        for template in feature.scenarios.values():
            rows = [row for examples in template.examples for row in examples.as_contexts()] or [{}]
            for row in rows:
                found |= {(step.type, step.name) for step in template.render(dict(row)).steps}
    return found


def test_every_step_is_used():
    unused = {
        step.parser.name
        for step in steps()
        if not any(kind == step.type and step.parser.is_matching(text) for kind, text in lines())
    }
    assert not unused, f"No scenario says this: {sorted(unused)}"


def test_every_line_means_one_thing():
    meanings = {
        text: [step.parser.name for step in steps() if step.type == kind and step.parser.is_matching(text)]
        for kind, text in lines()
    }
    unclear = {text: names for text, names in meanings.items() if len(names) != 1}
    assert not unclear, f"Not one step each: {unclear}"


def test_every_word_is_used():
    from tests.features import steps_cases, steps_forms, words

    said = "\n".join(text for _, text in lines())
    known = [words.AGENCIES, words.DUTIES, words.PERSONS, words.NEEDS, words.FINDINGS, words.REASONS]
    known += [words.OUTCOMES, steps_cases.LATER, steps_forms.WRONG, steps_forms.FAULTS]
    unused = [word for group in known for word in group if word not in said]
    assert not unused, f"No scenario says this: {unused}"
