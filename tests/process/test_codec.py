"""States are small, come back exactly, and are refused when they are not ours."""

import random
from typing import Any

import orjson
import pytest

from engine.errors import EngineError
from engine.process import codec, runtime
from engine.process.definitions import Bundle
from engine.process.faults import ProcessError, StateRefused
from tests.process.torture.bundles import model
from tests.process.torture.models import MODELS

pytestmark = pytest.mark.once


def started(name: str) -> tuple[Bundle, runtime.Step]:
    """A model just begun, with as much open at once as it can have."""
    bundle = model(name)
    facts = bundle.initial_facts() | {"first": "yes", "second": "yes", "third": "yes", "late": "yes"}
    return bundle, runtime.start(bundle, "main", "i", facts)


@pytest.mark.parametrize("name", MODELS)
def test_a_state_that_is_loaded_and_dumped_is_the_same(name: str) -> None:
    bundle, step = started(name)
    running = codec.load(bundle, "main", "i", step.state, step.facts)
    assert codec.dump(running, "i") == step.state
    assert len(step.state) < 8_000


def test_a_state_holds_no_fact_and_nothing_that_has_ended() -> None:
    bundle, step = started("loop")
    facts = step.facts | {"day": "1999-12-31"}
    sizes = set()
    for _ in range(5):
        step = runtime.complete(bundle, "main", "i", step.state, facts | {"again": "yes"}, step.opened[0].id)
        sizes.add(len(step.state))
        assert b"1999-12-31" not in step.state
    assert len(sizes) == 1


def refused(bundle: Bundle, state: Any, process: str = "main", instance: str = "i") -> None:
    """The state is refused before anything of it is run."""
    with pytest.raises(StateRefused) as caught:
        codec.load(bundle, process, instance, state, {})
    assert isinstance(caught.value, ProcessError)


def test_a_state_of_another_instance_process_or_bundle_is_refused() -> None:
    bundle, step = started("loop")
    refused(bundle, step.state, instance="j")
    refused(bundle, step.state, process="worker")
    refused(model("stages"), step.state)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{}",
        b"nrm-state 0\n[]",
        b"nrm-state 1\n",
        b"nrm-state 1\n[]",
        b"nrm-state 1\n[[],[]]",
        "nrm-state 1\n",
        None,
    ],
)
def test_a_state_in_another_format_is_refused(state: Any) -> None:
    refused(model("loop"), state)


def test_a_library_blob_is_refused() -> None:
    blob = orjson.dumps({"serializer_version": "1.0", "spec": {"typename": "BpmnProcessSpec"}})
    refused(model("loop"), blob)


def changes(written: Any) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value, as the keys that lead to it."""
    places: list[tuple[Any, ...]] = [()]
    if isinstance(written, dict | list):
        for key, value in written.items() if isinstance(written, dict) else enumerate(written):
            places += [(key, *place) for place in changes(value)]
    return places


def replaced(written: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A JSON value with another one in one place."""
    if not place:
        return value
    copy = dict(written) if isinstance(written, dict) else list(written)
    copy[place[0]] = replaced(written[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("name", ["messages", "soft_timers", "items_one_by_one"])
def test_a_changed_state_is_refused_or_still_a_state_and_never_a_crash(name: str) -> None:
    bundle, step = started(name)
    written = orjson.loads(step.state[len(codec.MARK) :])
    dice = random.Random(name)
    for place in changes(written):
        for value in (None, 0, -5, 10**6, "", "x", [], {}, {"typename": "UUID"}, dice.random()):
            state = codec.MARK + orjson.dumps(replaced(written, place, value))
            try:
                runtime.open_work(bundle, "main", "i", state, step.facts)
            except EngineError:
                continue


def test_a_truncated_state_is_refused() -> None:
    bundle, step = started("stages")
    for length in range(0, len(step.state) - 1, 7):
        refused(bundle, step.state[:length])
