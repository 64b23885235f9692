"""Another country is a pair of folders and no Python: an invented one, from detection to its end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from engine import audit, bundles, cases, deadlines, handoffs, migrations, tasks
from engine.access.signin import actor_of
from engine.actor import SYSTEM, Actor
from engine.audit import reconcile
from engine.config import settings
from engine.database import Store
from engine.models.cases import Case, CaseStatus
from engine.models.people import Agency, User
from engine.models.work import Handoff, HandoffState, UserTask
from engine.process.check import check
from engine.vault import Vault

EXLAND = Path(__file__).parent / "countries" / "xx"
AGENCIES = {"finders": "first_responder", "desk": "coordinator", "healers": "healer"}


@pytest.fixture
def exland(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store in which only the invented country exists."""
    monkeypatch.setattr(settings(), "country", "xx")
    monkeypatch.setattr(settings(), "workflows", EXLAND / "workflows")
    monkeypatch.setattr(settings(), "forms", EXLAND / "forms")
    deadlines.holidays.cache_clear()
    store = Store(empty_database_url, Vault(b"x" * 32))
    migrations.upgrade(store)
    with store.transaction() as session:
        bundles.deploy(session, bundles.shipped(settings()))
    yield store
    store.close()
    deadlines.holidays.cache_clear()


@pytest.fixture
def people(exland: Store) -> dict[str, Actor]:
    """One person for each agency of the invented country."""
    with exland.transaction() as session:
        found = {}
        for code, role in AGENCIES.items():
            agency = Agency(code=code, name=code.title(), roles=[role], region="island")
            session.add(agency)
            session.flush()
            audit.record(session, "agency.added", agency, by=SYSTEM)
            user = User(agency_id=agency.id, login=code, name=code, duties=["caseworker", role])
            session.add(user)
            audit.record(session, "person.added", user, by=SYSTEM)
            found[code] = actor_of(user, agency)
        return found


@pytest.mark.once
def test_the_invented_country_can_run() -> None:
    files = {p.name: p.read_bytes() for p in (EXLAND / "workflows").iterdir()}
    files |= {f"forms/{p.name}": p.read_bytes() for p in (EXLAND / "forms").iterdir()}
    assert check(files) == []


def test_a_case_of_the_invented_country_goes_to_its_end(exland: Store, people: dict[str, Actor]) -> None:
    with exland.transaction() as session:
        case_id = cases.open_case(session, by=people["finders"]).id
    do(exland, case_id, people["finders"], {"soon": "later", "consent_help": "given"})
    with exland.transaction() as session:
        offer = session.exec(select(Handoff).where(Handoff.case_id == case_id)).one()
        assert (offer.receiver_name, offer.state) == ("Healers", HandoffState.OFFERED)
        handoffs.accept(session, offer.id, by=people["healers"])
    do(exland, case_id, people["healers"], {"helped": "yes"})
    do(exland, case_id, people["desk"], {"why": "She is well."})
    with exland.reading() as session:
        assert session.get_one(Case, case_id).status is CaseStatus.CLOSED
        assert session.exec(select(Handoff.state, Handoff.outcome)).one() == (HandoffState.DONE, "helped")
        assert reconcile.verify(session).intact


@pytest.mark.once
def test_its_weekend_is_its_own(exland: Store) -> None:
    """Three working days from a Wednesday where only Friday is free: Thursday, Saturday, Sunday."""
    with exland.reading() as session:
        bundle = cases.current_bundle(session)
    start = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)  # Wednesday noon on the island
    due = deadlines.due(bundle.country, bundle.clocks["healing"], start, {})
    assert due is not None and due.date().isoformat() == "2026-11-22"


def do(store: Store, case_id: str, by: Actor, answers: dict[str, str]) -> None:
    """Do the one task this agency has in the case."""
    with store.transaction() as session:
        query = select(UserTask).where(UserTask.case_id == case_id, UserTask.holder_id == by.agency_id)
        task = next(t for t in session.exec(query).all() if t.ended_at is None)
        tasks.claim(session, task.id, by=by)
        tasks.complete(session, task.id, answers, by=by)
