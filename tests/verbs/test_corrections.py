"""A mistake in a completed form: a new version, who is told, and what the coordinator decides."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from engine import act as acts
from engine import consents, corrections, withdrawals
from engine.corrections import Verdict, Version
from engine.database import Store
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from engine.models.answers import Correction
from engine.models.cases import Consent, ConsentAnswer
from engine.models.work import TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.times import ahead
from tests.verbs.scene import Scene

COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A case whose screening is done and whose plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def correct(
    scene: Scene, element: str, login: str = OFFICER, reason: str = "typing_error", **changes: Any
) -> Correction:
    """Correct some answers of a completed form; None takes an answer out."""
    raw = {name: value for name, value in (scene.answers(element) | changes).items() if value is not None}
    task = scene.task(element)
    return scene.act(login, lambda s, by: corrections.correct(s, task.id, raw, reason=reason, by=by))


def versions(scene: Scene, element: str, login: str) -> list[Version]:
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, login))
        return corrections.versions(act, scene.task(element))


def test_a_correction_is_a_new_version_and_the_old_one_stays(scene: Scene) -> None:
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    assert made.fields == ["means_seen", "means_signs"]
    new, old = versions(scene, "screening", OFFICER)
    assert (old.number, old.reason, old.values["means_seen"]) == (1, "", "true")
    assert (new.number, new.reason, new.values["means_seen"]) == (2, "typing_error", "false")
    assert new.changed == ["means_seen", "means_signs"]
    assert "means_signs" in old.values and "means_signs" not in new.values, "what was taken out is not shown again"
    assert "means_signs" not in scene.answers("screening")
    assert scene.facts()["means_seen"] is False
    told = dict(scene.recorded())
    assert told["correction.made"]["reason"] == "typing_error"
    assert told["task.corrected"]["fields"] == ["means_seen", "means_signs"]
    assert scene.actions().count("answers.corrected") == 2, "one per domain that changed"
    assert scene.task("screening").status is TaskStatus.DONE
    scene.check_record()


def test_who_acted_on_the_old_answer_is_told_and_the_coordinator_must_decide(scene: Scene) -> None:
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    assert made.gateways == ["apply_criteria"] and made.verdict == Verdict.OPEN
    assert {("acted_on_old_answer", "ngo_osh"), ("decided_on_old_answer", COORDINATOR)} <= scene.alarms()


def test_what_nobody_decided_on_is_not_asked_about(scene: Scene) -> None:
    made = correct(scene, "screening", interpreter_name="Another interpreter")
    assert made.gateways == [] and made.verdict == ""
    assert ("decided_on_old_answer", COORDINATOR) not in scene.alarms()


def test_it_stands(scene: Scene) -> None:
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    before = scene.open()
    scene.act(COORDINATOR, lambda s, by: corrections.decide(s, made.id, Verdict.STAND, by=by))
    assert scene.open() == before
    assert ("decided_on_old_answer", COORDINATOR) not in scene.alarms()
    assert scene.actions()[0] == "correction.stand"
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: corrections.decide(s, made.id, Verdict.REDO, by=by))


def test_what_was_found_out_since_is_not_overwritten(scene: Scene) -> None:
    """The rights form has said since what the age is; correcting the intake does not unsay it."""
    later = scene.facts()["age_band"]
    correct(scene, "rights_and_consent", age_band="child")
    assert scene.facts()["age_band"] == "child" != later
    correct(scene, "intake", age_band="unknown")
    assert scene.facts()["age_band"] == "child"


def test_a_corrected_consent_counts_from_now_on(scene: Scene) -> None:
    correct(scene, "rights_and_consent", reason="misunderstood", consent_identification="refused")
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        newest = [c for c in act.consents() if c.purpose == "identification"][-1]
    assert newest.answer is ConsentAnswer.REFUSED
    assert "consent.refused" in scene.actions()


def test_what_the_person_said_since_is_not_unsaid_by_a_correction(scene: Scene) -> None:
    """She took a consent back by herself; that the form should have said yes does not give it again."""
    correct(scene, "rights_and_consent", consent_services="refused")
    given = ConsentAnswer.GIVEN
    scene.act(
        COORDINATOR, lambda s, by: consents.record(s, scene.reference, "services", given, interpreter="N. N.", by=by)
    )
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    correct(scene, "rights_and_consent", consent_services="given")
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        newest = consents.newest(act, "services")
    assert newest is not None and newest.answer is ConsentAnswer.WITHDRAWN
    assert "consent.given" not in scene.actions() and "correction.made" in scene.actions()


def test_the_coordinator_is_called_until_every_correction_is_decided(scene: Scene) -> None:
    first = correct(scene, "screening", means_seen="false", means_signs=None)
    second = correct(scene, "screening", act_seen="false", act_signs=None)
    for made, called in ((first, True), (second, False)):
        scene.act(COORDINATOR, lambda s, by, m=made: corrections.decide(s, m.id, Verdict.STAND, by=by))
        assert (("decided_on_old_answer", COORDINATOR) in scene.alarms()) is called


@pytest.mark.parametrize(
    ("login", "form", "takes_back"),
    [
        (OFFICER, "rights_and_consent", False),
        (COORDINATOR, "rights_and_consent", False),
        (COORDINATOR, "case_plan", True),
    ],
)
def test_a_consent_corrected_to_no_is_taken_back_or_reported(
    store: Store, login: str, form: str, takes_back: bool
) -> None:
    """The plan has asked again since the rights talk: an old form does not unsay that, it makes the coordinator ask."""
    scene = Scene(store, case_at(store, "stay_review", "legal_first_meeting", "service_first_contact"))
    before, task, purposes = scene.open(), scene.task(form), ("legal_aid", "services", "shelter")
    whole = scene.answers(form) | {f"consent_{purpose}": "refused" for purpose in purposes}
    if form == "case_plan":  # a plan holds nothing the person has not agreed to
        whole |= {"services_planned": [], "shelter_planned": "no", "lawyer_wanted": "no"}
    scene.act(login, lambda s, by: corrections.correct(s, task.id, whole, reason="misunderstood", by=by))
    answer = ConsentAnswer.REFUSED if takes_back else ConsentAnswer.GIVEN
    assert {_newest(scene)[purpose].answer for purpose in purposes} == {answer}
    services = {t.end_reason for t in scene.tasks("service_first_contact") if t.purpose == "services"}
    assert services == ({"withdrawn_by_person"} if takes_back else {""})
    assert (("consent_withdrawn", "legal_aid_centre") in scene.alarms()) is takes_back
    assert (("withdrawal_reported", COORDINATOR) in scene.alarms()) is not takes_back
    assert ("ask_about_pressure" in scene.open()) is takes_back
    assert {"stay_review", "legal_first_meeting"} <= scene.open().keys() and (takes_back or scene.open() == before)
    wanted = {"consent.refused", "handoff.withdrawn"} if takes_back else {"consent.withdrawal_reported"}
    assert wanted | {"correction.made"} <= set(scene.actions())
    scene.check_record()


def test_a_yes_that_is_no_answer_any_more_is_taken_back_and_a_later_no_stands(scene: Scene) -> None:
    correct(scene, "rights_and_consent", consent_return="unknown")
    assert _newest(scene)["return"].answer is ConsentAnswer.WITHDRAWN
    assert "ask_about_pressure" in scene.open() and "consent.withdrawn" in scene.actions()
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    correct(scene, "rights_and_consent", consent_services="refused")
    correct(scene, "rights_and_consent", consent_services="given")
    assert _newest(scene)["services"].answer is ConsentAnswer.WITHDRAWN, "what she said since is not overwritten"


def _newest(scene: Scene) -> dict[str, Consent]:
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        return {c.purpose: c for c in act.consents()}


def test_a_form_is_checked_against_the_day_it_was_completed(scene: Scene) -> None:
    """A date that lay ahead then may lie behind now: that is no mistake."""
    with ahead(timedelta(days=90)):
        try:
            made = correct(scene, "shelter_arrival", SHELTER)
        except Conflict as nothing:
            assert nothing.message == "Nothing was changed."
        else:
            raise AssertionError(made)


def test_the_coordinator_corrects_what_the_role_may_see_and_nothing_else(scene: Scene) -> None:
    seen = versions(scene, "screening", COORDINATOR)[0].values
    assert "means_seen" in seen and "means_signs" not in seen, "testimony is not the coordinator's to read"
    task = scene.task("screening")
    whole = dict(seen) | {"interpreter_name": "Another interpreter"}
    scene.act(COORDINATOR, lambda s, by: corrections.correct(s, task.id, whole, reason="typing_error", by=by))
    assert scene.answers("screening")["means_signs"], "what one may not see stays as it was"
    with pytest.raises(Invalid) as refused:
        raw = whole | {"means_signs": ["Debt"]}
        scene.act(COORDINATOR, lambda s, by: corrections.correct(s, task.id, raw, reason="typing_error", by=by))
    assert list(refused.value.fields) == ["means_signs"]


def test_refusals(scene: Scene) -> None:
    with pytest.raises(Invalid):
        correct(scene, "screening", reason="boredom", means_seen="false", means_signs=None)
    with pytest.raises(Invalid):
        correct(scene, "screening", means_seen="perhaps")
    with pytest.raises(Conflict):
        correct(scene, "screening")
    with pytest.raises(NotFound):
        correct(scene, "screening", "shelter_bishkek", means_seen="false", means_signs=None)
    open_task, raw = scene.task("case_plan"), scene.answers("screening")
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: corrections.correct(s, open_task.id, raw, reason="typing_error", by=by))
    task = scene.task("screening")
    with pytest.raises(Stale):
        scene.act(
            OFFICER, lambda s, by: corrections.correct(s, task.id, raw, reason="typing_error", by=by, revision=99)
        )


def test_only_the_coordinator_decides(scene: Scene) -> None:
    made = correct(scene, "screening", means_seen="false", means_signs=None)
    with pytest.raises(NotAllowed):
        scene.act(OFFICER, lambda s, by: corrections.decide(s, made.id, Verdict.STAND, by=by))
    with pytest.raises(NotFound):
        scene.act("coordinator_bishkek", lambda s, by: corrections.decide(s, made.id, Verdict.STAND, by=by))
    with pytest.raises(NotFound):
        scene.act(COORDINATOR, lambda s, by: corrections.decide(s, "0" * 32, Verdict.STAND, by=by))
    with scene.store.reading() as session:
        assert session.exec(select(Correction.verdict)).one() == Verdict.OPEN
