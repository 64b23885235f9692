"""An instance that is saved at every step goes the same way as one that never was."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.process.definitions import Bundle, compile_bundle, read_folders
from tests.process.torture.models import MODELS, model
from tests.process.torture.walking import Elsewhere, walk

pytestmark = [pytest.mark.once, pytest.mark.battery]
ROOT = Path(__file__).parents[2]
COUNTRY = "kg"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as process:
        yield process


def walks(size: Callable[[int, int], int]) -> int:
    """How many walks in all; `NRM_WALKS` overrides."""
    return int(os.environ.get("NRM_WALKS") or size(150, 10_000))


@pytest.mark.parametrize("name", MODELS)
def test_the_torture_models(
    name: str, elsewhere: Elsewhere, size: Callable[[int, int], int], proof: Callable[..., None]
) -> None:
    count = walks(size) // len(MODELS) + 1
    steps = sum(walk(model(name), name, "main", elsewhere, seed, fresh=0.2) for seed in range(count))
    proof(f"Random walks, saved and loaded in another process, model {name}", walks=count, steps=steps, differences=0)


def test_the_shipped_mechanism(
    elsewhere: Elsewhere, size: Callable[[int, int], int], proof: Callable[..., None]
) -> None:
    bundle = compile_bundle(read_folders(ROOT / "workflows" / COUNTRY, ROOT / "forms" / COUNTRY))
    count = walks(size) // 2
    starts = _starts(bundle)
    steps = sum(walk(bundle, COUNTRY, starts[seed % len(starts)], elsewhere, seed, 0.01) for seed in range(count))
    proof("Random walks, saved and loaded in another process, shipped mechanism", walks=count, steps=steps, differences=0)


def _starts(bundle: Bundle) -> list[str]:
    """Every process that can begin on its own, the spine as often as all others together."""
    others = [process.id for process in bundle.processes.values() if not process.inputs]
    return others + [bundle.country.spine] * len(others)
