"""When the examples happen."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 22, 8, 2, tzinfo=UTC)


def hours(number: float) -> datetime:
    """An instant so many hours from now."""
    return NOW + timedelta(hours=number)
