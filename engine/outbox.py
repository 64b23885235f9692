"""What leaves the building: rows written with the change, sent after commit by the worker.

A message tells a desk that there is work. It never says what, about whom, or from whom.
"""

from enum import StrEnum

from .act import Act
from .models.people import Agency
from .models.records import Outbox


class Notice(StrEnum):
    """Why a desk is told to look."""

    OFFER = "offer"
    OVERDUE = "overdue"
    OUTCOME = "outcome"
    ALARM = "alarm"
    RECALLED = "recalled"


def notify(act: Act, agency_id: str, kind: Notice, *, handoff_id: str | None = None) -> None:
    """Tell an agency by every channel it has, once this act is committed."""
    agency = act.agency(agency_id)
    for channel in channels(agency):
        act.session.add(
            Outbox(
                channel=channel,
                to_id=agency.id,
                kind=kind,
                case_id=act.case.id,
                handoff_id=handoff_id,
                next_at=act.at,
                created_at=act.at,
            )
        )


def channels(agency: Agency) -> list[str]:
    """The ways this agency can be told."""
    return ["email"] * bool(agency.email) + ["webhook"] * bool(agency.webhook_url)
