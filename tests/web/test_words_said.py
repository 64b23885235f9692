"""Whatever the code records, and every clock of the country, can be said in every language of the pages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine import bundles
from engine.config import settings
from engine.corrections import Verdict
from engine.language import NAMES, Translator, catalogue
from engine.models.cases import ConsentAnswer, RelayState
from engine.models.work import AlarmKind, DeadlineState, HandoffState
from engine.process.definitions import compile_bundle
from engine.sentences import TOLD

pytestmark = pytest.mark.once

# What stands in the place of a name that is only known when it is recorded.
COMPOSED = {
    "deadline": [state for state in DeadlineState if state is not DeadlineState.RUNNING],
    "handoff": list(HandoffState),
    "consent": list(ConsentAnswer),
    "relay": [state for state in RelayState if state is not RelayState.UNCONFIRMED],
    "correction": [Verdict.STAND, Verdict.REDO],
    "answers": ["kept", "corrected"],
    "person": ["left", "died"],
}
PASSED = {"place.taken", "place.freed"}  # recorded under a name that a function is given


def recorded() -> Iterator[str]:
    """Every action that some line of the engine records."""
    for path in Path(engine.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                for argument in node.args[:2]:
                    yield from actions(argument)


def actions(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from (*actions(argument.body), *actions(argument.orelse))
    elif isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        family = str(argument.values[0].value).removesuffix(".")
        yield from (f"{family}.{word}" for word in COMPOSED[family])


def test_every_action_that_is_recorded_has_its_sentence() -> None:
    found = {*recorded(), *PASSED}
    assert len(found) > 80
    for language in ("en", "ru"):
        missing = sorted(action for action in found if f"sentence.{action}" not in catalogue(language))
        assert not missing, f"{language}: give these a sentence: {missing}"
    assert all(Translator("ky").knows(f"sentence.{action}") for action in found)


def test_what_is_told_of_a_case_is_recorded_somewhere() -> None:
    assert {*recorded(), *PASSED, "fault.settled"} >= TOLD


@pytest.mark.parametrize("language", NAMES)
def test_every_clock_has_a_name(language: str) -> None:
    clocks = compile_bundle(bundles.shipped(settings())).country.clocks
    assert not [name for name in clocks if f"clock_name.{name}" not in catalogue(language)]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_alarm_says_what_it_is_and_what_to_do(language: str) -> None:
    words = catalogue(language)
    assert not [kind for kind in AlarmKind if f"alarm.{kind}" not in words or f"alarm.todo.{kind}" not in words]
