"""Time in tests: it stands still, and moves only when a test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from engine import clock

MONDAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # ten in the morning in Bishkek
BISHKEK = ZoneInfo("Asia/Bishkek")


def today() -> date:
    """The day that it is in Bishkek: there the calendar turns six hours earlier."""
    return clock.now().astimezone(BISHKEK).date()


@contextmanager
def ahead(by: timedelta) -> Iterator[None]:
    """That much later; afterwards it is now again."""
    before = clock.offset()
    clock.set_offset(before + by)
    try:
        yield
    finally:
        clock.set_offset(before)


class Times:
    """The present of one test. Sessions age with it too, unlike with the demo's offset."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime = MONDAY) -> None:
        self.present = now
        times = self

        class Frozen(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return times.present.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Frozen)

    def now(self) -> datetime:
        """The present instant, as the engine sees it."""
        return clock.now()

    def go_on(self, **span: float) -> datetime:
        """Let time pass: `go_on(hours=3)`."""
        self.present += timedelta(**span)
        return self.present
