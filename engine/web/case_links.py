"""What a case page shows of the person's other cases: links, and earlier or later episodes. For coordinators only."""

from typing import Any

from sqlmodel import col, select

from .. import links, relays
from ..act import Act
from ..models.cases import Case, CaseStatus, Link, Relay
from .desk import Desk


def shown(desk: Desk, act: Act, *, steers: bool) -> dict[str, Any]:
    """For the page of a case: its links, its person's other cases, and what may be done about them.

    Of a case that the reader may not open only that it is there is said, and no reference.
    """
    rows = links.of_case(desk.session, act.case.id)
    linked = {_other(row, act) for row in rows}
    near = select(Case.id).where(Case.person_id == act.case.person_id, Case.id != act.case.id)
    around = desk.session.exec(near.order_by(col(Case.opened_at), Case.id)).all()
    seen = links.visible(desk.session, [*linked, *around], by=desk.by) if linked or around else {}
    return {
        "links": [_link(row, act, seen) for row in rows],
        "episodes": [_episode(seen[case_id]) for case_id in around if case_id not in linked],
        "relayed": [_relayed(act, row) for row in relays.of_case(desk.session, act.case.id)],
        "can_link": steers,
        "can_reopen": desk.by.is_coordinator and act.case.status is CaseStatus.CLOSED,
    }


def _relayed(act: Act, row: Relay) -> dict[str, Any]:
    """What was entered for an agency: who said it, how it was heard, where the paper is, what the agency says."""
    return relays.detail(act.session, row) | {
        "agency": act.agency(row.agency_id).name,
        "by": act.agency(row.entered_by_agency_id).name,
        "channel": row.channel,
        "happened_at": row.happened_at,
        "state": row.state,
    }


def _other(row: Link, act: Act) -> str:
    return row.follower_id if row.leading_id == act.case.id else row.leading_id


def _link(row: Link, act: Act, seen: dict[str, Case | None]) -> dict[str, Any]:
    other = seen[_other(row, act)]
    return {
        "id": row.id,
        "reference": other.reference if other else "",
        "leads": row.leading_id == act.case.id,
        "since": row.linked_at,
    }


def _episode(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {"reference": "", "status": None, "opened_at": None}
    return {"reference": case.reference, "status": case.status, "opened_at": case.opened_at}
