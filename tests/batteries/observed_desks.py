"""The directory, the people and what was entered for others, compared with what the model says must be true."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.models.columns import UTCDateTime
from tests.batteries.model import Episode, Model
from tests.batteries.observed import need

AGENCIES = text("SELECT id, name, active, closed_at, successor_id FROM agency")
PEOPLE = text("SELECT id, agency_id, active, away_from, away_until, deputy_id FROM member").columns(
    away_from=UTCDateTime(), away_until=UTCDateTime()
)
RELAYS = text("SELECT id, agency_id, entered_by_agency_id, state FROM relay WHERE case_id = :case")


def compare(model: Model, session: Session, cases: Iterable[Episode]) -> None:
    """Every agency takes part, pauses or has ended as it must; everybody is there, away or gone as it must be."""
    run = session.connection().execute
    for row in run(AGENCIES):
        desk = model.desks[row.id]
        there = (row.name, bool(row.active), row.closed_at is not None, row.successor_id)
        need(there == (desk.name, desk.active, desk.closed, desk.successor), "agency", row, desk)
    people = {person.id: (desk.id, person) for desk in model.desks.values() for person in desk.people.values()}
    rows = list(run(PEOPLE))
    need(len(rows) == len(people), "people", len(rows), len(people))
    for row in rows:
        agency, person = people[row.id]
        need((row.agency_id, bool(row.active)) == (agency, person.active), "person", row, person)
        away: Any = (row.away_from, row.away_until, row.deputy_id)
        need(away == (person.away or (None, None, None)), "leave", row, person)
    for case in cases:
        _somebody_is_accountable(model, case)


def _somebody_is_accountable(model: Model, case: Episode) -> None:
    """Who answers for something takes part; and no case is led by a desk without a coordinator."""
    if case.open:
        lead = model.desks[case.lead]
        need(lead.coordinates(model.now), "a case is led by nobody", lead)
        for duty in case.owed():
            need(model.desks[duty.accountable].active, "accountable, but takes no part:", duty)


def compare_relays(case: Episode, session: Session) -> None:
    """What was entered for others: for whom, by whom, confirmed or disputed."""
    rows = {row.id: row for row in session.connection().execute(RELAYS, {"case": case.id})}
    need(set(rows) == set(case.relays), "relays", set(rows) ^ set(case.relays))
    for key, relay in case.relays.items():
        row = rows[key]
        found = (row.agency_id, row.entered_by_agency_id, row.state)
        need(found == (relay.agency, relay.entered_by, relay.state), "relay", row, relay)
