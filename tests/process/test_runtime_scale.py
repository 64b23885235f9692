"""Long lives, and many at once."""

from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest

from engine.process import runtime
from engine.process.runtime import Step
from tests.process.torture.bundles import model, sketch
from tests.process.torture.case import Case
from tests.process.torture.models import WORKER

pytestmark = pytest.mark.once

LONG = {
    "alone": 'start s -> m\nxor m -> u\nuser u -> g\nxor g -> m if again = "yes" | e\nend e',
    "beside a waiting branch": """
        start s -> f
        or f -> m if true | w if true | j
        xor m -> c
        call c calls=worker -> g
        boundary t on=c timer=soon soft -> r
        end r
        xor g -> m if first = "yes" | j
        user w -> j
        or j -> e
        end e
        """,
}


@pytest.mark.parametrize("shape", LONG)
def test_five_thousand_rounds_neither_stall_nor_slow(shape: str) -> None:
    bundle = sketch(main=LONG[shape], worker=WORKER.format("w"))
    case = Case(bundle, again="yes" if shape == "alone" else "no", first="yes")
    element = "u" if shape == "alone" else "w_do"
    facts, state, task = case.step.facts, case.step.state, _first(case.step, element)
    took: list[float] = []
    for _ in range(5_000):
        began = process_time()
        step = runtime.complete(bundle, "main", "i", state, facts, task)
        took.append(process_time() - began)
        state, task = step.state, _first(step, element)
        assert len(state) < 4_000
    early, late = sorted(took[100:600])[250], sorted(took[-500:])[250]
    assert late < early * 2 + 0.0005


def _first(step: Step, element: str) -> str:
    return next(task.id for task in step.opened if task.element == element)


def test_many_threads_share_a_bundle() -> None:
    bundle = model("stages")

    def run(number: int) -> list[str]:
        case = Case(bundle, first="yes" if number % 2 else "no", second="yes", items=["red"])
        while not case.step.finished:
            case.do(case.open()[0])
        return [event.element for step in case.steps for event in step.opened]

    alone = [run(number) for number in range(2)]
    with ThreadPoolExecutor(8) as pool:
        for number, path in enumerate(pool.map(run, range(32))):
            assert path == alone[number % 2]
