"""An instance that is saved at every step goes the way of one that never was, and both go as the standard says."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.process.definitions import Bundle, compile_bundle, read_folders
from tests.process.torture.bundles import model
from tests.process.torture.models import MODELS
from tests.process.torture.walking import Elsewhere, walk, walk_again, walk_by_the_standard

pytestmark = [pytest.mark.once, pytest.mark.battery]
ROOT = Path(__file__).parents[2]
COUNTRY = "kg"
Size = Callable[[int, int], int]
Proof = Callable[..., None]
SAVED = "Random walks, saved and loaded in another process at every step"
AGAIN = "Random walks in which steps are done again, saved and loaded in another process"
STANDARD = "Random walks beside a second interpreter written from the standard"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as process:
        yield process


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return compile_bundle(read_folders(ROOT / "workflows" / COUNTRY, ROOT / "forms" / COUNTRY))


def walks(size: Size) -> int:
    """How many walks in all; `NRM_WALKS` overrides."""
    return int(os.environ.get("NRM_WALKS") or size(100, 10_000))


def starts(bundle: Bundle) -> list[str]:
    """Every process that can begin on its own, the spine as often as all others together."""
    others = [process.id for process in bundle.processes.values() if not process.inputs]
    return others + [bundle.country.spine] * len(others)


@pytest.mark.parametrize("name", MODELS)
def test_torture_models_saved_and_loaded(name: str, elsewhere: Elsewhere, size: Size, proof: Proof) -> None:
    count = walks(size) // len(MODELS) + 1
    steps = sum(walk(model(name), name, "main", elsewhere, seed, fresh=0.2) for seed in range(count))
    proof(f"{SAVED}, model {name}", walks=count, steps=steps, differences=0)


def test_invented_models_saved_and_loaded(elsewhere: Elsewhere, size: Size, proof: Proof) -> None:
    count = walks(size) // 3
    names = [f"invented:{seed}" for seed in range(count)]
    steps = sum(walk(model(name), name, "main", elsewhere, 0, fresh=0.05) for name in names)
    proof(f"{SAVED}, invented diagrams", walks=count, steps=steps, differences=0)


def test_the_shipped_mechanism_saved_and_loaded(
    shipped: Bundle, elsewhere: Elsewhere, size: Size, proof: Proof
) -> None:
    count, begins = walks(size) // 3, starts(shipped)
    steps = sum(walk(shipped, COUNTRY, begins[seed % len(begins)], elsewhere, seed, 0.01) for seed in range(count))
    proof(f"{SAVED}, shipped mechanism", walks=count, steps=steps, differences=0)


@pytest.mark.parametrize("name", MODELS)
def test_steps_done_again_in_torture_models(name: str, elsewhere: Elsewhere, size: Size, proof: Proof) -> None:
    count = walks(size) // len(MODELS) + 1
    done = [walk_again(model(name), name, "main", elsewhere, seed, fresh=0.2) for seed in range(count)]
    proof(
        f"{AGAIN}, model {name}", walks=count, reopened=sum(one for one, _ in done), refused=sum(no for _, no in done)
    )


def test_steps_done_again_in_invented_models(elsewhere: Elsewhere, size: Size, proof: Proof) -> None:
    count = walks(size) // 3
    done = [walk_again(model(n), n, "main", elsewhere, 0, 0.05) for n in (f"invented:{seed}" for seed in range(count))]
    assert sum(one for one, _ in done) > count // 4
    proof(f"{AGAIN}, invented diagrams", walks=count, reopened=sum(a for a, _ in done), refused=sum(b for _, b in done))


def test_steps_done_again_in_the_shipped_mechanism(
    shipped: Bundle, elsewhere: Elsewhere, size: Size, proof: Proof
) -> None:
    count, begins = walks(size) // 3, starts(shipped)
    done = [walk_again(shipped, COUNTRY, begins[s % len(begins)], elsewhere, s, 0.01) for s in range(count)]
    assert sum(one for one, _ in done) > count
    proof(f"{AGAIN}, shipped mechanism", walks=count, reopened=sum(a for a, _ in done), refused=sum(b for _, b in done))


@pytest.mark.parametrize("name", MODELS)
def test_torture_models_by_the_standard(name: str, size: Size, proof: Proof) -> None:
    count = walks(size) // len(MODELS) + 1
    steps = sum(walk_by_the_standard(model(name), name, "main", seed) for seed in range(count))
    proof(f"{STANDARD}, model {name}", walks=count, steps=steps, differences=0)


def test_invented_models_by_the_standard(size: Size, proof: Proof) -> None:
    count = walks(size) // 3
    names = [f"invented:{seed}" for seed in range(count)]
    steps = sum(walk_by_the_standard(model(name), name, "main", 0) for name in names)
    proof(f"{STANDARD}, invented diagrams", walks=count, steps=steps, differences=0)


def test_the_shipped_mechanism_by_the_standard(shipped: Bundle, size: Size, proof: Proof) -> None:
    count, begins = walks(size) // 3, starts(shipped)
    steps = sum(walk_by_the_standard(shipped, COUNTRY, begins[seed % len(begins)], seed) for seed in range(count))
    proof(f"{STANDARD}, shipped mechanism", walks=count, steps=steps, differences=0)
