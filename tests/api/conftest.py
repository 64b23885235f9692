"""What the tests of the API share: the cast, each with a token, and a clock that is put back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from engine import clock
from engine.config import settings
from engine.database import Store
from tests.api.client import Cast


@pytest.fixture
def cast(app: FastAPI, store: Store) -> Iterator[Cast]:
    """Everybody of the demo country, by login."""
    cast = Cast(app, store)
    yield cast
    cast.close()


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Demo mode, with a clock that can be moved."""
    monkeypatch.setattr(settings(), "demo", True)
    yield
    clock.set_offset(timedelta())
