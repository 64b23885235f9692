"""Nobody falls between agencies that pause, end or are succeeded: what they had, and what they had given."""

from datetime import timedelta

import pytest
from sqlmodel import select

from engine import (
    agencies,
    cases,
    changes,
    clock,
    corrections,
    handoffs,
    handovers,
    paths,
    people,
    tasks,
    withdrawals,
    worker,
)
from engine.database import Store
from engine.errors import Conflict, NotAllowed, NotFound
from engine.models.people import User
from engine.models.work import Handoff, HandoffState
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, BISHKEK, NATIONAL = "coordinator_osh", "coordinator_bishkek", "coordinator_national"
POLICE, SHELTER, OTHER, MEN = "police_osh", "shelter_osh", "shelter_bishkek", "shelter_men"
REVIEW, PLAN = "stay_review", "case_plan"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A person in the shelter of Osh, whose plan is being made."""
    return Scene(store, case_at(store, REVIEW, PLAN))


def suspend(scene: Scene, code: str) -> None:
    agency = scene.agency(code)
    scene.act(NATIONAL, lambda s, by: agencies.suspend(s, agency, by=by))


def close(scene: Scene, code: str, successor: str) -> None:
    agency, other = scene.agency(code), scene.agency(successor)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, agency, successor_id=other, by=by))


def hand_over(scene: Scene, element: str, to: str, login: str, *, accept: bool = True) -> Handoff:
    task, agency = scene.task(element).id, scene.agency(to)
    offer: Handoff = scene.act(login, lambda s, by: handovers.offer(s, task, agency, reason="better_suited", by=by))
    if accept:
        scene.act(to, lambda s, by: handoffs.accept(s, offer.id, by=by))
    return offer


def lanes(scene: Scene, code: str) -> set[str]:
    """The lanes an agency fills now."""
    return {part.lane for part in scene.parts(code)}


def state(scene: Scene, offer: Handoff) -> HandoffState:
    with scene.store.reading() as session:
        return session.get_one(Handoff, offer.id).state


def test_a_suspended_agency_owes_nothing_new_in_a_lane_where_nothing_was_open(scene: Scene) -> None:
    assert "first_responder" in lanes(scene, POLICE)
    suspend(scene, POLICE)
    assert lanes(scene, POLICE) == set()
    assert "participation.ended" in scene.actions()
    scene.check_record()


def test_a_successor_has_the_lanes_in_which_nothing_was_open(scene: Scene) -> None:
    close(scene, POLICE, "police_bishkek")
    assert "first_responder" in lanes(scene, "police_bishkek") and lanes(scene, POLICE) == set()
    assert {"participation.ended", "participation.began"} <= set(scene.actions())
    scene.check_record()


@pytest.mark.parametrize("successor", ["prosecutor", MEN])
def test_a_successor_gets_nothing_it_could_not_be_asked_for(scene: Scene, successor: str) -> None:
    close(scene, SHELTER, successor)
    assert scene.task(REVIEW).holder_id is None, "no woman comes to the men's house, and nobody to the prosecutor"
    assert scene.handoff(REVIEW, OTHER).state is HandoffState.OFFERED
    assert ("care_interrupted", COORDINATOR) in scene.alarms()
    scene.check_record()


def test_after_a_succession_the_handoff_goes_on_and_ends_with_the_next_one(scene: Scene) -> None:
    held = scene.handoff("shelter_arrival", SHELTER)
    close(scene, SHELTER, OTHER)
    assert state(scene, held) is HandoffState.IN_WORK
    suspend(scene, OTHER)
    assert state(scene, held) is HandoffState.RECALLED, "never two agencies under one lane"
    assert scene.task(REVIEW).holder_id is None
    scene.check_record()


def test_a_desk_that_leads_under_a_handover_is_followed_by_the_desk_of_the_region(scene: Scene) -> None:
    offer = hand_over(scene, PLAN, BISHKEK, COORDINATOR)
    suspend(scene, COORDINATOR)
    suspend(scene, BISHKEK)
    assert state(scene, offer) is HandoffState.PARTLY_DONE
    assert scene.case().lead_agency_id == scene.agency(NATIONAL), "not the desk that gave it and is suspended"
    assert scene.open()[PLAN] == NATIONAL
    scene.check_record()


@pytest.mark.parametrize(
    ("element", "giver", "to", "next_lead"),
    [
        (PLAN, COORDINATOR, BISHKEK, NATIONAL),
        (REVIEW, SHELTER, OTHER, COORDINATOR),
    ],
)
def test_what_is_taken_back_does_not_go_to_a_giver_that_is_gone(
    scene: Scene, element: str, giver: str, to: str, next_lead: str
) -> None:
    offer = hand_over(scene, element, to, giver)
    suspend(scene, giver)
    scene.act(NATIONAL, lambda s, by: handovers.take_back(s, offer.id, reason="wrong_agency", by=by))
    assert scene.case().lead_agency_id == scene.agency(next_lead)
    assert scene.open()[element] == next_lead
    scene.check_record()


@pytest.mark.parametrize(("element", "giver", "to"), [(PLAN, COORDINATOR, BISHKEK), (REVIEW, SHELTER, OTHER)])
def test_what_it_was_handing_over_is_recalled(scene: Scene, element: str, giver: str, to: str) -> None:
    offer = hand_over(scene, element, to, giver, accept=False)
    suspend(scene, giver)
    assert state(scene, offer) is HandoffState.RECALLED
    assert "handoff.recalled" in scene.actions()
    scene.check_record()


def test_whoever_takes_part_again_may_be_asked_again(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival"))
    suspend(scene, SHELTER)
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    agency = scene.agency(SHELTER)
    scene.act(NATIONAL, lambda s, by: agencies.resume(s, agency, by=by))
    task = scene.task("shelter_arrival").id
    for offer in [scene.handoff("shelter_arrival", OTHER)]:
        scene.act(OTHER, lambda s, by, o=offer: handoffs.decline(s, o.id, reason="no_capacity", by=by))
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.OFFERED
    assert scene.task("shelter_arrival").id == task


def test_an_agency_that_takes_no_part_opens_no_case(scene: Scene) -> None:
    suspend(scene, POLICE)
    with pytest.raises(NotAllowed, match="takes no part"):
        scene.act(POLICE, lambda s, by: cases.open_case(s, by=by))


def test_what_is_suspended_finds_no_case_and_takes_nothing_back(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival"))  # the police gave what nobody has accepted yet
    offer, intake = scene.handoff("shelter_arrival", SHELTER), scene.task("intake")
    suspend(scene, POLICE)
    before = scene.open()
    assert before["shelter_arrival"] == COORDINATOR
    for verb in (
        lambda s, by: changes.danger(s, scene.reference, by=by),
        lambda s, by: withdrawals.withdraw(s, scene.reference, "urgent_help", by=by),
        lambda s, by: handovers.take_back(s, offer.id, reason="by_giver", by=by),
        lambda s, by: corrections.correct(s, intake.id, {"sex": "male"}, reason="typing_error", by=by),
    ):
        with pytest.raises(NotFound):
            scene.act(POLICE, verb)
    assert scene.open() == before and scene.handoff("shelter_arrival", SHELTER).state is HandoffState.OFFERED
    with scene.store.reading() as session:
        assert handoffs.awaiting_outcome(session, by=actor(session, POLICE)) == []
    scene.check_record()


def test_a_stage_begun_again_is_offered_where_who_did_it_before_is_gone(scene: Scene) -> None:
    suspend(scene, POLICE)
    told = {"child_path_open": False}
    begin = {"reason": "urgent", "inputs": told}
    scene.act(COORDINATOR, lambda s, by: paths.start_stage(s, scene.reference, "identification", **begin, by=by))
    assert POLICE not in {scene.code(task.holder_id) for task in scene.tasks() if task.holder_id and not task.ended_at}
    assert "first_responder" not in lanes(scene, POLICE)
    scene.check_record()


def test_what_is_in_hand_goes_to_nobody_who_is_away(scene: Scene) -> None:
    plan = scene.task(PLAN).id
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, plan, by=by))
    first, second = [_user(scene, login).id for login in (COORDINATOR, f"{COORDINATOR}_2")]
    now = clock.now()
    times = {"start": now, "until": now + timedelta(days=2)}
    scene.act(COORDINATOR, lambda s, by: people.away(s, second, **times, deputy_id=first, by=by))
    with pytest.raises(Conflict, match="is away"):
        scene.act(COORDINATOR, lambda s, by: people.hand_all(s, first, second, by=by))
    assert scene.task(PLAN).claimed_by_id == first


def test_what_is_taken_in_hand_during_a_leave_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.act(COORDINATOR, lambda s, by: changes.danger(s, scene.reference, by=by))
    me, deputy = _user(scene, COORDINATOR).id, _user(scene, f"{COORDINATOR}_2").id
    start = clock.now() + timedelta(hours=1)
    times = {"start": start, "until": start + timedelta(days=2)}
    first, later = scene.task(PLAN).id, scene.task("safety_plan").id
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, first, by=by))
    scene.act(COORDINATOR, lambda s, by: people.away(s, me, **times, deputy_id=deputy, by=by))
    monkeypatch.setattr(clock, "_offset", clock.offset() + timedelta(hours=2))
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, later, by=by))
    assert worker.begin_one_leave(scene.store) and not worker.begin_one_leave(scene.store)
    assert (scene.task(PLAN).claimed_by_id, scene.task("safety_plan").claimed_by_id) == (deputy, me)


def _user(scene: Scene, login: str) -> User:
    with scene.store.reading() as session:
        return session.exec(select(User).where(User.login == login)).one()
