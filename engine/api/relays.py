"""Acts entered for agencies without an account: what must be carried to them, and what they say of it later."""

from fastapi import APIRouter, Response

from .. import relays, voices
from ..models.cases import Relay, RelayState
from . import behalf, showing, told_daily
from .desk import Desk, Doer, Done, Reader, RowId
from .schemas_daily import Settlement
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/relays", tags=["relays"])


@router.get("")
def waiting(desk: Reader) -> told_daily.Relays:
    """What others entered for this agency, and what this desk must carry to agencies without an account."""
    return told_daily.Relays(
        unconfirmed=_told(desk, relays.unconfirmed(desk.session, by=desk.by)),
        to_settle=_told(desk, voices.unsettled(desk.session, by=desk.by)),
        to_carry=showing.handoffs(desk, relays.to_carry(desk.session, by=desk.by)),
        to_enter=showing.tasks(desk, relays.to_enter(desk.session, by=desk.by)),
    )


@router.post("/{relay_id}/answer", response_model=told_daily.Relay)
def settle(desk: Doer, relay_id: RowId, body: Settlement) -> Response:
    """The agency confirms what was entered for it, or says that it was not so. The act stays."""

    def do() -> Done:
        by = behalf.settling(desk, relay_id, body)
        return Done(_told(desk, [relays.settle(desk.session, relay_id, RelayState(body.state), by=by)])[0])

    return desk.once(do)


def _told(desk: Desk, rows: list[Relay]) -> list[told_daily.Relay]:
    references = showing.references(desk, rows)
    agencies = showing.agencies(desk)
    return [
        told_daily.Relay(
            id=row.id,
            reference=references.get(row.case_id),
            agency=showing.known(agencies, row.agency_id),
            entered_by=showing.known(agencies, row.entered_by_agency_id),
            channel=row.channel,
            about=row.about,
            happened_at=row.happened_at,
            entered_at=row.entered_at,
            state=row.state,
            **relays.detail(desk.session, row),
        )
        for row in rows
    ]
