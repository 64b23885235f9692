"""The path bends: skipped, begun early or again, taken over from paper; and what closes last."""

import pytest

from engine import act as acts
from engine import paths, takeovers, tasks
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.errors import Conflict, Invalid, NotAllowed
from engine.models.work import TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, SHELTER = "coordinator_osh", "shelter_osh"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A case whose plan is being made while the person is in a shelter."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def test_a_step_of_the_path_is_skipped_and_the_path_goes_on(scene: Scene) -> None:
    task = scene.task("case_plan")
    scene.act(COORDINATOR, lambda s, by: paths.skip(s, task.id, reason="done_elsewhere", by=by))
    skipped = scene.task("case_plan")
    assert (skipped.status, skipped.end_reason) == (TaskStatus.CANCELLED, "done_elsewhere")
    assert "case_plan" not in scene.open() and "appoint_attorney" in scene.open()
    assert scene.recorded()[0] == ("task.skipped", {"element": "case_plan", "reason": "done_elsewhere"})
    scene.check_record()
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: paths.skip(s, task.id, reason="done_elsewhere", by=by))


def test_a_step_of_a_stage_takes_the_stage_with_it(scene: Scene) -> None:
    scene.act(COORDINATOR, lambda s, by: paths.skip(s, scene.task("stay_review").id, reason="wish_of_person", by=by))
    assert scene.open() == {"case_plan": COORDINATOR}
    assert "place.freed" in scene.actions()


def test_a_stage_begun_beside_the_path_is_skipped_whole(scene: Scene) -> None:
    """No later step of it opens, and no outcome is made up from what another service reported."""
    told = {"service": "social", "urgent": False}
    stage = scene.act(
        COORDINATOR,
        lambda s, by: paths.start_stage(s, scene.reference, "service_referral", reason="urgent", inputs=told, by=by),
    )
    task = next(task for task in scene.tasks() if task.instance_id == stage)
    scene.act(COORDINATOR, lambda s, by: paths.skip(s, task.id, reason="not_needed", by=by))
    assert {t.status for t in scene.tasks() if t.instance_id == stage} == {TaskStatus.CANCELLED}
    assert "instance.cancelled" in scene.actions() and "handoff.withdrawn" not in scene.actions()
    assert "case_plan" in scene.open()
    scene.check_record()


def test_one_person_alone_does_not_close_a_case_by_skipping(store: Store) -> None:
    scene = Scene(store, case_at(store, "closure_proposal", answers={"preliminary_result": "not_presumed"}))
    before = scene.open()
    with pytest.raises(Conflict, match="two people"):
        scene.act(
            COORDINATOR, lambda s, by: paths.skip(s, scene.task("closure_proposal").id, reason="not_needed", by=by)
        )
    assert scene.open() == before and scene.case().closed_at is None


def test_who_skips_and_why(scene: Scene) -> None:
    task = scene.task("stay_review")
    with pytest.raises(NotAllowed):
        scene.act(SHELTER, lambda s, by: paths.skip(s, task.id, reason="not_needed", by=by))
    for reason in ("", "tired", "before_system"):
        with pytest.raises(Invalid):
            scene.act(COORDINATOR, lambda s, by, r=reason: paths.skip(s, task.id, reason=r, by=by))


def test_a_stage_begins_early_or_again(scene: Scene) -> None:
    def begin(stage: str, **inputs: object):
        return scene.act(
            COORDINATOR,
            lambda s, by: paths.start_stage(s, scene.reference, stage, reason="urgent", inputs=inputs, by=by),
        )

    begin("repatriation")
    assert scene.open()["return_decision"] == COORDINATOR
    assert scene.recorded()[-1][0] == "stage.begun_early"
    begin("service_referral", service="psychological", urgent=True)
    assert scene.recorded()[-1][0] == "stage.repeated"
    begin("identification", child_path_open=False)
    assert scene.open()["rights_and_consent"] == "police_osh", "who identified does it again"
    with pytest.raises(Invalid) as refused:
        begin("service_referral", service="gold", urgent=True)
    assert list(refused.value.fields) == ["service"]
    for wrong in (("service_referral", {}), ("repatriation", {"x": 1}), ("national_referral", {}), ("nonsense", {})):
        with pytest.raises(Invalid):
            begin(wrong[0], **wrong[1])
    scene.check_record()


ON_PAPER = {"preliminary_result": "presumed", "age_band": "adult", "formal_result": "victim", "dependants": "2"}


def taken_over(store: Store, stage: str, region: str = "osh", login: str = COORDINATOR, **known: object) -> Scene:
    with store.transaction() as session:
        by = actor(session, login)
        case = takeovers.take_over(session, stage, region=region, facts=ON_PAPER | known, by=by)
        return Scene(store, case.reference)


@pytest.mark.parametrize(
    ("stage", "stands", "known"),
    [
        ("intake", "intake", {}),
        ("identification", "rights_and_consent", {}),
        ("child_protection", "child_notice", {"age_band": "child"}),
        ("alternative_referral", "alternative_referral", {"preliminary_result": "not_presumed"}),
        ("needs_and_risk", "needs_and_risk", {}),
        ("case_plan", "case_plan", {}),
        ("recovery", "", {}),
        ("formal_identification", "formal_opinion", {}),
        ("formal_confirmation", "formal_confirmation", {}),
        ("repatriation", "return_decision", {"return_wanted": "yes", "nationality": "foreign"}),
        ("legal_aid", "appoint_attorney", {"lawyer_wanted": "yes"}),
        ("shelter", "shelter_arrival", {"shelter_planned": "yes"}),
        ("stay_review", "stay_review", {"shelter_planned": "yes"}),
        ("witness_protection", "threat_assessment", {"protection_wanted": "yes"}),
        ("service_referral", "service_first_contact", {"services_planned": ["medical", "social"]}),
        ("closure", "closure_proposal", {"shelter_planned": "yes", "services_planned": ["medical"]}),
    ],
)
def test_a_case_is_taken_over_at_a_stage(store: Store, stage: str, stands: str, known: dict[str, object]) -> None:
    scene = taken_over(store, stage, **known)
    assert not stands or stands in scene.open()
    assert scene.facts()["dependants"] == 2
    before = [task for task in scene.tasks() if task.status is TaskStatus.CANCELLED]
    assert {task.end_reason for task in before} <= {"before_system"}
    told = scene.recorded()
    assert ("case.taken_over", {"stage": stage}) in told
    assert all(data["reason"] == "before_system" for action, data in told if action == "task.skipped")
    assert not [action for action, _ in told if action == "task.completed"], "nothing is made up"
    scene.check_record()


def test_the_page_lists_only_stages_to_which_the_paper_can_lead(store: Store) -> None:
    """Everything the spine calls or asks for is somewhere in the list above, but for the return from abroad."""
    scene = taken_over(store, "return_from_abroad", region="abroad_kz", login="coordinator_national")
    assert "request_verification" in scene.open()


def test_on_the_way_nobody_is_asked_nothing_is_decided_nobody_is_alarmed(store: Store) -> None:
    scene = taken_over(store, "formal_identification")
    assert scene.open() == {"formal_opinion": COORDINATOR, "paper_follow_up": COORDINATOR}
    actions = scene.actions()
    assert not {"handoff.offered", "handoff.exhausted", "alarm.raised", "decision.made"} & set(actions)
    assert scene.decisions() == [] and scene.alarms() == set()
    facts = scene.facts()
    assert (facts["criteria_result"], facts["risk_level"]) == ("unknown", "unknown"), "no table has been asked"
    assert facts["preliminary_result"] == "presumed"


def test_what_stands_beside_the_way_is_not_skipped_and_is_asked_for_at_the_end(store: Store) -> None:
    """A child is under child protection from the hour the case is taken over; the lawyer of the plan is asked for."""
    scene = taken_over(store, "formal_identification", age_band="child", lawyer_wanted="yes")
    assert set(scene.open()) == {"formal_opinion", "paper_follow_up", "child_notice", "appoint_attorney"}
    assert scene.handoff("child_notice", "child_protection").ground == "child"
    assert scene.handoff("appoint_attorney", "legal_aid_centre").ground == "child"


def test_what_the_paper_cannot_say(store: Store) -> None:
    def take_over(login: str = COORDINATOR, stage: str = "case_plan", **facts: object) -> None:
        with store.transaction() as session:
            takeovers.take_over(session, stage, region="osh", facts=facts, by=actor(session, login))

    with pytest.raises(NotAllowed):
        take_over("police_osh", preliminary_result="presumed")
    with pytest.raises(Invalid):
        take_over(stage="heaven")
    for facts in ({"risk_level": "high"}, {"shoe_size": 40}, {"age_band": "old"}):
        with pytest.raises(Invalid):
            take_over(**facts)
    with pytest.raises(Conflict):
        take_over(stage="repatriation", preliminary_result="presumed", return_wanted="no")
    with pytest.raises(Conflict):
        take_over(stage="shelter", preliminary_result="presumed", age_band="adult")
    with pytest.raises(Conflict):
        take_over(stage="missing_search")


def test_nothing_owed_is_left_behind_when_a_case_closes(store: Store) -> None:
    """A stage begun beside the path holds the closure up, by name."""
    scene = Scene(store, case_at(store, "closure_approval", answers={"preliminary_result": "not_presumed"}))
    scene.act(
        COORDINATOR,
        lambda s, by: paths.start_stage(s, scene.reference, "repatriation", reason="urgent", inputs={}, by=by),
    )
    task = scene.task("closure_approval")
    second = f"{COORDINATOR}_2"
    with store.reading() as session:
        form = acts.look(session, scene.case().id, actor(session, second)).bundle.forms["closure_approval"]
    given = answering.fill(form, WOMAN_IN_OSH, today=task.opened_at.date())
    scene.act(second, lambda s, by: tasks.claim(s, task.id, by=by))
    with pytest.raises(Conflict, match="free decision"):
        scene.act(second, lambda s, by: tasks.complete(s, task.id, given, by=by))
    scene.act(COORDINATOR, lambda s, by: paths.skip(s, scene.task("return_decision").id, reason="not_needed", by=by))
    scene.act(second, lambda s, by: tasks.complete(s, task.id, given, by=by))
    assert scene.case().closed_at is not None
