"""Rows as the API tells them, cut to what the reader may know of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from .. import bundles
from ..access import visibility
from ..models.cases import Case
from ..models.people import Agency
from ..models.work import HELD_HANDOFF, PENDING_HANDOFF, Handoff, HandoffState, Movement, UserTask
from ..timelines import element_name
from . import told
from .desk import Desk

# An offer that came to nothing leaves its receiver without any relation to the case.
_UNRELATED = (*PENDING_HANDOFF, HandoffState.DECLINED, HandoffState.EXPIRED, HandoffState.RECALLED)


@dataclass(frozen=True)
class Around:
    """What the rows of one answer refer to, read once.

    `agencies` and `cases` (those the reader may open) by id; `names` in the reader's language and `movements` by task;
    `named`: the handoffs of which the reader may know the receiver.
    """

    desk: Desk
    agencies: dict[str, Agency]
    cases: dict[str, Case]
    names: dict[str, str]
    movements: dict[str, Movement]
    named: set[str]

    def contact(self, agency_id: str | None, then: str = "") -> told.Contact | None:
        """How to call an agency; `then` is the name it had in what is told, where that may be another."""
        agency = self.agencies.get(agency_id or "")
        return contact(agency, then) if agency else None

    def reference(self, case_id: str) -> str | None:
        """The reference of a case the reader may open."""
        case = self.cases.get(case_id)
        return case.reference if case else None


def of_tasks(desk: Desk, rows: Sequence[UserTask]) -> Around:
    """What these user tasks refer to."""
    cases = _cases(desk, rows)
    loaded = {case.bundle_id: bundles.load(desk.session, case.bundle_id) for case in cases.values()}
    names = {
        row.id: element_name(loaded[case.bundle_id], row.element, desk.t)
        for row in rows
        if (case := cases.get(row.case_id)) is not None
    }
    return Around(desk, {}, cases, names, {}, set())


def of_handoffs(desk: Desk, rows: Sequence[Handoff]) -> Around:
    """What these handoffs refer to."""
    session = desk.session
    ids = {row.task_id for row in rows}
    drawn = select(UserTask.id, UserTask.element, Case.bundle_id).join(Case, col(Case.id) == UserTask.case_id)
    names = {
        task_id: element_name(bundles.load(session, bundle_id), element, desk.t)
        for task_id, element, bundle_id in (session.exec(drawn.where(col(UserTask.id).in_(ids))).all() if ids else ())
    }
    journeys = select(Movement).where(col(Movement.task_id).in_(ids))
    found = {journey.task_id: journey for journey in (session.exec(journeys).all() if ids else ())}
    named = visibility.naming_receiver(session, rows, by=desk.by)
    return Around(desk, agencies(desk), _cases(desk, rows), names, found, named)


def agencies(desk: Desk) -> dict[str, Agency]:
    """Every agency by id."""
    return {agency.id: agency for agency in desk.session.exec(select(Agency)).all()}


def known(rows: dict[str, Agency], agency_id: str) -> told.Contact:
    """How to call an agency that is there for certain."""
    return contact(rows[agency_id])


def contact(agency: Agency, then: str = "") -> told.Contact:
    """How to call this agency, under its name of today or the one it had `then`."""
    return told.Contact(id=agency.id, name=then or agency.name, phone=agency.phone, hours=agency.hours)


def _cases(desk: Desk, rows: Iterable[Any]) -> dict[str, Case]:
    ids = {row.case_id for row in rows}
    query = visibility.visible_cases(desk.by).where(col(Case.id).in_(ids))
    return {case.id: case for case in desk.session.exec(query).all()} if ids else {}


def tasks(desk: Desk, rows: Sequence[UserTask]) -> list[told.Task]:
    """User tasks of which the reader may know."""
    near = of_tasks(desk, rows)
    return [told.Task(**task_fields(near, row)) for row in rows]


def task_fields(near: Around, row: UserTask) -> dict[str, Any]:
    """The fields that every picture of a task has."""
    same = told.Task.model_fields.keys() - {"reference", "name"}
    return {
        "reference": near.reference(row.case_id),
        "name": near.names.get(row.id) or row.name,
        **{field: getattr(row, field) for field in same},
    }


def handoffs(desk: Desk, rows: Sequence[Handoff]) -> list[told.Handoff]:
    """Handoffs of which the reader gives, receives or steers the case."""
    near = of_handoffs(desk, rows)
    return [handoff(near, row) for row in rows]


def handoff(near: Around, row: Handoff, card: told.Card | None = None) -> told.Handoff:
    """One handoff, as far as the reader takes part in it."""
    by = near.desk.by
    steers = by.is_coordinator and row.case_id in near.cases
    receives = row.receiver_id == by.agency_id
    engaged = steers or (receives and row.state not in _UNRELATED)
    gives = row.giver_id == by.agency_id
    journey = near.movements.get(row.task_id) if row.state in HELD_HANDOFF else None
    travels = journey is not None and journey.arrived_at is None
    return told.Handoff(
        **{name: getattr(row, name) for name in _PLAIN},
        task_name=near.names.get(row.task_id) or row.task_name,
        reference=near.reference(row.case_id) if engaged or (gives and not receives) else None,
        task_id=row.task_id if engaged or (gives and travels) else None,
        giver=near.contact(row.giver_id, row.giver_name),
        receiver=near.contact(row.receiver_id, row.receiver_name) if row.id in near.named else None,
        card=card,
        movement=movement(journey) if journey and (engaged or travels) else None,
        ground=row.ground if engaged else None,
        shared=row.shared if engaged else None,
    )


_PLAIN = (
    "id", "service", "urgent", "state", "offered_at", "answer_by", "answered_at", "ended_at", "reason",
    "outcome", "revision",
)  # fmt: skip


def movement(row: Movement) -> told.Movement:
    """A journey."""
    return told.Movement(
        escort=row.escort, departed_at=row.departed_at, arrived_at=row.arrived_at, condition=row.condition
    )


def references(desk: Desk, rows: Iterable[Any]) -> dict[str, str]:
    """The references of the cases these rows belong to, of those the reader may open, by case."""
    return {case_id: case.reference for case_id, case in _cases(desk, rows).items()}
