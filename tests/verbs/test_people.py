"""People come and go; several people, and twice the same person."""

from datetime import timedelta, timezone

import pytest
from sqlmodel import Session, select

from engine import alarms, changes, clock, links, people, tasks, worker
from engine.actor import Actor
from engine.database import Store
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import Case, Link
from engine.models.people import User
from engine.models.work import Alarm, AlarmKind, HandoffState, TaskStatus
from tests.factories import case_at, make_case
from tests.people import actor
from tests.times import ahead
from tests.verbs.scene import Scene

COORDINATOR, SECOND, NATIONAL = "coordinator_osh", "coordinator_osh_2", "coordinator_national"
POLICE, SHELTER, OTHER = "police_osh", "shelter_osh", "shelter_bishkek"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A person in the shelter of Osh; the coordinator has the plan in hand."""
    scene = Scene(store, case_at(store, "stay_review", "case_plan"))
    plan = scene.task("case_plan").id
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, plan, by=by))
    return scene


def user(scene: Scene, login: str) -> User:
    with scene.store.reading() as session:
        return session.exec(select(User).where(User.login == login)).one()


def in_hand(scene: Scene) -> str | None:
    task = scene.task("case_plan")
    with scene.store.reading() as session:
        return session.get_one(User, task.claimed_by_id).login if task.claimed_by_id else None


def leave(scene: Scene, start: timedelta, until: timedelta, deputy: str = SECOND, login: str = COORDINATOR) -> None:
    now, deputy_id, user_id = clock.now(), user(scene, deputy).id, user(scene, login).id
    times = {"start": now + start, "until": now + until}
    scene.act(login, lambda s, by: people.away(s, user_id, **times, deputy_id=deputy_id, by=by))


def test_a_leave_that_has_begun_gives_the_deputy_what_is_in_hand(scene: Scene) -> None:
    leave(scene, timedelta(hours=-1), timedelta(days=3))
    assert in_hand(scene) == SECOND
    assert scene.actions() == ["task.reassigned"]
    scene.check_record()


def test_the_worker_moves_duties_when_a_leave_begins_and_only_once(scene: Scene) -> None:
    leave(scene, timedelta(hours=2), timedelta(days=3))
    worker.drain(scene.store)
    assert in_hand(scene) == COORDINATOR
    with ahead(timedelta(hours=3)):
        assert worker.begin_one_leave(scene.store)
        assert in_hand(scene) == SECOND
        assert not worker.begin_one_leave(scene.store)
        plan = scene.task("case_plan").id
        scene.act(SECOND, lambda s, by: tasks.release(s, plan, by=by))
        scene.act(COORDINATOR, lambda s, by: tasks.claim(s, plan, by=by))
        assert not worker.begin_one_leave(scene.store), "what is taken up during the leave stays"
        assert in_hand(scene) == COORDINATOR
    scene.check_record()


def test_a_deputy_who_is_gone_leaves_the_duty_on_the_desk(scene: Scene) -> None:
    add = {"login": "colleague", "name": "Colleague", "duties": ["caseworker"], "language": "ru"}
    scene.act(SHELTER, lambda s, by: people.add(s, **add, by=by))
    review = scene.task("stay_review").id
    scene.act(SHELTER, lambda s, by: tasks.claim(s, review, by=by))
    leave(scene, timedelta(hours=2), timedelta(days=3), "colleague", SHELTER)
    scene.act(SHELTER, lambda s, by: people.deactivate(s, user(scene, "colleague").id, by=by))
    with ahead(timedelta(hours=3)):
        worker.begin_one_leave(scene.store)
    assert (scene.task("stay_review").claimed_by_id, scene.task("stay_review").status) == (None, TaskStatus.OPEN)


def test_a_time_of_another_zone_is_recorded_as_the_same_instant(scene: Scene) -> None:
    here = timezone(timedelta(hours=6))
    start, user_id, deputy_id = clock.now().astimezone(here), user(scene, COORDINATOR).id, user(scene, SECOND).id
    times = {"start": start, "until": start + timedelta(days=2)}
    scene.act(COORDINATOR, lambda s, by: people.away(s, user_id, **times, deputy_id=deputy_id, by=by))
    scene.check_record()


@pytest.mark.parametrize(
    ("start", "until", "deputy", "field"),
    [(1, 1, SECOND, "until"), (-9, -8, SECOND, "until"), (1, 2, POLICE, "deputy"), (1, 2, COORDINATOR, "deputy")],
)
def test_a_leave_needs_an_end_and_a_colleague(scene: Scene, start: int, until: int, deputy: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        leave(scene, timedelta(days=start), timedelta(days=until), deputy)
    assert set(refused.value.fields) == {field}


def test_two_are_not_away_for_each_other(scene: Scene) -> None:
    leave(scene, timedelta(days=1), timedelta(days=3))
    with pytest.raises(Invalid) as refused:
        leave(scene, timedelta(days=2), timedelta(days=5), COORDINATOR, SECOND)
    assert set(refused.value.fields) == {"deputy"}
    leave(scene, timedelta(days=3), timedelta(days=5), COORDINATOR, SECOND)


def test_who_is_away_is_not_among_those_who_can_be_given_a_task(scene: Scene) -> None:
    leave(scene, timedelta(hours=-1), timedelta(days=3))
    assert in_hand(scene) == SECOND
    with scene.store.reading() as session:
        here = tasks.colleagues(session, agency_id=scene.task("case_plan").holder_id)
    assert [user.login for user in here] == [SECOND]


def alone(scene: Scene, start: timedelta, until: timedelta, login: str = SHELTER) -> None:
    """Somebody without a colleague enters a leave."""
    now, user_id = clock.now(), user(scene, login).id
    scene.act(login, lambda s, by: people.away(s, user_id, start=now + start, until=now + until, by=by))


def test_who_is_alone_at_a_desk_may_be_away_and_the_coordinator_is_called_once(scene: Scene) -> None:
    stay = scene.task("stay_review").id
    scene.act(SHELTER, lambda s, by: tasks.claim(s, stay, by=by))
    alone(scene, timedelta(hours=-1), timedelta(days=3))
    assert (scene.task("stay_review").status, scene.task("stay_review").claimed_by_id) == (TaskStatus.OPEN, None)
    assert scene.actions()[:2] == ["task.released", "alarm.raised"]
    assert scene.alarms() == {("desk_empty", COORDINATOR)}
    assert not worker.call_about_one_empty_desk(scene.store), "once for each leave"
    (alarm,) = [a for a in _alarms(scene) if a.kind is AlarmKind.DESK_EMPTY]
    scene.act(COORDINATOR, lambda s, by: alarms.acknowledge(s, alarm.id, by=by))
    assert not worker.call_about_one_empty_desk(scene.store)
    scene.check_record()


def _alarms(scene: Scene) -> list[Alarm]:
    with scene.store.reading() as session:
        return list(session.exec(select(Alarm).where(Alarm.case_id == scene.case().id)).all())


def test_the_worker_calls_the_coordinator_when_the_last_one_leaves(scene: Scene) -> None:
    alone(scene, timedelta(hours=2), timedelta(days=3))
    assert scene.alarms() == set() and not worker.call_about_one_empty_desk(scene.store)
    with ahead(timedelta(hours=3)):
        assert worker.call_about_one_empty_desk(scene.store)
        assert scene.alarms() == {("desk_empty", COORDINATOR)}
        assert not worker.call_about_one_empty_desk(scene.store)
    scene.check_record()


def test_a_desk_where_everybody_is_away_gets_no_offers(store: Store) -> None:
    scene = Scene(store, case_at(store, "intake"))
    alone(scene, timedelta(hours=-1), timedelta(days=3))
    scene.play("shelter_arrival", "screening")
    with pytest.raises(IndexError):
        scene.handoff("shelter_arrival", SHELTER)
    assert scene.handoff("shelter_arrival", OTHER).state is HandoffState.OFFERED


def test_a_coordinators_desk_is_never_left_alone(scene: Scene) -> None:
    with pytest.raises(Invalid) as refused:
        alone(scene, timedelta(hours=1), timedelta(days=3), COORDINATOR)
    assert set(refused.value.fields) == {"deputy"} and user(scene, COORDINATOR).away_from is None


def test_the_last_manager_stays_while_there_is_anybody_to_manage(scene: Scene) -> None:
    def add(duties: list[str]) -> User:
        login = f"new_{duties[0]}"
        return scene.act(
            SHELTER, lambda s, by: people.add(s, login=login, name="New", duties=duties, language="ru", by=by)
        )[0]

    add(["caseworker"])
    manager = user(scene, SHELTER).id
    with pytest.raises(Conflict, match="last manager"):
        scene.act(SHELTER, lambda s, by: people.deactivate(s, manager, by=by))
    add(["manager"])
    scene.act("new_manager", lambda s, by: people.deactivate(s, manager, by=by))
    assert not user(scene, SHELTER).active
    assert scene.open()["stay_review"] == SHELTER, "somebody is still there"


def test_nothing_is_given_to_who_is_away(scene: Scene) -> None:
    leave(scene, timedelta(hours=-1), timedelta(days=3))
    plan, mine = scene.task("case_plan").id, user(scene, COORDINATOR).id
    with pytest.raises(Conflict, match="is away"):
        scene.act(SECOND, lambda s, by: tasks.reassign(s, plan, mine, by=by))


def test_back_again(scene: Scene) -> None:
    mine = user(scene, COORDINATOR).id
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: people.back(s, mine, by=by))
    leave(scene, timedelta(hours=-1), timedelta(days=3))
    scene.act(COORDINATOR, lambda s, by: people.back(s, mine, by=by))
    found = user(scene, COORDINATOR)
    assert (found.away_from, found.away_until, found.deputy_id) == (None, None, None)


def test_who_has_gone_leaves_the_duties_on_the_desk(scene: Scene) -> None:
    mine = user(scene, COORDINATOR).id
    scene.act(SECOND, lambda s, by: people.deactivate(s, mine, by=by))
    assert in_hand(scene) is None and scene.task("case_plan").status is TaskStatus.OPEN
    with pytest.raises(Conflict, match="no longer active"):
        scene.act(SECOND, lambda s, by: people.deactivate(s, mine, by=by))
    with pytest.raises(Conflict, match="last active coordinator"):
        scene.act(SECOND, lambda s, by: people.deactivate(s, user(scene, SECOND).id, by=by))
    scene.check_record()


def test_a_caseworker_sends_nobody_away_not_even_oneself(scene: Scene) -> None:
    def add(session: Session, by: Actor) -> str:
        return people.add(session, login="plain", name="P. Plain", duties=["caseworker"], language="ru", by=by)[0].id

    plain = scene.act(SHELTER, add)
    for target in (plain, user(scene, SHELTER).id):
        with pytest.raises(NotAllowed):
            scene.act("plain", lambda s, by, target=target: people.deactivate(s, target, by=by))
    with pytest.raises(NotAllowed):
        scene.act("plain", add)
    with pytest.raises(NotFound):
        scene.act(SHELTER, lambda s, by: people.deactivate(s, user(scene, POLICE).id, by=by))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": "a b"}, "login"),
        ({"login": POLICE}, "login"),
        ({"name": " "}, "name"),
        ({"duties": []}, "duties"),
        ({"duties": ["coordinator"]}, "duties"),
        ({"language": "de"}, "language"),
    ],
)
def test_a_new_colleague_is_checked(store: Store, changes: dict[str, object], field: str) -> None:
    given = {"login": "newcomer", "name": "New Example", "duties": ["caseworker"], "language": "ky"} | changes
    with store.transaction() as session, pytest.raises(Invalid) as refused:
        people.add(session, **given, by=actor(session, SHELTER))  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


def test_several_people_have_nothing_in_common_but_the_event(store: Store) -> None:
    with store.transaction() as session:
        found = links.several(session, 3, region=None, by=actor(session, POLICE))
    assert len({case.incident_id for case in found}) == 1
    assert len({case.person_id for case in found}) == len({case.facts for case in found}) == 3
    for count in (1, 51):
        with store.transaction() as session, pytest.raises(Invalid):
            links.several(session, count, region=None, by=actor(session, POLICE))


@pytest.fixture
def pair(store: Store) -> tuple[Scene, Scene]:
    """Two cases in two regions; the follower's coordinator has the plan in hand."""
    first = Scene(store, case_at(store, "stay_review", "case_plan"))
    second = Scene(store, case_at(store, "case_plan", login="police_bishkek", answers={"shelter_now": "no"}))
    plan = second.task("case_plan").id
    second.act("coordinator_bishkek", lambda s, by: tasks.claim(s, plan, by=by))
    return first, second


def test_one_leads_and_the_other_follows_until_it_is_undone(pair: tuple[Scene, Scene]) -> None:
    first, second = pair
    person = second.case().person_id
    link: Link = first.act(NATIONAL, lambda s, by: links.same_person(s, first.reference, second.reference, by=by))
    assert second.case().person_id == first.case().person_id != person
    plan = second.task("case_plan")
    assert (second.code(plan.holder_id or ""), plan.status, plan.claimed_by_id) == (COORDINATOR, TaskStatus.OPEN, None)
    assert "case.linked" in first.actions() and "case.linked" in [a for a, _ in second.recorded()]
    with pytest.raises(Conflict):
        first.act(NATIONAL, lambda s, by: links.same_person(s, second.reference, first.reference, by=by))
    first.act(NATIONAL, lambda s, by: links.undo(s, link.id, by=by))
    assert second.case().person_id == person
    assert second.code(second.task("case_plan").holder_id or "") == "coordinator_bishkek"
    with pytest.raises(Conflict):
        first.act(NATIONAL, lambda s, by: links.undo(s, link.id, by=by))
    first.check_record()


def test_only_who_sees_both_links_and_only_who_sees_it_undoes(pair: tuple[Scene, Scene]) -> None:
    first, second = pair
    with pytest.raises(Invalid):
        first.act(COORDINATOR, lambda s, by: links.same_person(s, first.reference, second.reference, by=by))
    third = make_case(first.store)
    with pytest.raises(NotAllowed):
        first.act(POLICE, lambda s, by: links.same_person(s, first.reference, third, by=by))
    link = first.act(NATIONAL, lambda s, by: links.same_person(s, first.reference, second.reference, by=by))
    with pytest.raises(NotFound):
        first.act("coordinator_bishkek", lambda s, by: links.undo(s, "0" * 32, by=by))
    with pytest.raises(NotFound):
        first.act("health", lambda s, by: links.undo(s, link.id, by=by))
    with pytest.raises(NotAllowed):
        first.act(SHELTER, lambda s, by: links.undo(s, link.id, by=by))


def test_links_are_no_chain(store: Store) -> None:
    one, two, three = (make_case(store) for _ in range(3))
    with store.transaction() as session:
        links.same_person(session, one, two, by=actor(session, COORDINATOR))
    for leading, follower in ((two, three), (three, one), (three, two)):
        with store.transaction() as session, pytest.raises(Conflict):
            links.same_person(session, leading, follower, by=actor(session, COORDINATOR))
    with store.transaction() as session:
        links.same_person(session, one, three, by=actor(session, COORDINATOR))
        with pytest.raises(Invalid):
            links.same_person(session, one, one, by=actor(session, COORDINATOR))


def test_a_closed_link_can_still_be_undone(pair: tuple[Scene, Scene]) -> None:
    first, second = pair
    link = first.act(NATIONAL, lambda s, by: links.same_person(s, first.reference, second.reference, by=by))
    first.act(NATIONAL, lambda s, by: changes.opened_in_error(s, first.reference, reason="duplicate", by=by))
    first.act(NATIONAL, lambda s, by: links.undo(s, link.id, by=by))
    assert second.code(second.case().lead_agency_id) == "coordinator_bishkek"
    first.check_record()


def test_a_new_episode_reopens_nothing(scene: Scene) -> None:
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: links.new_episode(s, scene.reference, by=by))
    scene.act(COORDINATOR, lambda s, by: changes.opened_in_error(s, scene.reference, reason="duplicate", by=by))
    new: Case = scene.act(COORDINATOR, lambda s, by: links.new_episode(s, scene.reference, by=by))
    assert (new.person_id, new.reference != scene.reference) == (scene.case().person_id, True)
    assert scene.open() == {} and Scene(scene.store, new.reference).open() == {"intake": COORDINATOR}
    scene.check_record()
