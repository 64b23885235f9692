"""What the tests of the API share: everybody, each with a token."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from engine.database import Store
from tests.api.client import Cast


@pytest.fixture
def cast(app: FastAPI, store: Store) -> Iterator[Cast]:
    """Everybody of the demo country, by login."""
    cast = Cast(app, store)
    yield cast
    cast.close()
