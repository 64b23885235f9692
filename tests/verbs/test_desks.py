"""No coordinating desk is left empty by ordinary acts; where one is all the same, others are called."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from engine import agencies, alarms, audit, cases, changes, clock, desks, people, worker
from engine.actor import SYSTEM
from engine.database import Store
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.people import Agency, User
from engine.models.records import AuditEntry
from engine.models.work import Alarm, AlarmKind
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, SECOND, BISHKEK = "coordinator_osh", "coordinator_osh_2", "coordinator_bishkek"
NATIONAL, NATIONAL_2, SHELTER = "coordinator_national", "coordinator_national_2", "shelter_osh"


def who(store: Store, login: str) -> User:
    with store.reading() as session:
        return session.exec(select(User).where(User.login == login)).one()


def does(store: Store, login: str, verb: Any, /, *about: Any, **more: Any) -> Any:
    with store.transaction() as session:
        return verb(session, *about, **more, by=actor(session, login))


def leave(store: Store, login: str, deputy: str, start: timedelta = timedelta(0), days: int = 9) -> User:
    times = {"start": clock.now() + start, "until": clock.now() + start + timedelta(days=days)}
    user: User = does(store, login, people.away, who(store, login).id, **times, deputy_id=who(store, deputy).id)
    return user


def recorded(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.index))).all())


def empty(store: Store, *logins: str) -> None:
    """What no act does any more: nobody is left at a desk who coordinates, as in a store of before."""
    with store.transaction() as session:
        for user in session.exec(select(User).where(col(User.login).in_(logins))).all():
            user.away_from, user.away_until = clock.now() - timedelta(hours=1), clock.now() + timedelta(days=9)
            session.add(user)
            audit.record(session, "person.away", user, by=SYSTEM)


@pytest.mark.parametrize(("here", "deputy"), [(COORDINATOR, SECOND), (NATIONAL, NATIONAL_2)])
@pytest.mark.parametrize("start", [timedelta(0), timedelta(days=3)])
def test_the_deputy_of_a_coordinator_stays(store: Store, here: str, deputy: str, start: timedelta) -> None:
    leave(store, here, deputy, start)
    with pytest.raises(Conflict, match="is the deputy of"):
        does(store, here, people.deactivate, who(store, deputy).id)
    assert who(store, deputy).active and recorded(store)[-1] == "person.away"
    does(store, here, people.back, who(store, here).id)
    does(store, here, people.deactivate, who(store, deputy).id)
    assert not who(store, deputy).active and recorded(store)[-1] == "person.deactivated"


def test_who_alone_is_there_stays_whoever_stands_in(store: Store) -> None:
    third = does(store, COORDINATOR, people.add, login="third", name="A third", duties=["coordinator"], language="ru")[
        0
    ].id
    leave(store, COORDINATOR, SECOND)
    leave(store, SECOND, "third")
    with pytest.raises(Conflict, match="is the deputy of"):
        does(store, COORDINATOR, people.deactivate, third)
    does(store, COORDINATOR, people.deactivate, who(store, COORDINATOR).id)
    does(store, SECOND, people.back, who(store, SECOND).id)
    empty(store, SECOND)
    with pytest.raises(Conflict, match="Every other coordinator of your agency is on leave"):
        does(store, SECOND, people.deactivate, third)


def test_only_a_coordinator_stands_in_for_one(store: Store) -> None:
    does(store, COORDINATOR, people.add, login="helper", name="Helper", duties=["caseworker"], language="en")
    for login in (COORDINATOR, SECOND):
        with pytest.raises(Invalid) as refused:
            leave(store, login, "helper")
        assert "stands in for a coordinator" in refused.value.fields["deputy"]
    assert leave(store, "helper", COORDINATOR).away_from is not None


def test_new_cases_are_led_where_a_coordinator_is(store: Store) -> None:
    def lead(region: str) -> str:
        with store.reading() as session:
            return cases.lead_coordinator(session, region).code

    assert lead("osh") == COORDINATOR
    empty(store, COORDINATOR, SECOND)
    assert (lead("osh"), lead("bishkek")) == (NATIONAL, BISHKEK)
    empty(store, NATIONAL, NATIONAL_2, BISHKEK, "coordinator_bishkek_2")
    assert lead("osh") == COORDINATOR, "nobody is anywhere: the desk of the region still leads"


@pytest.fixture
def led(store: Store) -> Iterator[Scene]:
    """A case that waits at the shelter; the desk that leads it owes nothing in it."""
    yield Scene(store, case_at(store, "stay_review"))


def calls(scene: Scene) -> set[str]:
    while worker.call_about_one_empty_desk(scene.store):
        pass
    return {code for kind, code in scene.alarms() if kind == "desk_empty"}


def test_an_empty_desk_that_only_leads_is_seen(led: Scene) -> None:
    owed = [task for task in led.tasks() if task.holder_id == led.agency(COORDINATOR) and task.ended_at is None]
    with led.store.transaction() as session:  # it leads, and owes nothing
        for task in owed:
            row = session.get_one(type(task), task.id)
            row.holder_id = led.agency("witness_protection")
            session.add(row)
    assert calls(led) == set()
    empty(led.store, COORDINATOR, SECOND)
    assert calls(led) == {NATIONAL}, "the national desk is called, once"
    alarm = next(a for a in _alarms(led) if a.kind is AlarmKind.DESK_EMPTY)
    led.act(NATIONAL, lambda s, by: alarms.acknowledge(s, alarm.id, by=by))
    assert not worker.call_about_one_empty_desk(led.store)


def test_alarms_nobody_sees_at_an_empty_desk_are_seen(led: Scene) -> None:
    led.act(SHELTER, lambda s, by: changes.danger(s, led.reference, by=by))
    assert ("danger", NATIONAL) in led.alarms()
    empty(led.store, NATIONAL, NATIONAL_2)
    assert calls(led) == {COORDINATOR}, "who leads the case is called about what waits at the national desk"


def test_where_nobody_is_at_all_nobody_is_called(led: Scene) -> None:
    empty(led.store, COORDINATOR, SECOND, NATIONAL, NATIONAL_2, BISHKEK, "coordinator_bishkek_2")
    assert calls(led) == set()


def test_a_caseworker_alone_leads_nothing(led: Scene) -> None:
    does(led.store, COORDINATOR, people.add, login="helper", name="Helper", duties=["caseworker"], language="en")
    empty(led.store, COORDINATOR, SECOND)
    with led.store.reading() as session:
        assert led.case().id in desks.waiting_unseen(session, clock.now())
    assert calls(led) == {NATIONAL}


def _alarms(scene: Scene) -> list[Alarm]:
    with scene.store.reading() as session:
        return list(session.exec(select(Alarm).where(Alarm.case_id == scene.case().id)).all())


def test_the_desk_where_alarms_end_neither_pauses_nor_closes(store: Store) -> None:
    with store.transaction() as session:  # another desk of the whole country, as a keeper of the store would enter it
        words = {"code": "second_desk", "name": "Second desk", "region": "national", "roles": ["coordinator"]}
        agency = Agency(**words)
        session.add(agency)
        session.flush()
        user = User(agency_id=agency.id, login="second_desk", name="Second", duties=["coordinator"])
        session.add(user)
        audit.record(session, "agency.added", agency, by=SYSTEM)
        audit.record(session, "person.added", user, by=SYSTEM)
    with store.reading() as session:
        duty_desk = session.exec(select(Agency.id).where(Agency.code == NATIONAL)).one()
    for verb, more in ((agencies.suspend, {}), (agencies.close, {"successor_id": None})):
        with pytest.raises(Conflict, match="Every alarm of the country ends at this desk"):
            does(store, "second_desk", verb, duty_desk, **more)


def test_a_desk_whose_cases_nobody_could_lead_neither_pauses_nor_closes(store: Store) -> None:
    with store.reading() as session:
        region = session.exec(select(Agency.id).where(Agency.code == COORDINATOR)).one()
    empty(store, NATIONAL, NATIONAL_2)
    for verb, more in ((agencies.suspend, {}), (agencies.close, {"successor_id": None})):
        with pytest.raises(Conflict, match="No coordinator is at the national desk"):
            does(store, NATIONAL, verb, region, **more)
    does(store, NATIONAL, people.back, who(store, NATIONAL).id)
    does(store, NATIONAL, agencies.suspend, region)
    assert "agency.suspended" in recorded(store)


def test_who_had_gone_is_here_again(store: Store) -> None:
    leave(store, SECOND, COORDINATOR)
    second = who(store, SECOND).id
    with pytest.raises(Conflict, match="active already"):
        does(store, COORDINATOR, people.reactivate, second)
    does(store, COORDINATOR, people.deactivate, second)
    with pytest.raises(NotFound):
        does(store, SHELTER, people.reactivate, second)
    does(store, COORDINATOR, people.reactivate, second)
    found = who(store, SECOND)
    assert found.active and (found.away_from, found.away_until, found.deputy_id) == (None, None, None)
    assert recorded(store)[-1] == "person.reactivated"


def test_only_who_keeps_the_people_gives_access_again(store: Store) -> None:
    does(store, COORDINATOR, people.add, login="boss", name="Boss", duties=["manager"], language="en")
    plain = does(store, COORDINATOR, people.add, login="plain", name="Plain", duties=["caseworker"], language="en")[
        0
    ].id
    gone = who(store, SECOND).id
    does(store, COORDINATOR, people.deactivate, gone)
    for login in ("boss", "plain"):
        with pytest.raises(NotAllowed):
            does(store, login, people.reactivate, gone)
    does(store, "boss", people.deactivate, plain)
    does(store, "boss", people.reactivate, plain)
    assert who(store, "plain").active and not who(store, SECOND).active
