"""Steps about people and agencies that come and go."""

from datetime import timedelta

import pytest
from pytest_bdd import given, then, when
from sqlmodel import select

from engine import agencies, clock, people
from engine import tasks as duties
from engine.access import signin
from engine.errors import Invalid
from engine.models.people import User
from engine.models.work import TaskStatus
from tests.api.client import Cast
from tests.features.steps_cases import say
from tests.features.steps_shelter import KINDS
from tests.features.world import World
from tests.people import Crew


def user(world: World, login: str) -> User:
    with world.reading() as session:
        return session.exec(select(User).where(User.login == login)).one()


def deputy(agency: str) -> str:
    return f"{agency}_2"


@given(say("{agency:Agency} has taken {duty:Duty} in hand"))
def takes_in_hand(world: World, agency: str, duty: str) -> None:
    with world.store.transaction() as session:
        duties.claim(session, world.task(duty).id, by=world.actor(agency))


@when(say("{agency:Agency} enters a leave from tomorrow on, with a deputy"))
def enters_leave(world: World, agency: str) -> None:
    now = clock.now()
    with world.store.transaction() as session:
        people.away(
            session,
            user(world, agency).id,
            start=now + timedelta(days=1),
            until=now + timedelta(days=9),
            deputy_id=user(world, deputy(agency)).id,
            by=world.actor(agency),
        )


@then(say("the deputy of {agency:Agency} has {duty:Duty} in hand"))
def deputy_has(world: World, agency: str, duty: str) -> None:
    assert world.task(duty).claimed_by_id == user(world, deputy(agency)).id
    assert world.leaves("task.reassigned", element=duty)[-1]["set"]["claimed_by_id"] == user(world, deputy(agency)).id


@then(say("{agency:Agency} has {duty:Duty} in hand"))
def has_in_hand(world: World, agency: str, duty: str) -> None:
    assert world.task(duty).claimed_by_id == user(world, agency).id


@when(say("a colleague at {agency:Agency} ends the access of who has it in hand"))
def ends_access(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        people.deactivate(session, user(world, agency).id, by=world.actor(agency, second=True))


@then(say("nobody has {duty:Duty} in hand"))
def nobody_has(world: World, duty: str) -> None:
    task = world.task(duty)
    assert (task.status, task.claimed_by_id) == (TaskStatus.OPEN, None)
    assert world.leaves("task.released", element=duty)


@when(say("{agency:Agency} gives everything in hand to a colleague"))
def gives_everything(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        mine, other = user(world, agency).id, user(world, deputy(agency)).id
        assert people.hand_all(session, mine, other, by=world.actor(agency)) == 1


@when(say("{agency:Agency} tries to end the access of everybody"))
def ends_all(world: World, agency: str) -> None:
    def end() -> None:
        with world.store.transaction() as session:
            for login in (deputy(agency), agency):
                people.deactivate(session, user(world, login).id, by=world.actor(agency))

    world.attempt(end)
    assert user(world, deputy(agency)).active, "nothing of a refused act stays"


def away_alone(world: World, agency: str, start: timedelta) -> None:
    now, by = clock.now(), world.actor(agency)
    with world.store.transaction() as session:
        people.away(session, by.user_id or "", start=now + start, until=now + timedelta(days=9), by=by)


@when(say("{agency:Agency} enters a leave from tomorrow on, without a deputy"))
def leaves_alone(world: World, agency: str) -> None:
    away_alone(world, agency, timedelta(days=1))


@given(say("{agency:Agency} enters a leave from now on, without a deputy"))
def is_away_alone(world: World, agency: str) -> None:
    away_alone(world, agency, timedelta(0))


@then(say("{agency:Agency} is called because nobody is at the desk"))
def called_about_desk(world: World, agency: str) -> None:
    assert "desk_empty" in {alarm.kind for alarm in world.alarms(agency)}
    assert world.leaves("alarm.raised", kind="desk_empty")


@when(say("everybody at {agency:Agency} goes"))
@given(say("everybody at {agency:Agency} has gone"))
def all_gone(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        by = world.actor(agency)
        for row in people.of_agency(session, by=by):
            people.deactivate(session, row.id, by=by)


@given(say("{agency:Agency} adds a colleague"))
@when(say("{agency:Agency} adds a colleague"))
def adds(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        by = world.actor(agency)
        row, password = people.add(
            session, login="new_one", name="New Example", duties=["caseworker"], language="ky", by=by
        )
        world.kept |= {"password": password, "login": row.login}


@then("the colleague can sign in with the first password")
def can_sign_in(world: World) -> None:
    with world.reading() as session:
        assert signin.verify(session, world.kept["login"], world.kept["password"]).active


@when(say("the manager of {agency:Agency} ends the access of the colleague"))
def ends_colleague(world: World, agency: str) -> None:
    row = user(world, world.kept["login"])
    with world.store.transaction() as session:
        people.deactivate(session, row.id, by=world.actor(agency))
    assert world.last_entry(row)["active"] is False


@then("the colleague can no longer sign in")
def cannot_sign_in(world: World) -> None:
    with world.reading() as session, pytest.raises(Invalid):
        signin.verify(session, world.kept["login"], world.kept["password"])


@given(say('{agency:Agency} can be reached under "{phone}", "{hours}"'))
@when(say('{agency:Agency} can be reached under "{phone}", "{hours}"'))
def reached(world: World, agency: str, phone: str, hours: str) -> None:
    with world.store.transaction() as session:
        agencies.profile(session, phone=phone, hours=hours, email="", by=world.actor(agency))


@then(say('the directory says "{phone}" and "{hours}" of {agency:Agency}'))
def directory_says(world: World, phone: str, hours: str, agency: str) -> None:
    row = world.agency(agency)
    assert (row.phone, row.hours) == (phone, hours)
    assert world.last_entry(row)["phone"] == phone


def confirm(world: World, login: str, number: int, kind: str) -> None:
    with world.store.transaction() as session:
        agencies.confirm_places(session, KINDS[kind], number, by=world.actor(login))


@when(say("{agency:Agency} confirms {number:d} places for {kind}"))
def confirms(world: World, agency: str, number: int, kind: str) -> None:
    confirm(world, agency, number, kind)


@when(say("the colleague tries to confirm {number:d} places for {kind}"))
def tries_to_confirm_places(world: World, number: int, kind: str) -> None:
    world.attempt(lambda: confirm(world, world.kept["login"], number, kind))


@then(say("{agency:Agency} has room for {number:d} {kind}"))
def has_places(world: World, agency: str, number: int, kind: str) -> None:
    place = world.place(agency, KINDS[kind])
    assert place.total == number and clock.now() - place.confirmed_at < timedelta(hours=1)
    assert world.last_entry(place)["total"] == number


def keep(world: World, by: str, agency: str) -> None:
    with world.store.transaction() as session:
        agencies.suspend(session, world.agency(agency).id, by=world.actor(by))


@when(say("{by:Agency} suspends {agency:Agency}"))
def suspends(world: World, by: str, agency: str) -> None:
    keep(world, by, agency)
    assert not world.agency(agency).active


@when(say("{by:Agency} tries to suspend {agency:Agency}"))
def tries_to_suspend(world: World, by: str, agency: str) -> None:
    world.attempt(lambda: keep(world, by, agency))


@when(say("{by:Agency} closes {agency:Agency}, and {successor:Agency} goes on"))
def closes(world: World, by: str, agency: str, successor: str) -> None:
    with world.store.transaction() as session:
        after = world.agency(successor).id
        agencies.close(session, world.agency(agency).id, successor_id=after, by=world.actor(by))
    assert world.agency(agency).closed_at is not None


@then(say("{agency:Agency} holds {duty:Duty}"))
def holds(world: World, agency: str, duty: str) -> None:
    assert world.code_of(world.task(duty).holder_id) == agency
    assert world.leaves("task.assigned", element=duty)[-1]["set"]["holder_id"] == world.agency(agency).id


@then(say("{agency:Agency} is called because care was interrupted"))
def care_interrupted(world: World, agency: str) -> None:
    assert {alarm.kind for alarm in world.alarms(agency)} == {"care_interrupted"}
    assert world.leaves("alarm.raised", kind="care_interrupted")


@when(say('{by:Agency} calls {agency:Agency} "{name}"'))
def renames(world: World, by: str, agency: str, name: str) -> None:
    world.kept["named"] = (agency, world.agency(agency).name)
    with world.store.transaction() as session:
        agencies.rename(session, world.agency(agency).id, name, by=world.actor(by))
    assert world.agency(agency).name == name


@then(say("the handoff of {duty:Duty} still names it as it was called then"))
def still_named(world: World, duty: str) -> None:
    agency, name = world.kept["named"]
    assert world.offer(duty, agency).receiver_name == name
    assert world.leaves("handoff.accepted", element=duty)[-1]["data"]["receiver"] == name


@then(say("{by:Agency} reads the name of then in the case, in the letter and by a program"))
def reads_old_name(world: World, crew: Crew, by: str) -> None:
    agency, then = world.kept["named"]
    today, case = world.agency(agency).name, f"/cases/{world.reference}"
    handoff = f"/handoffs/{world.offer('shelter_arrival', agency).id}"
    assert then in crew[by].page(case), "the stretch of time that came of it"
    script = Cast(crew.app, world.store)[by]
    for paper in (crew[by].page(f"{handoff}/letter"), script.get(f"{handoff}/letter").text):
        assert then in paper and today not in paper
    told = [h["receiver"]["name"] for h in script.read(case)["handoffs"] if handoff.endswith(h["id"])]
    assert [*told, script.read(handoff)["receiver"]["name"]] == [then, then]
    spans = {span["agency"] for span in script.read(f"{case}/timeline")["spans"]}
    assert then in spans and today not in spans
