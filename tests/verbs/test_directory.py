"""The national coordinator keeps the directory: agencies come in, change, and get their first person."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from engine import agencies, cases, people, relays
from engine.access import signin
from engine.agencies import Entry
from engine.database import Store
from engine.errors import Conflict, Invalid, NotAllowed
from engine.models.people import Agency, Reach
from engine.models.records import AuditEntry
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, NATIONAL, POLICE = "coordinator_osh", "coordinator_national", "police_osh"
HELP = "service_first_contact"
HOSPITAL = Entry(
    region="osh",
    roles=["service_provider"],
    services=["medical"],
    sexes=[],
    ages=[],
    reach=Reach.PHONE,
    phone="+996 3222 00000",
)


def added(store: Store, entry: Entry = HOSPITAL, login: str = NATIONAL) -> Agency:
    with store.transaction() as session:
        return agencies.add(session, "District hospital", entry, by=actor(session, login))


def actions(store: Store, row: Any) -> list[str]:
    """What was recorded of a row, oldest first."""
    with store.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.leaf.contains(f'"{row.id}"'))  # type: ignore[attr-defined]
        return list(session.exec(query.order_by(AuditEntry.index)).all())


def test_an_agency_without_an_account_is_asked_at_once_and_somebody_must_call_it(store: Store) -> None:
    hospital = added(store)
    assert actions(store, hospital) == ["agency.added"]
    scene = Scene(store, case_at(store, HELP, "screening", answers={"shelter_now": "no"}))
    offer = scene.handoff(HELP, hospital.code)
    with store.reading() as session:
        for login in (POLICE, COORDINATOR):
            assert [h.id for h in relays.to_carry(session, by=actor(session, login))] == [offer.id]
    scene.check_record()


def test_with_an_account_it_is_asked_once_somebody_can_sign_in(store: Store) -> None:
    hospital = added(store, replace(HOSPITAL, reach=Reach.SYSTEM))
    before = Scene(store, case_at(store, HELP, "screening", answers={"shelter_now": "no"}))
    with pytest.raises(IndexError):
        before.handoff(HELP, hospital.code)
    with store.transaction() as session:
        by = actor(session, NATIONAL)
        user, password = agencies.add_manager(
            session, hospital.id, login="hospital_1", name="H. Example", language="ru", by=by
        )
        assert signin.verify(session, "hospital_1", password).id == user.id
        assert user.duties == ["caseworker", "manager"] and user.agency_id == hospital.id
    assert actions(store, user) == ["person.added"]
    after = Scene(store, case_at(store, HELP, "screening", answers={"shelter_now": "no"}))
    assert after.handoff(HELP, hospital.code).receiver_name == "District hospital"
    with store.transaction() as session, pytest.raises(Conflict, match="already"):
        by = actor(session, NATIONAL)
        agencies.add_manager(session, hospital.id, login="hospital_2", name="H. Two", language="ru", by=by)


def test_nobody_is_put_at_a_desk_that_has_people(store: Store) -> None:
    with store.transaction() as session, pytest.raises(Conflict):
        police = session.exec(select(Agency.id).where(Agency.code == POLICE)).one()
        agencies.add_manager(session, police, login="a_spy", name="A Spy", language="ru", by=actor(session, NATIONAL))


def test_a_deserted_desk_is_filled_again(store: Store) -> None:
    with store.transaction() as session:
        by = actor(session, "attorney")
        people.deactivate(session, by.user_id or "", by=by)
        agencies.add_manager(
            session, by.agency_id or "", login="next_one", name="N. One", language="ru", by=actor(session, NATIONAL)
        )
    with store.reading() as session:
        assert people.somebody(session, by.agency_id or "")


def test_what_an_agency_does_is_changed_and_recorded(store: Store) -> None:
    hospital = added(store)
    entry = replace(HOSPITAL, region="bishkek", services=["medical", "psychological"], reach=Reach.LETTER, phone="112 ")
    with store.transaction() as session:
        changed = agencies.change(session, hospital.id, entry, by=actor(session, NATIONAL))
        assert (changed.region, changed.reach, changed.phone) == ("bishkek", Reach.LETTER, "112")
        assert changed.services == ["medical", "psychological"]
    assert actions(store, hospital) == ["agency.added", "agency.changed"]
    with store.transaction() as session, pytest.raises(Invalid) as refused:
        agencies.change(session, hospital.id, replace(entry, reach=Reach.SYSTEM), by=actor(session, NATIONAL))
    assert set(refused.value.fields) == {"reach"}, "nobody could answer there"
    Scene(store, "").check_record()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"region": "mars"}, "region"),
        ({"roles": []}, "roles"),
        ({"roles": ["wizard"]}, "roles"),
        ({"roles": ["coordinator"]}, "reach"),
        ({"services": ["magic"]}, "services"),
        ({"ages": ["old"]}, "ages"),
        ({"phone": " "}, "phone"),
    ],
)
def test_an_entry_is_checked(store: Store, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        added(store, replace(HOSPITAL, **wrong))
    assert set(refused.value.fields) == {field}


def test_nobody_becomes_a_coordinator_by_an_entry(store: Store) -> None:
    with store.transaction() as session:
        ids = {a.code: a for a in session.exec(select(Agency)).all()}
    for code, roles, region in (
        (POLICE, ["first_responder", "coordinator"], "osh"),
        (COORDINATOR, ["first_responder"], "osh"),
        (COORDINATOR, ["coordinator"], "bishkek"),
    ):
        entry = replace(HOSPITAL, roles=roles, region=region, reach=Reach.SYSTEM, services=[])
        with store.transaction() as session, pytest.raises(Invalid) as refused:
            agencies.change(session, ids[code].id, entry, by=actor(session, NATIONAL))
        assert set(refused.value.fields) == {"roles"}


@pytest.mark.parametrize("login", [COORDINATOR, POLICE, "auditor"])
def test_only_the_national_coordinator_adds_and_changes(store: Store, login: str) -> None:
    with pytest.raises(NotAllowed):
        added(store, login=login)
    hospital = added(store)
    with store.transaction() as session:
        by = actor(session, login)
        for act in (
            lambda: agencies.change(session, hospital.id, HOSPITAL, by=by),
            lambda: agencies.add_manager(session, hospital.id, login="a_spy", name="A Spy", language="ru", by=by),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_the_own_desk_is_kept_by_another(store: Store) -> None:
    with store.transaction() as session, pytest.raises(NotAllowed):
        by = actor(session, NATIONAL)
        agencies.change(session, by.agency_id or "", HOSPITAL, by=by)


def test_the_services_are_those_of_the_country_and_of_the_directory(store: Store) -> None:
    with store.reading() as session:
        found = agencies.services(session)
        assert {"medical", "shelter", "employment"} <= set(found)
        assert set(cases.current_bundle(session).country.fallbacks["shelter"]) <= set(found)
