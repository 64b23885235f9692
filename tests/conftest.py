"""What every test may ask for: a prepared store, the application over it, people signed in, and the clock."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from engine import bundles, clock, migrations
from engine.app import create_app
from engine.config import settings
from engine.database import Store
from engine.demo import agencies
from engine.vault import Vault
from tests import identifiers, kept
from tests.people import Crew
from tests.times import Times

pytest_plugins = ["tests.stores", "tests.proof"]
KEY = b"k" * 32
# A busy machine is slow; that is no finding.
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None]:
    """Tables, the shipped bundle and the demo's agencies and people; no case."""

    def prepare(url: str) -> None:
        made = Store(url, Vault(KEY))
        migrations.upgrade(made)
        with pytest.MonkeyPatch.context() as patch, made.transaction() as session:
            identifiers.repeat(patch, "template")
            bundles.deploy(session, bundles.shipped(settings()))
            agencies.seed(session)
        made.close()

    return prepare


@cache
def _store(url: str) -> Store:
    """One for each address: for a new one every statement is worded anew, an eighth of the time of all tests."""
    made = Store(url, Vault(KEY))
    if made.embedded:  # a test does not wait for the disk
        event.listen(made.database, "connect", lambda link, record: link.execute("PRAGMA synchronous=OFF"))
    kept.watch(made)
    return made


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store with a database of this test's own."""
    made = _store(database_url)
    kept.begin(made)
    yield made
    made.close()


@pytest.fixture
def app(store: Store) -> FastAPI:
    """Pages and API over that store, without a worker."""
    return create_app(store)


@pytest.fixture
def crew(app: FastAPI, store: Store) -> Iterator[Crew]:
    """Everybody of the demo's country: `crew["police_osh"]` is that person's browser, signed in."""
    made = Crew(app, store)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """A test that has moved the clock moves it for nobody else."""
    yield
    clock.set_offset(timedelta())


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Iterator[Times]:
    """A clock that stands still until it is told to go on."""
    yield Times(monkeypatch)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Demo mode, with a clock that can be moved."""
    monkeypatch.setattr(settings(), "demo", True)
    yield
