"""Agencies come and go: what they leave behind goes on at the successor, or is offered to others."""

import pytest
from sqlmodel import select

from engine import agencies, consents, people, tasks
from engine.access import visibility
from engine.database import Store
from engine.errors import Conflict, NotAllowed
from engine.models.cases import ConsentAnswer
from engine.models.people import Agency, Place, PlaceKind
from engine.models.work import HandoffState, TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, NATIONAL = "coordinator_osh", "coordinator_national"
POLICE, SHELTER, OTHER, MEN = "police_osh", "shelter_osh", "shelter_bishkek", "shelter_men"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A person in the shelter of Osh; the coordinator has the plan in hand."""
    scene = Scene(store, case_at(store, "stay_review", "case_plan"))
    plan = scene.task("case_plan").id
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, plan, by=by))
    return scene


def agency(scene: Scene, code: str) -> Agency:
    with scene.store.reading() as session:
        return session.exec(select(Agency).where(Agency.code == code)).one()


def taken(scene: Scene, code: str) -> int:
    with scene.store.reading() as session:
        query = select(Place).where(Place.agency_id == agency(scene, code).id, Place.kind == PlaceKind.WOMEN)
        return session.exec(query).one().taken


def test_a_suspended_house_is_urgent_for_the_next_one(scene: Scene) -> None:
    shelter = scene.agency(SHELTER)
    scene.act(NATIONAL, lambda s, by: agencies.suspend(s, shelter, by=by))
    task = scene.task("stay_review")
    assert (task.status, task.urgent, task.holder_id) == (TaskStatus.AWAITING, True, None)
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    assert scene.handoff("stay_review", OTHER).state is HandoffState.OFFERED
    assert ("care_interrupted", COORDINATOR) in scene.alarms()
    assert taken(scene, SHELTER) == 0
    scene.act(NATIONAL, lambda s, by: agencies.resume(s, shelter, by=by))
    with pytest.raises(Conflict):
        scene.act(NATIONAL, lambda s, by: agencies.resume(s, shelter, by=by))
    scene.check_record()


def test_a_successor_takes_over_with_a_place(scene: Scene) -> None:
    shelter, other = scene.agency(SHELTER), scene.agency(OTHER)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, shelter, successor_id=other, by=by))
    assert scene.task("stay_review").holder_id == other
    assert (taken(scene, SHELTER), taken(scene, OTHER)) == (0, 1)
    closed = agency(scene, SHELTER)
    assert (closed.active, closed.successor_id) == (False, other) and closed.closed_at is not None
    for refused in (lambda s, by: agencies.close(s, shelter, successor_id=None, by=by),
                    lambda s, by: agencies.resume(s, shelter, by=by)):  # fmt: skip
        with pytest.raises(Conflict):
            scene.act(NATIONAL, refused)
    scene.check_record()


def test_a_desk_that_is_gone_leads_nothing_and_answers_for_nothing(scene: Scene) -> None:
    desk = scene.agency(COORDINATOR)
    scene.act(NATIONAL, lambda s, by: agencies.suspend(s, desk, by=by))
    assert scene.code(scene.case().lead_agency_id) == NATIONAL
    assert set(scene.open().values()) == {SHELTER, NATIONAL}
    plan = scene.task("case_plan")
    assert (plan.status, plan.claimed_by_id) == (TaskStatus.OPEN, None)
    assert "case.led" in scene.actions()
    scene.check_record()


def test_who_handed_on_and_is_gone_answers_for_nothing(store: Store) -> None:
    scene = Scene(store, case_at(store, "service_first_contact", "screening", answers={"shelter_now": "no"}))
    assert scene.open() == {"service_first_contact": POLICE, "screening": POLICE}
    scene.act(NATIONAL, lambda s, by: agencies.suspend(s, scene.agency(POLICE), by=by))
    assert scene.open() == {"service_first_contact": COORDINATOR, "screening": COORDINATOR}
    assert scene.handoff("screening", "border_guard").ground == "detection"
    scene.check_record()


def test_a_new_name_leaves_the_old_one_in_old_handoffs(scene: Scene) -> None:
    shelter = scene.agency(SHELTER)
    scene.act(NATIONAL, lambda s, by: agencies.rename(s, shelter, "New house", by=by))
    assert scene.handoff("shelter_arrival", SHELTER).receiver_name == "Ak-Jol shelter, Osh"
    assert agency(scene, SHELTER).name == "New house"
    scene.check_record()


@pytest.mark.parametrize("login", [COORDINATOR, POLICE, SHELTER])
def test_only_the_national_coordinator_keeps_the_directory(scene: Scene, login: str) -> None:
    shelter = scene.agency(SHELTER)
    for act in (
        lambda s, by: agencies.suspend(s, shelter, by=by),
        lambda s, by: agencies.rename(s, shelter, "X house", by=by),
        lambda s, by: agencies.close(s, shelter, successor_id=None, by=by),
    ):
        with pytest.raises(NotAllowed):
            scene.act(login, act)


@pytest.mark.parametrize("successor", ["ngo_osh", MEN, "prosecutor"])
def test_a_successor_of_another_kind_does_not_get_what_it_cannot_do(scene: Scene, successor: str) -> None:
    shelter, heir = scene.agency(SHELTER), scene.agency(successor)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, shelter, successor_id=heir, by=by))
    task = scene.task("stay_review")
    assert (task.status, task.urgent, task.holder_id) == (TaskStatus.AWAITING, True, None)
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    assert scene.handoff("stay_review", OTHER).state is HandoffState.OFFERED
    assert ("care_interrupted", COORDINATOR) in scene.alarms()
    assert taken(scene, SHELTER) == 0
    scene.check_record()


def test_a_successor_nobody_sits_at_does_not_get_it(scene: Scene) -> None:
    scene.act(OTHER, lambda s, by: people.deactivate(s, by.user_id or "", by=by))
    shelter, other = scene.agency(SHELTER), scene.agency(OTHER)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, shelter, successor_id=other, by=by))
    assert scene.task("stay_review").status is TaskStatus.AWAITING
    assert scene.open()["stay_review"] == COORDINATOR, "who brought her is not told where she goes; the next is asked"
    assert ("no_taker", NATIONAL) in scene.alarms()
    scene.check_record()


@pytest.mark.parametrize("there", [True, False])
def test_who_may_not_succeed_on_the_path_sees_the_case_by_no_other_way(store: Store, there: bool) -> None:
    """A called process inherits who met her first; but nobody has a part in a lane in which nothing is owed yet."""
    scene = Scene(store, case_at(store, "stay_review", "legal_first_meeting"))
    police, heir = scene.agency(POLICE), scene.agency("border_guard")
    if not there:
        scene.act("border_guard", lambda s, by: people.deactivate(s, by.user_id or "", by=by))
    scene.act(NATIONAL, lambda s, by: agencies.close(s, police, successor_id=heir, by=by))
    parts = [part.scope for part in scene.parts("border_guard")]
    with store.reading() as session:
        seen = session.exec(visibility.visible_cases(actor(session, "border_guard"))).all()
    assert parts == ([""] if there else [])
    assert bool(seen) is there
    scene.check_record()


def test_a_successor_the_person_did_not_agree_to_does_not_get_it(store: Store) -> None:
    """A consent that names one recipient is not a consent to whoever comes after it."""
    scene = Scene(store, case_at(store, "stay_review", "case_plan"))
    shelter, other = scene.agency(SHELTER), scene.agency(OTHER)
    purpose, given = scene.task("stay_review").purpose, ConsentAnswer.GIVEN
    scene.act(
        COORDINATOR, lambda s, by: consents.record(s, scene.reference, purpose, given, recipient_id=shelter, by=by)
    )
    scene.act(NATIONAL, lambda s, by: agencies.close(s, shelter, successor_id=other, by=by))
    assert scene.task("stay_review").status is TaskStatus.AWAITING
    scene.check_record()


def present(scene: Scene, code: str) -> list[str]:
    return [part.lane for part in scene.parts(code)]


def test_the_lanes_of_a_closed_agency_are_left_even_where_nothing_is_open(scene: Scene) -> None:
    assert present(scene, POLICE), "the lane of whoever detected the person is still its own"
    police, successor = scene.agency(POLICE), scene.agency("border_guard")
    lanes = present(scene, POLICE)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, police, successor_id=successor, by=by))
    assert present(scene, POLICE) == [] and present(scene, "border_guard") == lanes
    assert {"participation.ended", "participation.began"} <= set(scene.actions())
    scene.check_record()


def test_who_is_the_last_one_to_go_leaves_nothing_on_an_empty_desk(scene: Scene) -> None:
    scene.act(SHELTER, lambda s, by: people.deactivate(s, by.user_id or "", by=by))
    task = scene.task("stay_review")
    assert (task.status, task.urgent, task.holder_id) == (TaskStatus.AWAITING, True, None)
    assert scene.handoff("shelter_arrival", SHELTER).reason == "desk_empty"
    assert scene.handoff("stay_review", OTHER).state is HandoffState.OFFERED
    assert ("care_interrupted", COORDINATOR) in scene.alarms()
    assert agency(scene, SHELTER).active, "it may be staffed again"
    assert taken(scene, SHELTER) == 0
    scene.check_record()
