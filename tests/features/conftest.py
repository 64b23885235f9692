"""The features: one world per scenario, and the steps, by what they speak of."""

from collections.abc import Iterator

import pytest

from engine.database import Store
from tests.features.steps_access import *  # noqa: F403
from tests.features.steps_cases import *  # noqa: F403
from tests.features.steps_change_again import *  # noqa: F403
from tests.features.steps_change_finding import *  # noqa: F403
from tests.features.steps_change_path import *  # noqa: F403
from tests.features.steps_change_person import *  # noqa: F403
from tests.features.steps_daily_people import *  # noqa: F403
from tests.features.steps_daily_relays import *  # noqa: F403
from tests.features.steps_deadlines import *  # noqa: F403
from tests.features.steps_forms import *  # noqa: F403
from tests.features.steps_full_house import *  # noqa: F403
from tests.features.steps_handoffs import *  # noqa: F403
from tests.features.steps_language import *  # noqa: F403
from tests.features.steps_line import *  # noqa: F403
from tests.features.steps_night import *  # noqa: F403
from tests.features.steps_notices import *  # noqa: F403
from tests.features.steps_persons import *  # noqa: F403
from tests.features.steps_record import *  # noqa: F403
from tests.features.steps_russian import *  # noqa: F403
from tests.features.steps_shelter import *  # noqa: F403
from tests.features.steps_twice import *  # noqa: F403
from tests.features.steps_web import *  # noqa: F403
from tests.features.world import World, start_of_time


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """A scenario on an ordinary Monday. Whatever it did, nothing of it went unrecorded."""
    made = World(store)
    made.set_clock(start_of_time())
    yield made
    assert made.refusal_told, "something was tried, and no step told whether it was refused"
    assert made.tampered or made.verdict().wrong == []


def pytest_bdd_apply_tag(tag: str, function: object) -> bool | None:
    """`@web` says that a scenario goes through the pages; it selects nothing."""
    return True if tag == "web" else None
