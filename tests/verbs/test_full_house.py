"""A full house that is asked all the same, and what is asked for where nobody has a bed."""

from typing import Any

import pytest
from sqlmodel import select

from engine import act as acts
from engine import agencies, handoffs
from engine.database import Store
from engine.errors import Conflict
from engine.models.people import Agency, Place, PlaceKind
from engine.models.work import PENDING_HANDOFF, DeclineCode, TaskStatus
from tests.factories import case_at, open_offers
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, SHELTER, OTHER, HOSPITAL, FOUNDATION = (
    "coordinator_osh", "shelter_osh", "shelter_bishkek", "health", "ngo_osh",
)  # fmt: skip
STEP = "shelter_arrival"
CALLED = ("no_taker", "coordinator_national")


def fill_up(store: Store) -> None:
    """No shelter has a bed for a woman."""
    for code in (SHELTER, OTHER):
        with store.transaction() as session:
            agencies.confirm_places(session, PlaceKind.WOMEN, 0, by=actor(session, code))


@pytest.fixture
def scene(store: Store) -> Scene:
    """A woman who needs a bed tonight; every shelter for women is full."""
    fill_up(store)
    return Scene(store, case_at(store, STEP, "rights_and_consent", answers={"urgent_needs": []}))


def asked(scene: Scene) -> dict[str, str]:
    """Whose answer is awaited, and for which service."""
    with scene.store.reading() as session:
        found = open_offers(session, scene.reference, STEP)
    return {scene.code(offer.receiver_id or ""): offer.service for offer in found}


def choices(scene: Scene) -> dict[str, tuple[bool, str]]:
    """Whom the coordinator may ask: whether it is full, and what it would give instead."""
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        return {c.agency.code: (c.full, c.service) for c in handoffs.choices(act, scene.task(STEP))}


def choose(scene: Scene, code: str) -> None:
    task = scene.task(STEP)
    chosen = scene.agency(code)
    scene.act(COORDINATOR, lambda s, by: handoffs.reroute(s, task.id, chosen, by=by))


def answer(scene: Scene, code: str, **how: Any) -> None:
    offer = scene.handoff(STEP, code)
    scene.act(code, lambda s, by: handoffs.accept(s, offer.id, by=by, **how))


def decline(scene: Scene, code: str) -> None:
    offer = scene.handoff(STEP, code)
    scene.act(code, lambda s, by: handoffs.decline(s, offer.id, reason=DeclineCode.NO_CAPACITY, by=by))


def test_a_coordinator_sees_full_houses_and_the_next_best(scene: Scene) -> None:
    assert choices(scene) == {
        SHELTER: (True, ""),
        OTHER: (True, ""),
        HOSPITAL: (False, "hospital_bed"),
        FOUNDATION: (False, "paid_room"),
    }


def test_a_full_house_is_asked_and_says_why_it_accepts(scene: Scene) -> None:
    choose(scene, SHELTER)
    assert asked(scene) == {SHELTER: "shelter"}, "the hospital's offer is recalled"
    with pytest.raises(Conflict, match="last free place"):
        answer(scene, SHELTER)
    answer(scene, SHELTER, over_capacity="emergency")
    assert scene.open()[STEP] == "police_osh" and scene.task(STEP).status is TaskStatus.OPEN
    assert [d["reason"] for a, d in scene.recorded() if a == "place.taken"] == ["emergency"]
    with scene.store.reading() as session:
        query = select(Place.taken).join(Agency).where(Agency.code == SHELTER, Place.kind == PlaceKind.WOMEN)
        assert session.exec(query).one() == 1
    scene.check_record()


def test_the_ladder_of_the_next_best_is_climbed_in_order_and_ends_at_the_national_desk(scene: Scene) -> None:
    assert asked(scene) == {HOSPITAL: "hospital_bed"}
    assert CALLED in scene.alarms(), "the national desk does not wait for the last no"
    decline(scene, HOSPITAL)
    assert asked(scene) == {FOUNDATION: "paid_room"}
    assert ("task.fell_back", {"element": STEP, "service": "paid_room"}) in scene.recorded()
    assert "alarm.raised" not in scene.actions(), "once is enough"
    decline(scene, FOUNDATION)
    assert asked(scene) == {} and CALLED in scene.alarms()
    assert scene.handoff(STEP, HOSPITAL).state not in PENDING_HANDOFF
    choose(scene, HOSPITAL)
    assert asked(scene) == {HOSPITAL: "hospital_bed"}, "who declined may be asked by name"
    answer(scene, HOSPITAL)
    assert scene.task(STEP).holder_id == scene.agency(HOSPITAL)
    assert CALLED not in scene.alarms(), "somebody takes her"
    scene.check_record()


def test_who_gives_the_case_is_not_asked_to_stand_in(store: Store) -> None:
    fill_up(store)
    answers = {"urgent_needs": []}
    scene = Scene(store, case_at(store, STEP, "rights_and_consent", login=HOSPITAL, answers=answers))
    assert asked(scene) == {FOUNDATION: "paid_room"}
    assert HOSPITAL not in choices(scene)


def test_a_consent_to_a_shelter_does_not_reach_a_hospital(store: Store) -> None:
    fill_up(store)
    answers = {"shelter_now": "no", "urgent_needs": [], "shelter_planned": "yes"}
    scene = Scene(store, case_at(store, STEP, answers=answers))
    assert asked(scene) == {} and choices(scene) == {SHELTER: (True, ""), OTHER: (True, "")}
    with pytest.raises(Conflict, match="cannot take this"):
        choose(scene, HOSPITAL)
