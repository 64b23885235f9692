"""No common language: no consent and no interview without a named interpreter, wherever it is entered."""

from typing import Any

import pytest

from engine import act as acts
from engine import consents, corrections, handoffs, paths, tasks, withdrawals
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.errors import Invalid
from engine.models.cases import ConsentAnswer
from engine.models.work import Handoff, TaskStatus
from tests.factories import case_at, open_offers
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, OFFICER = "coordinator_osh", "police_osh"
NAMED = "A. Interpreter, interpreter service"
NOBODY = {"interpreter_how": "not_found", "interpreter_name": ""}


def complete(scene: Scene, element: str, **answers: Any) -> None:
    """Fill in the form of a step, as whoever holds it."""
    task = scene.task(element)
    login = scene.code(task.holder_id or "")
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, login))
        given = answering.fill(act.bundle.forms[element], WOMAN_IN_OSH | answers, today=act.at.date())
    given = {name: value for name, value in given.items() if value != ""}
    scene.act(login, lambda s, by: tasks.claim(s, task.id, by=by))
    scene.act(login, lambda s, by: tasks.complete(s, task.id, given, by=by))


def record(scene: Scene, purpose: str, answer: ConsentAnswer = ConsentAnswer.GIVEN, interpreter: str = "") -> None:
    scene.act(
        COORDINATOR,
        lambda s, by: consents.record(s, scene.reference, purpose, answer, interpreter=interpreter, by=by),
    )


def open_offers_of(scene: Scene, element: str) -> list[Handoff]:
    with scene.store.reading() as session:
        return open_offers(session, scene.reference, element)


@pytest.fixture
def scene(store: Store) -> Scene:
    """A person who needs an interpreter, with the plan being made and a lawyer to be met."""
    return Scene(store, case_at(store, "case_plan", answers={"shelter_now": "no", "urgent_needs": []}))


def check_named(scene: Scene, element: str) -> None:
    """The step is not completed without a named interpreter, and is with one."""
    with pytest.raises(Invalid) as refused:
        complete(scene, element, **NOBODY)
    assert list(refused.value.fields) == ["interpreter_name"]
    assert scene.task(element).status is not TaskStatus.DONE
    complete(scene, element)
    assert scene.task(element).status is TaskStatus.DONE
    assert "task.completed" in scene.actions() and scene.answers(element)["interpreter_name"]


@pytest.mark.parametrize("element", ["rights_and_consent", "screening", "needs_and_risk", "case_plan"])
def test_a_step_at_which_the_person_is_asked(store: Store, element: str) -> None:
    scene = Scene(store, case_at(store, element, answers={"shelter_now": "no", "urgent_needs": []}))
    nobody = NOBODY if element != "screening" else {"interpreter_name": ""}
    with pytest.raises(Invalid) as refused:
        complete(scene, element, **nobody)
    assert list(refused.value.fields) == ["interpreter_name"]
    complete(scene, element)
    assert scene.task(element).status is TaskStatus.DONE


def test_the_lawyer_and_the_free_decision(scene: Scene) -> None:
    scene.play("legal_first_meeting")
    check_named(scene, "legal_first_meeting")
    scene.act(
        COORDINATOR,
        lambda s, by: paths.start_stage(s, scene.reference, "repatriation", reason="urgent", inputs={}, by=by),
    )
    check_named(scene, "return_decision")


def test_who_could_not_be_reached_was_not_spoken_to(scene: Scene) -> None:
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "legal_aid", by=by))
    (offer,) = open_offers_of(scene, "ask_about_pressure")
    asked = scene.code(offer.receiver_id or "")
    scene.act(asked, lambda s, by: handoffs.accept(s, offer.id, by=by))
    with pytest.raises(Invalid) as refused:
        complete(scene, "ask_about_pressure", asked_alone="yes", asked_language="ru", **NOBODY)
    assert list(refused.value.fields) == ["interpreter_name"]
    complete(scene, "ask_about_pressure", asked_alone="not_reached", pressure_reported="unknown", interpreter_name="")
    assert scene.task("ask_about_pressure").status is TaskStatus.DONE


def test_every_form_that_asks_who_interpreted_is_held_to_it(scene: Scene) -> None:
    """And nobody who asks for a consent goes without, but where safety cannot wait."""
    with scene.store.reading() as session:
        bundle = acts.look(session, scene.case().id, actor(session, COORDINATOR)).bundle
    asks = {key for key, form in bundle.forms.items() if "interpreter_name" in form}
    held = {e.id for e in bundle.elements.values() if e.properties.get("nrm:interpreter") == "interpreter_name"}
    assert asks == held and {"consent_at_18", "return_decision", "ask_about_pressure", "best_interests"} <= held
    safe = {e.id for e in bundle.elements.values() if e.properties.get("nrm:safety_first")}
    assert {key for key, form in bundle.forms.items() if form.purposes} - held == safe == {"intake", "safety_plan"}


def test_a_consent_said_outside_any_form(scene: Scene) -> None:
    for answer in (ConsentAnswer.GIVEN, ConsentAnswer.REFUSED):
        with pytest.raises(Invalid) as refused:
            record(scene, "protection", answer)
        assert list(refused.value.fields) == ["interpreter"]
    assert "consent.given" not in scene.actions()
    record(scene, "protection", interpreter=NAMED)
    assert scene.recorded()[-1] == ("consent.given", {"purpose": "protection", "interpreted": True})
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        row = act.consents()[-1]
        assert consents.interpreter(act, row) == NAMED and NAMED.encode() not in (row.interpreter or b"")
    scene.check_record()


def test_urgent_help_does_not_wait(scene: Scene) -> None:
    record(scene, "urgent_help")
    assert scene.actions()[-1] == "consent.given"


def test_who_needs_no_interpreter(store: Store) -> None:
    answers = {"interpreter_needed": "no", "shelter_now": "no", "urgent_needs": []}
    scene = Scene(store, case_at(store, "case_plan", answers=answers))
    record(scene, "protection")
    assert scene.actions()[-1] == "consent.given"


def correct(scene: Scene, element: str, **changed: Any) -> None:
    raw = {name: value for name, value in (scene.answers(element) | changed).items() if value is not None}
    task = scene.task(element)
    scene.act(OFFICER, lambda s, by: corrections.correct(s, task.id, raw, reason="misunderstood", by=by))


def test_a_correction_names_an_interpreter_as_the_form_did(scene: Scene) -> None:
    for changed in (
        {"interpreter_how": "not_needed", "interpreter_name": None},
        {"interpreter_how": "not_found", "interpreter_name": None, "consent_services": "refused"},
    ):
        with pytest.raises(Invalid) as refused:
            correct(scene, "rights_and_consent", **changed)
        assert list(refused.value.fields) == ["interpreter_name"]
    assert "task.corrected" not in scene.actions()
    correct(scene, "rights_and_consent", interpreter_name=NAMED)
    assert scene.actions()[-1] == "correction.made" and scene.answers("rights_and_consent")["interpreter_name"] == NAMED
