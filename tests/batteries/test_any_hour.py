"""The demo's cases can be played at any hour: the day changes in Bishkek while it is still yesterday in UTC."""

from datetime import UTC, datetime

import pytest

from engine import clock
from engine.database import Store
from engine.demo import story


@pytest.mark.parametrize("hour", [1, 9, 17, 20, 23])
def test_a_case_is_played_at_this_hour(country: Store, hour: int) -> None:
    """A man identified abroad, whose forms ask for dates that have not passed."""
    now = datetime.now(UTC)
    clock.set_offset(now.replace(hour=hour, minute=30) - now)
    told = story.Story(country, dict(story.MAN_IN_KAZAKHSTAN))
    assert told.play(told.open("consulate")) > 20
