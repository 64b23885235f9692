"""The one clock. All instants are UTC-aware; in demo mode, and only there, it can be moved."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC) + _offset


def offset() -> timedelta:
    """How far the demo clock is ahead of real time; zero outside demo mode."""
    return _offset


def set_offset(value: timedelta) -> None:
    """Move the clock. Only `engine.demo` calls this, and only in demo mode."""
    global _offset
    _offset = value
