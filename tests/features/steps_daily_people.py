"""Steps about people and agencies that come and go, and about persons with more than one case."""

from datetime import timedelta

from pytest_bdd import given, then, when
from sqlmodel import col, select

from engine import agencies, changes, clock, links, people
from engine import tasks as duties
from engine.access import signin
from engine.errors import Invalid
from engine.models.cases import Case
from engine.models.people import User
from engine.models.work import TaskStatus, UserTask
from tests.api.client import Cast
from tests.features.steps_cases import owes, say
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


@when(say("{agency:Agency} meets {number:d} people at once"))
def meets_several(world: World, agency: str, number: int) -> None:
    with world.store.transaction() as session:
        found = links.several(session, number, region=None, by=world.actor(agency))
        world.references += [case.reference for case in found]


@then(say("each of the {number:d} has a case and an intake of their own"))
def own_cases(world: World, number: int) -> None:
    with world.reading() as session:
        found = session.exec(select(Case).where(col(Case.reference).in_(world.references))).all()
        intakes = session.exec(select(UserTask.case_id).where(UserTask.element == "intake")).all()
    assert len(found) == len({case.person_id for case in found}) == number
    assert len({case.incident_id for case in found}) == 1
    assert set(intakes) == {case.id for case in found}


@then(say("none of the {number:d} cases shows another"))
def none_shows(world: World, number: int) -> None:
    everything = list(world.references)
    assert len(everything) == number
    for reference in everything:
        world.references.append(reference)
        told = repr(world.leaves())
        assert [other for other in everything if other != reference and other in told] == []


def same(world: World, agency: str) -> None:
    leading, follower = world.references[-2:]
    with world.store.transaction() as session:
        world.kept["link"] = links.same_person(session, leading, follower, by=world.actor(agency)).id


@given(say("{agency:Agency} says that both are one person"))
@when(say("{agency:Agency} says that both are one person"))
def says_same(world: World, agency: str) -> None:
    same(world, agency)


@when(say("{agency:Agency} tries to say that both are one person"))
def tries_same(world: World, agency: str) -> None:
    world.attempt(lambda: same(world, agency))


@then("the other case is unknown there")
def unknown_there(world: World) -> None:
    assert isinstance(world.refusal, Invalid) and set(world.refusal.fields) == {"other"}
    world.refusal_told = True


@when(say("{agency:Agency} undoes it"))
def undoes(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        links.undo(session, world.kept["link"], by=world.actor(agency))
    assert len(world.leaves("case.unlinked")) == 1


def persons(world: World) -> set[str]:
    with world.reading() as session:
        both = session.exec(select(Case.person_id).where(col(Case.reference).in_(world.references))).all()
    assert len(both) == 2
    return set(both)


@then("both cases are of one person")
def one_person(world: World) -> None:
    assert len(persons(world)) == 1


@then("both cases are of two persons")
def two_persons(world: World) -> None:
    assert len(persons(world)) == 2


@given(say("{agency:Agency} has closed the case as opened in error"))
def closed_in_error(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        changes.opened_in_error(session, world.reference, reason="duplicate", by=world.actor(agency))


@when(say("{agency:Agency} begins a new episode"))
def begins_again(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        world.references.append(links.new_episode(session, world.reference, by=world.actor(agency)).reference)
    owes(world, agency, "intake")
