"""What a case page shows of the person's other cases: links, and earlier or later episodes. For coordinators only."""

from typing import Any

from sqlmodel import col, select

from .. import links, relays
from ..act import Act
from ..models.cases import Case, CaseStatus, Link, Relay
from .desk import Desk


def shown(desk: Desk, act: Act, *, steers: bool) -> dict[str, Any]:
    """For the page of a case: its links, its person's other cases, and what may be done about them."""
    rows = links.of_case(desk.session, act.case.id)
    near = select(Case).where(Case.person_id == act.case.person_id, Case.id != act.case.id)
    linked = {row.leading_id if row.follower_id == act.case.id else row.follower_id for row in rows}
    others = {c.id: c for c in desk.session.exec(near.order_by(col(Case.opened_at))).all()}
    return {
        "links": [_link(row, act, others) for row in rows if linked & others.keys()],
        "episodes": [
            {"reference": c.reference, "status": c.status, "opened_at": c.opened_at}
            for c in others.values()
            if c.id not in linked
        ],
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


def _link(row: Link, act: Act, others: dict[str, Case]) -> dict[str, Any]:
    leads = row.leading_id == act.case.id
    other = others.get(row.follower_id if leads else row.leading_id)
    return {"id": row.id, "reference": other.reference if other else "", "leads": leads, "since": row.linked_at}
