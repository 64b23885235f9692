"""Two cases of one person: who leads afterwards, and what becomes of what the old lead had offered or been given."""

import pytest

from engine import changes, handoffs, handovers, links
from engine.database import Store
from engine.models.work import Handoff, HandoffState
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

NATIONAL, OSH, BISHKEK = "coordinator_national", "coordinator_osh", "coordinator_bishkek"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A case of Osh whose plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def link(scene: Scene) -> None:
    """A second case of the same person, in Bishkek, leads."""
    leading = case_at(scene.store, "intake", login="police_bishkek")
    with scene.store.transaction() as session:
        links.same_person(session, leading, scene.reference, by=actor(session, NATIONAL))


def give(scene: Scene, element: str, desk: str, login: str) -> Handoff:
    """The lead is offered to another desk."""
    task, agency = scene.task(element), scene.agency(desk)
    return scene.act(login, lambda s, by: handovers.offer(s, task.id, agency, reason="moved_region", by=by))


def test_what_the_old_lead_had_offered_is_recalled(scene: Scene) -> None:
    give(scene, "case_plan", NATIONAL, OSH)
    link(scene)
    assert scene.case().lead_agency_id == scene.agency(BISHKEK)
    assert scene.handoff("case_plan", NATIONAL).state is HandoffState.RECALLED
    assert scene.open()["case_plan"] == BISHKEK
    scene.check_record()


def test_the_handoff_under_which_the_old_lead_led_has_ended(scene: Scene) -> None:
    offer = give(scene, "case_plan", NATIONAL, OSH)
    scene.act(NATIONAL, lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.act("shelter_osh", lambda s, by: changes.danger(s, scene.reference, by=by))
    link(scene)
    held = scene.handoff("case_plan", NATIONAL)
    assert (held.state, held.outcome) == (HandoffState.PARTLY_DONE, "handed_over")
    assert scene.open()["safety_plan"] == BISHKEK
    scene.check_record()
