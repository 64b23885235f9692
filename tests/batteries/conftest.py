"""What the batteries share: a small country in a database of its own."""

from collections.abc import Iterator

import pytest

from engine.database import Store
from tests.batteries import world


@pytest.fixture
def country(database_url: str) -> Iterator[Store]:
    """A prepared store in which the demo agencies have few places and two people at each desk."""
    store = world.connect(database_url)
    world.prepare(store)
    yield store
    store.close()
