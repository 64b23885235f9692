"""Alarms: what this desk must look at now."""

from fastapi import APIRouter, Response

from .. import alarms
from ..models.work import Alarm
from . import behalf, showing, told
from .desk import Desk, Doer, Done, Reader, RowId
from .schemas import Heard
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/alarms", tags=["alarms"])


@router.get("")
def waiting(desk: Reader) -> told.Alarms:
    """The alarms this desk has not acknowledged, oldest first. Each is repeated until somebody does."""
    return told.Alarms(
        items=_told(desk, alarms.waiting(desk.session, by=desk.by)),
        to_carry=_told(desk, alarms.to_carry(desk.session, by=desk.by)),
    )


def _told(desk: Desk, rows: list[Alarm]) -> list[told.Alarm]:
    references = showing.references(desk, rows)
    agencies = showing.agencies(desk) if rows else {}
    return [
        told.Alarm(
            id=row.id,
            kind=row.kind,
            reference=references.get(row.case_id),
            task_id=row.task_id if row.case_id in references else None,
            raised_at=row.raised_at,
            repeats=row.repeats,
            acknowledged_at=row.acknowledged_at,
            agency=showing.known(agencies, row.to_id),
        )
        for row in rows
    ]


@router.post("/{alarm_id}/acknowledgement", response_model=told.Alarm)
def acknowledge(desk: Doer, alarm_id: RowId, body: Heard | None = None) -> Response:
    """Say that this desk has seen the alarm and acts on it, or with `behalf` that the agency it was carried to has."""

    def do() -> Done:
        by = behalf.carrying(desk, alarm_id, body)
        return Done(_told(desk, [alarms.acknowledge(desk.session, alarm_id, by=by)])[0])

    return desk.once(do)
