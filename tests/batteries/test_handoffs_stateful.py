"""At every instant every open task has exactly one accountable agency: random days against an independent model."""

import os
import traceback
from collections.abc import Callable, Iterator

import pytest

from engine.audit import reconcile
from engine.database import Store
from tests import identifiers
from tests.batteries import founding, moves, world
from tests.batteries.driver import START, Run
from tests.proof import FULL
from tests.times import Times

SEEDS = [int(os.environ["NRM_SEED"])] if "NRM_SEED" in os.environ else list(range(1, 51 if FULL else 3))


@pytest.fixture
def repeatable(monkeypatch: pytest.MonkeyPatch, seed: int) -> Iterator[None]:
    """Identifiers follow from the seed and time stands still, so that a failing run can be had again."""
    identifiers.repeat(monkeypatch, -seed)
    Times(monkeypatch, START)
    yield


@pytest.mark.battery
@pytest.mark.usefixtures("repeatable")
@pytest.mark.parametrize("seed", SEEDS)
def test_one_accountable_agency_per_open_task(
    seed: int,
    country: Store,
    size: Callable[[int, int], int],
    proof: Callable[..., None],
) -> None:
    """Handoffs, places, movements, clocks and consents in random order; compared after every step."""
    steps = int(os.environ.get("NRM_STEPS") or size(300, 20_000))
    founding.take_accounts(country)
    run = Run(world.quick(country), seed)
    for number in range(1, steps + 1):
        try:
            moves.step(run)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-3:])
            pytest.fail(
                f"NRM_SEED={seed} NRM_STEPS={number}: {type(error).__name__}: {error}\n{where}\n" + "\n".join(run.said)
            )
        if number % max(steps // 4, 1) == 0:
            _reconciles(country, seed, number)
    alone = f", seed {seed} again" if "NRM_SEED" in os.environ else ""
    what, cases = f"Random days of handoffs against an independent model{alone}", len(run.model.episodes)
    proof(what, seeds=1, steps=steps, cases=cases, differences=0)
    print(seed, cases, dict(sorted(run.counts.items())))


def _reconciles(store: Store, seed: int, number: int) -> None:
    with store.reading() as session:
        verdict = reconcile.verify(session)
    assert verdict.intact, f"NRM_SEED={seed} NRM_STEPS={number}: {verdict.wrong[:5]}"
