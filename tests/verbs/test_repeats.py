"""A step done again after a correction: on the path, beside it, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import act as acts
from engine import corrections, drafts, repeats
from engine.corrections import Verdict
from engine.database import Store
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.errors import Conflict
from engine.models.answers import Correction
from engine.models.work import TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene
from tests.verbs.test_corrections import COORDINATOR, OFFICER, SHELTER, correct


@pytest.fixture
def scene(store: Store) -> Scene:
    """A case whose screening is done and whose plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def redo(scene: Scene, made: Correction) -> None:
    scene.act(COORDINATOR, lambda s, by: corrections.decide(s, made.id, Verdict.REDO, by=by))


def foreseen(scene: Scene, element: str) -> repeats.Way | Conflict:
    """What the coordinator is told before deciding."""
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        return corrections.redo(act, scene.task(element))


def played_until(store: Store, stands: Callable[[Scene], bool], **answers: Any) -> Scene:
    """A case played step by step until it stands so."""
    story = Story(store, WOMAN_IN_OSH | answers)
    scene = Scene(store, story.open(OFFICER))
    while not stands(scene):
        assert story.play(scene.reference, steps=1)
    return scene


def drafted(scene: Scene, element: str, login: str) -> dict[str, Any]:
    with scene.store.reading() as session:
        return drafts.load(session, scene.task(element), by=actor(session, login))[0]


def test_the_path_goes_back_to_a_step_and_what_followed_ends(scene: Scene) -> None:
    """The identification has ended; the person is in a shelter, and the plan is being made."""
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    way = foreseen(scene, "screening")
    assert isinstance(way, repeats.Way) and way.step and [task.element for task in way.ends] == ["case_plan"]
    redo(scene, made)
    assert scene.open() == {"screening": OFFICER, "stay_review": SHELTER}, "who has a bed keeps it"
    old, new = scene.tasks("screening")
    assert (old.status, new.instance_id) == (TaskStatus.DONE, old.instance_id), "the record is not touched"
    assert scene.task("case_plan").end_reason == "process_moved_on"
    actions = scene.actions()
    assert actions[0] == "correction.redo" and {"task.cancelled", "task.opened"} <= set(actions)
    assert "instance.started" not in actions
    scene.check_record()


def test_what_is_done_again_begins_with_the_corrected_answers_and_decides_anew(scene: Scene) -> None:
    redo(scene, correct(scene, "screening", means_seen="false", means_signs=None))
    known = drafted(scene, "screening", OFFICER)
    assert known == scene.answers_given("screening") and known["means_seen"] == "false"
    assert drafted(scene, "screening", COORDINATOR) == {}, "nobody else reads them"
    before = len(scene.decisions())
    scene.play("stay_review", "second_opinion")
    assert scene.open()["second_opinion"] and len(scene.decisions()) == before + 1
    scene.play("stay_review", "case_plan")
    assert scene.open()["case_plan"] == COORDINATOR
    scene.check_record()


def test_a_stage_whose_call_could_cut_off_help_is_done_again_beside_the_path(store: Store) -> None:
    """An attorney has taken the case: going back before the plan would end that."""
    scene = Scene(store, case_at(store, "stay_review", "legal_report"))
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    way = foreseen(scene, "screening")
    assert isinstance(way, repeats.Way) and way.step is None
    before = scene.open()
    redo(scene, made)
    assert scene.open() == before | {"screening": OFFICER}
    old, new = scene.tasks("screening")
    assert new.instance_id != old.instance_id and "instance.started" in scene.actions()
    assert drafted(scene, "screening", OFFICER)["means_seen"] == "false"
    scene.play("stay_review", "legal_report", "second_opinion")
    assert scene.open()["second_opinion"], "the path goes on from there, beside the other"
    scene.check_record()


def test_a_step_inside_a_running_stage(store: Store) -> None:
    """More information was asked for by mistake: the second opinion is given again, the second screening ends."""
    scene = played_until(
        store, lambda s: len(s.tasks("screening")) == 2, preliminary_result="more_information", shelter_now="no"
    )
    giver = scene.code(scene.task("second_opinion").holder_id or "")
    changes = {"preliminary_result": "presumed", "missing_information": None}
    made = correct(scene, "second_opinion", giver, **changes)
    redo(scene, made)
    assert "screening" not in scene.open() and scene.open()["second_opinion"] == giver
    scene.check_record()


def test_a_step_of_the_path_itself_is_done_again_while_no_help_would_end(scene: Scene) -> None:
    made = correct(scene, "needs_and_risk", COORDINATOR, threat="direct", safety_steps="Another door")
    assert made.gateways == ["assess_risk"]
    redo(scene, made)
    assert scene.open() == {"needs_and_risk": COORDINATOR, "stay_review": SHELTER}
    assert drafted(scene, "needs_and_risk", COORDINATOR)["threat"] == "direct"
    assert scene.facts()["risk_level"] == "medium"
    Story(scene.store, WOMAN_IN_OSH | {"threat": "direct"}, frozenset({"stay_review", "case_plan"})).play(
        scene.reference
    )
    assert scene.facts()["risk_level"] == "high" and scene.open()["case_plan"] == COORDINATOR
    scene.check_record()


def test_nobody_loses_a_bed_because_an_answer_was_wrong(scene: Scene) -> None:
    made = correct(scene, "intake", age_band="child")
    way = foreseen(scene, "intake")
    assert isinstance(way, Conflict) and "“Shelter” has begun" in way.message
    with pytest.raises(Conflict, match="start the stage that is missing"):
        redo(scene, made)
    assert made.verdict == Verdict.OPEN and scene.open()["stay_review"] == SHELTER
    scene.act(COORDINATOR, lambda s, by: corrections.decide(s, made.id, Verdict.STAND, by=by))


def test_before_anybody_has_accepted_even_the_intake_is_done_again(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "service_first_contact", "rights_and_consent"))
    redo(scene, correct(scene, "intake", shelter_now="no"))
    assert scene.open() == {"intake": OFFICER}
    assert "handoff.recalled" in scene.actions()
    scene.play("rights_and_consent", "service_first_contact")
    assert "shelter_arrival" not in scene.open(), "what is decided now is decided on the right answer"
    scene.check_record()


def test_a_step_that_is_open_again_is_not_opened_twice(store: Store) -> None:
    scene = played_until(store, lambda s: len(s.tasks("stay_review")) == 2, stay_decision="extend")
    first = scene.tasks("stay_review")[0]
    raw = scene.answers_of(first) | {"stay_decision": "leave"}
    made = scene.act(SHELTER, lambda s, by: corrections.correct(s, first.id, raw, reason="typing_error", by=by))
    with pytest.raises(Conflict, match="under way again, or comes again"):
        redo(scene, made)


def test_a_step_to_which_the_path_comes_again_is_not_done_beside_that(store: Store) -> None:
    """Both corrections wait; the earlier step is done again, and the path comes to the later one anyway."""
    scene = Scene(store, case_at(store, "second_opinion", "stay_review"))
    later = correct(scene, "screening", means_seen="false", means_signs=None)
    redo(scene, correct(scene, "rights_and_consent", consent_identification="refused"))
    assert "second_opinion" not in scene.open() and scene.open()["rights_and_consent"] == OFFICER
    before = scene.open()
    with pytest.raises(Conflict, match="comes again"):
        redo(scene, later)
    assert scene.open() == before and not isinstance(foreseen(scene, "screening"), repeats.Way)
    scene.play("second_opinion", "stay_review")
    assert len(scene.tasks("screening")) == 2, "once before, and once on the way back"
    scene.check_record()


def test_a_step_of_a_stay_is_done_again_in_the_same_stay(store: Store) -> None:
    """Nobody travels, and nobody lives there uncounted."""
    scene = Scene(store, case_at(store, "shelter_departure", "case_plan"))
    made = correct(scene, "stay_review", SHELTER, stay_decision="left_alone", alarm_given="yes")
    redo(scene, made)
    assert scene.open() == {"case_plan": COORDINATOR, "stay_review": SHELTER}
    assert drafted(scene, "stay_review", SHELTER)["stay_decision"] == "left_alone"
    assert not {"place.taken", "place.freed", "movement.expected"} & set(scene.actions())
    scene.check_record()


def test_a_stay_that_has_ended_is_done_again_only_where_a_place_is_free(store: Store) -> None:
    """The house is asked, and takes a place like anybody."""
    scene = Scene(store, case_at(store, "case_plan"))
    made = correct(scene, "stay_review", SHELTER, stay_decision="extend", stay_ground="recovery")
    redo(scene, made)
    again = scene.task("stay_review")
    assert (again.status, again.holder_id) == (TaskStatus.AWAITING, None)
    assert scene.handoff("stay_review", SHELTER).place_id is not None
    assert drafted(scene, "stay_review", SHELTER) == {}, "who has not accepted reads nothing"
    scene.check_record()


def test_a_stage_that_is_under_way_again_is_not_begun_a_third_time(scene: Scene) -> None:
    """The screening of the first round is corrected once more while the second round runs."""
    first = scene.task("screening")
    redo(scene, correct(scene, "screening", means_seen="false", means_signs=None))
    raw = scene.answers_of(first) | {"means_seen": "true", "means_signs": ["PhysicalThreats"]}
    made = scene.act(OFFICER, lambda s, by: corrections.correct(s, first.id, raw, reason="typing_error", by=by))
    with pytest.raises(Conflict, match="under way again, or comes again"):
        redo(scene, made)
    assert scene.open() == {"screening": OFFICER, "stay_review": SHELTER}
