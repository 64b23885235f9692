"""The movable clock of demo mode. Outside demo mode nothing here can be reached."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from .. import clock
from ..config import settings
from ..errors import NotFound
from ..models.records import Setting
from ..models.work import Deadline, DeadlineState

OFFSET = "demo_clock_seconds"


def move(session: Session, by: timedelta) -> None:
    """Move the clock forward."""
    if not settings().demo:
        raise NotFound()
    total = clock.offset() + max(by, timedelta())
    row = session.get(Setting, OFFSET) or Setting(name=OFFSET, value="0")
    row.value = str(total.total_seconds())
    session.add(row)
    clock.set_offset(total)


def to_next_deadline(session: Session) -> None:
    """Move the clock to one second past the next due time of any clock."""
    moment = next_deadline(session)
    if moment is not None:
        move(session, moment - clock.now() + timedelta(seconds=1))


def next_deadline(session: Session) -> datetime | None:
    """When the next running clock is due."""
    query = (
        select(Deadline.next_at)
        .where(Deadline.state == DeadlineState.RUNNING, Deadline.next_at > clock.now())
        .order_by(col(Deadline.next_at))
        .limit(1)
    )
    return session.exec(query).first()


def restore(session: Session) -> None:
    """At start-up: the clock goes on from where it was moved to."""
    row = session.get(Setting, OFFSET) if settings().demo else None
    clock.set_offset(timedelta(seconds=float(row.value)) if row else timedelta())
