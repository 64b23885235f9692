"""What the database holds, compared with what the model says must be true."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.models.columns import UTCDateTime
from engine.models.work import HandoffState
from engine.transitions import TRANSITIONS
from tests.batteries import observed_changes
from tests.batteries.model import HELD, OPEN, PENDING, Duty, Episode, Model

TASKS = text(
    "SELECT id, instance_id, scope, lane, process, element, service, purpose, urgent, status, giver_id,"
    " holder_id, accountable_id, claimed_by_id, revision FROM user_task WHERE case_id = :case ORDER BY element, service"
)
HANDOFFS = text(
    "SELECT id, task_id, instance_id, scope, lane, giver_id, receiver_id, state, consent_id, ground, unit, place_id,"
    " giver_name, receiver_name FROM handoff WHERE case_id = :case ORDER BY offered_at, id"
)
FILLS = text(
    "SELECT instance_id, scope, lane, agency_id, place_id, places FROM participation"
    " WHERE case_id = :case AND until IS NULL"
)
PLACES = text("SELECT id, agency_id, kind, total, taken, confirmed_at FROM place").columns(confirmed_at=UTCDateTime())
GIVEN = text("SELECT place_id, sum(places) FROM participation WHERE until IS NULL AND place_id IS NOT NULL GROUP BY 1")
ALARMS = text(
    "SELECT task_id, kind, to_id FROM alarm WHERE case_id = :case AND settled_at IS NULL AND kind <> 'overdue'"
)
ALIVE = text(
    "SELECT (SELECT count(*) FROM deadline WHERE case_id = :case AND state = 'running' AND kind = 'timer')"
    " + (SELECT count(*) FROM catch WHERE case_id = :case)"
)


class Wrong(AssertionError):
    """The database differs from the model."""


def need(holds: bool, *about: Any) -> None:
    """One thing that must hold."""
    if not holds:
        raise Wrong(" ".join(str(part) for part in about))


@dataclass
class Seen:
    """One case as the database has it."""

    tasks: list[Any]
    handoffs: list[Any]
    fills: list[Any]
    alarms: set[tuple[str | None, str, str]]
    alive: int
    more: observed_changes.More


def look(session: Session, case_id: str) -> Seen:
    """Read one case."""
    about = {"case": case_id}
    run = session.connection().execute
    return Seen(
        list(run(TASKS, about)),
        list(run(HANDOFFS, about)),
        list(run(FILLS, about)),
        {(row[0], row[1], row[2]) for row in run(ALARMS, about)},
        int(run(ALIVE, about).scalar_one()),
        observed_changes.look(session, case_id),
    )


def new_duties(seen: Seen, case: Episode) -> list[Duty]:
    """The steps opened since the model last looked."""
    return [
        Duty(
            id=row.id,
            case=case.id,
            key=(row.instance_id, row.scope, row.lane),
            process=row.process,
            element=row.element,
            service=row.service,
            purpose=row.purpose,
            urgent=bool(row.urgent),
        )
        for row in seen.tasks
        if row.id not in case.duties
    ]


def compare(model: Model, case: Episode, seen: Seen, before: dict[str, str]) -> None:
    """Raise Wrong at the first difference. `before` holds the handoff states of this case until now."""
    status = seen.more.case.status
    need(status == ("open" if case.open else "closed"), "case", status, case.open)
    _tasks(case, seen)
    _handoffs(case, seen, before)
    _fills(case, seen)
    _alarms(model, case, seen)
    busy = any(row.status in OPEN for row in seen.tasks) or seen.alive > 0
    need(not case.open or busy, "an open case has no open task, no running timer and no awaited message")
    wrong = observed_changes.differences(case, seen.more, seen.alarms)
    need(not wrong, *wrong)
    observed_changes.remember(case, seen.more)


def _tasks(case: Episode, seen: Seen) -> None:
    need(len(seen.tasks) == len(case.duties), "tasks", len(seen.tasks), len(case.duties))
    for row in seen.tasks:
        duty = case.duties[row.id]
        need(row.status == duty.status, "status of", row.element, row.status, "must be", duty.status)
        if row.status not in OPEN:
            continue
        need(
            row.accountable_id == duty.accountable, "accountable for", row.element, row.accountable_id, duty.accountable
        )
        need(bool(row.urgent) == duty.urgent, "urgency of", row.element, row.urgent, duty.urgent)
        need(row.holder_id == duty.holder, "holder of", row.element, row.holder_id, duty.holder)
        need(row.giver_id == duty.giver, "giver of", row.element, row.giver_id, duty.giver)
        need(row.claimed_by_id == duty.by, "claimed", row.element, row.claimed_by_id, duty.by)


def _handoffs(case: Episode, seen: Seen, before: dict[str, str]) -> None:
    fresh = case.offers[len(case.known) :]
    for row in seen.handoffs:
        offer = case.known.get(row.id)
        if offer is None:
            match = [o for o in fresh if (o.task, o.to, o.state) == (row.task_id, row.receiver_id, row.state)]
            need(bool(match), "an offer that must not be:", row)
            offer = match[0]
            fresh.remove(offer)
            offer.id, case.known[row.id] = row.id, offer
            need(row.place_id is not None or offer.beds is None, "a place is missing", row)
            _ground(row, offer.basis)
        _row(row, offer, before)
    need(not fresh, "an offer is missing:", fresh)
    _one_answer(case, seen)


def _ground(row: Any, basis: str) -> None:
    if row.state == "exhausted":
        return
    need(bool(row.consent_id) == basis.startswith("consent"), "ground", row, basis)
    need(row.ground == ("" if basis.startswith("consent") else basis), "ground", row, basis)


def _row(row: Any, offer: Any, before: dict[str, str]) -> None:
    need(row.state == offer.state, "handoff", row, "must be", offer.state)
    need((row.giver_id, row.receiver_id) == (offer.giver, offer.to), "parties", row, offer)
    need((row.giver_name, row.receiver_name) == offer.names, "names", row, offer)
    was = before.get(row.id)
    if was not in (None, row.state):
        allowed = HandoffState(row.state) in TRANSITIONS[HandoffState(was)]
        need(allowed, "a handoff went from", was, "to", row.state)
    need(was is not None or row.state in ("offered", "exhausted"), "a handoff began as", row.state)
    before[row.id] = row.state


def _one_answer(case: Episode, seen: Seen) -> None:
    """Straight from the rows, without the model: one holder per lane; a held lane is offered by its holder only."""
    held: set[tuple[str, str, str]] = set()
    asked: dict[tuple[str, str, str], str] = {}
    for row in seen.handoffs:
        key = (row.instance_id, row.scope, row.lane)
        if row.state in HELD:
            need(key not in held, "two agencies hold one lane", row)
            held.add(key)
        elif row.state in PENDING:
            asked[key] = row.giver_id
    for task in seen.tasks:
        key = (task.instance_id, task.scope, task.lane)
        free = task.status not in ("open", "claimed")
        need(free or asked.get(key, task.holder_id) == task.holder_id, "a held task is offered by another", task)


def _fills(case: Episode, seen: Seen) -> None:
    there = {(r.instance_id, r.scope, r.lane): r for r in seen.fills}
    need(len(there) == len(seen.fills), "two agencies fill one lane")
    for key, fill in case.fills.items():
        row = there.get(key)
        need(row is not None and row.agency_id == fill.agency, "lane", key, row, fill)
        need(row is not None and (row.place_id is None) == (fill.beds is None), "place of", key, row, fill)
    extra = [key for key in there if key not in case.fills]
    need(not extra, "a lane is filled that must be empty:", extra)


def _alarms(model: Model, case: Episode, seen: Seen) -> None:
    for duty in case.owed():
        if duty.status == "awaiting":
            need(bool(duty.exhausted) != bool(case.pending(duty.key)), "nobody is asked, and nobody was told:", duty)
        if duty.status == "awaiting" and duty.exhausted:
            desk = model.duty_desk if duty.exhausted == "no_taker" else case.lead
            need((duty.id, duty.exhausted, desk) in seen.alarms, "nobody is alarmed:", duty)
        if duty.interrupted:
            need((duty.id, "care_interrupted", case.lead) in seen.alarms, "nobody looks after:", duty)


def compare_places(model: Model, session: Session) -> None:
    """Places taken are those given, never more than there are, and as the model counts them."""
    run = session.connection().execute
    given = {row[0]: int(row[1]) for row in run(GIVEN)}
    for row in run(PLACES):
        beds = model.beds[row.agency_id, row.kind]
        need(row.taken == beds.taken == given.get(row.id, 0), "places", row, beds, given.get(row.id, 0))
        beds.over = beds.over and row.taken > row.total
        need(0 <= row.taken <= row.total or beds.over, "more places taken than there are", row)
