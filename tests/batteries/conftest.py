"""What the batteries share: a small country in a database of its own."""

from collections.abc import Iterator

import pytest

from engine.database import Store
from tests.batteries import world


@pytest.fixture
def country(empty_database_url: str) -> Iterator[Store]:
    """A store with tables, the shipped bundle and the demo agencies with few places."""
    store = world.connect(empty_database_url)
    world.prepare(store)
    yield store
    store.close()
