"""Moving inside a role, full houses, longer stays, and no common language."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from engine import act as acts
from engine import cases, changes, clock, directory, handoffs, handovers, movements, paths, tasks
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.errors import Conflict, Invalid, NotAllowed
from engine.models.people import Place
from engine.models.work import Deadline, DeadlineState, DeclineCode, Handoff, HandoffState, TaskStatus
from tests.factories import case_at, open_offers, valid_answers
from tests.people import actor
from tests.times import today
from tests.verbs.scene import Scene

COORDINATOR, SHELTER, OTHER = "coordinator_osh", "shelter_osh", "shelter_bishkek"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A person in the shelter of Osh, whose plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def hand_over(scene: Scene, element: str, to: str, login: str, reason: str = "moved_region") -> Handoff:
    task, agency = scene.task(element), scene.agency(to)
    return scene.act(login, lambda s, by: handovers.offer(s, task.id, agency, reason=reason, by=by))


def test_from_shelter_to_shelter_the_giver_answers_for_the_person_until_arrival(scene: Scene) -> None:
    offer = hand_over(scene, "stay_review", OTHER, SHELTER)
    assert (offer.reason, offer.giver_name) == ("moved_region", scene.handoff("shelter_arrival", SHELTER).receiver_name)
    assert dict(scene.recorded())["handoff.offered"]["handover"] == "moved_region"
    assert scene.open()["stay_review"] == SHELTER and scene.task("stay_review").holder_id == scene.agency(SHELTER)
    scene.act(OTHER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    task = scene.task("stay_review")
    assert task.holder_id == scene.agency(OTHER) and scene.open()["stay_review"] == SHELTER
    old = scene.handoff("shelter_arrival", SHELTER)
    assert (old.state, old.outcome) == (HandoffState.PARTLY_DONE, "handed_over")
    assert {"place.taken", "place.freed", "movement.expected", "task.assigned"} <= set(scene.actions())
    scene.act(SHELTER, lambda s, by: movements.depart(s, task.id, escort=movements.Escort.GIVER, by=by))
    scene.act(OTHER, lambda s, by: movements.arrive(s, task.id, condition=movements.Condition.WELL, by=by))
    assert scene.open()["stay_review"] == OTHER
    scene.check_record()


def test_a_declined_handover_changes_nothing(scene: Scene) -> None:
    offer = hand_over(scene, "stay_review", OTHER, SHELTER)
    before = scene.open()
    scene.act(OTHER, lambda s, by: handoffs.decline(s, offer.id, reason=DeclineCode.NO_CAPACITY, by=by))
    assert scene.open() == before
    assert hand_over(scene, "stay_review", OTHER, SHELTER).state is HandoffState.OFFERED, "it may be asked again"


def test_the_lead_passes_from_one_coordinator_to_the_next(scene: Scene) -> None:
    offer = hand_over(scene, "case_plan", "coordinator_bishkek", COORDINATOR)
    scene.act("coordinator_bishkek", lambda s, by: handoffs.accept(s, offer.id, by=by))
    assert scene.case().lead_agency_id == scene.agency("coordinator_bishkek")
    assert scene.open()["case_plan"] == "coordinator_bishkek"
    assert "case.led" in scene.actions()
    scene.act("coordinator_bishkek", lambda s, by: changes.danger(s, scene.reference, by=by))
    back = hand_over(scene, "safety_plan", COORDINATOR, "coordinator_bishkek")
    scene.act(COORDINATOR, lambda s, by: handoffs.accept(s, back.id, by=by))
    assert scene.case().lead_agency_id == scene.agency(COORDINATOR)
    assert scene.open()["case_plan"] == COORDINATOR == scene.open()["safety_plan"], "the lead is of the whole case"
    assert scene.handoff("case_plan", "coordinator_bishkek").state is HandoffState.PARTLY_DONE
    scene.check_record()


def test_the_lead_is_offered_to_one_desk_at_a_time(scene: Scene) -> None:
    scene.act(SHELTER, lambda s, by: changes.danger(s, scene.reference, by=by))
    hand_over(scene, "case_plan", "coordinator_bishkek", COORDINATOR)
    with pytest.raises(Conflict, match="still open"):
        hand_over(scene, "safety_plan", "coordinator_national", COORDINATOR)


def test_the_lead_is_offered_no_longer_once_the_case_has_ended(scene: Scene) -> None:
    """The step it was offered with may be done by then; nobody can take a lead of what is closed."""
    scene.act(
        COORDINATOR,
        lambda s, by: paths.start_stage(s, scene.reference, "repatriation", reason="urgent", inputs={}, by=by),
    )
    offer = hand_over(scene, "return_decision", "coordinator_bishkek", COORDINATOR)
    task = scene.task("return_decision")
    with scene.store.reading() as session:
        said = valid_answers(session, task.id, COORDINATOR)
    scene.act(COORDINATOR, lambda s, by: tasks.claim(s, task.id, by=by))
    scene.act(COORDINATOR, lambda s, by: tasks.complete(s, task.id, said, by=by))
    assert scene.handoff("return_decision", "coordinator_bishkek").state is HandoffState.OFFERED, (
        "there is more to lead"
    )
    scene.act(COORDINATOR, lambda s, by: changes.opened_in_error(s, scene.reference, reason="duplicate", by=by))
    assert scene.handoff("return_decision", "coordinator_bishkek").state is HandoffState.RECALLED
    recalled = [data["receiver"] for action, data in scene.recorded() if action == "handoff.recalled"]
    assert recalled.count(offer.receiver_name) == 1, "beside whatever else was offered in the case"
    scene.check_record()


def test_what_the_old_lead_does_itself_stays_its_own(store: Store) -> None:
    """A desk that met the person has first steps in hand like any first responder; the lead passes without them."""
    with store.transaction() as session:
        case = cases.open_case(session, by=actor(session, COORDINATOR), region="osh")
        scene = Scene(store, case.reference)
    scene.act(COORDINATOR, lambda s, by: changes.danger(s, scene.reference, by=by))
    offer = hand_over(scene, "safety_plan", "coordinator_bishkek", COORDINATOR)
    scene.act("coordinator_bishkek", lambda s, by: handoffs.accept(s, offer.id, by=by))
    intake = scene.task("intake")
    assert intake.holder_id == intake.accountable_id == scene.agency(COORDINATOR)
    assert scene.open()["safety_plan"] == "coordinator_bishkek"


def test_who_hands_over_to_whom_and_why(scene: Scene) -> None:
    with pytest.raises(Invalid):
        hand_over(scene, "stay_review", OTHER, SHELTER, reason="tired")
    with pytest.raises(Conflict):
        hand_over(scene, "stay_review", "police_osh", SHELTER)
    hand_over(scene, "stay_review", OTHER, SHELTER)
    with pytest.raises(Conflict, match="still open"):
        hand_over(scene, "stay_review", OTHER, SHELTER)
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, SHELTER))
        assert [c.agency.code for c in handovers.choices(act, scene.task("stay_review"))] == [OTHER]


def test_the_wrong_agency_loses_the_task_and_the_next_is_asked(scene: Scene) -> None:
    held = scene.handoff("shelter_arrival", SHELTER)
    with pytest.raises(NotAllowed):
        scene.act(SHELTER, lambda s, by: handovers.take_back(s, held.id, reason="wrong_agency", by=by))
    for reason in ("", "agency_closed"):
        with pytest.raises(Invalid):
            scene.act(COORDINATOR, lambda s, by, r=reason: handovers.take_back(s, held.id, reason=r, by=by))
    scene.act(COORDINATOR, lambda s, by: handovers.take_back(s, held.id, reason="wrong_agency", by=by))
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    assert scene.task("stay_review").status is TaskStatus.AWAITING
    assert scene.handoff("stay_review", OTHER).state is HandoffState.OFFERED
    assert {"handoff.recalled", "task.put_back", "place.freed", "handoff.offered"} <= set(scene.actions())
    scene.check_record()


def test_a_full_house_takes_in_only_with_a_reason(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", answers={"urgent_needs": []}))
    with store.transaction() as session:
        offer = next(h for h in open_offers(session, scene.reference, "shelter_arrival") if h.place_id)
        code = scene.code(offer.receiver_id or "")
        session.exec(update(Place).where(col(Place.id) == offer.place_id).values(taken=Place.total))
        assert directory.is_full(session, offer)
    with pytest.raises(Conflict):
        scene.act(code, lambda s, by: handoffs.accept(s, offer.id, by=by))
    with pytest.raises(Invalid):
        scene.act(code, lambda s, by: handoffs.accept(s, offer.id, by=by, over_capacity="generosity"))
    scene.act(code, lambda s, by: handoffs.accept(s, offer.id, by=by, over_capacity="emergency"))
    with store.reading() as session:
        place = session.get_one(Place, offer.place_id)
        assert place.taken == place.total + 1
    taken = dict(scene.recorded())["place.taken"]
    assert taken["reason"] == "emergency" and taken["size"] == 1


def test_capacity_nobody_confirmed_lately_is_unknown_and_excludes_nobody(store: Store) -> None:
    with store.transaction() as session:
        session.exec(update(Place).values(taken=Place.total, confirmed_at=clock.now() - timedelta(hours=25)))
        assert {directory.free(place) for place in session.exec(select(Place)).all()} == {None}
    scene = Scene(store, case_at(store, "shelter_arrival", answers={"urgent_needs": []}))
    with store.reading() as session:
        assert open_offers(session, scene.reference, "shelter_arrival")


def test_the_shelter_itself_extends_the_stay_but_no_other_clock(scene: Scene) -> None:
    with scene.store.reading() as session:
        running = {
            d.clock: d
            for d in session.exec(select(Deadline).where(Deadline.case_id == scene.case().id)).all()
            if d.state is DeadlineState.RUNNING
        }
    stay, plan = running["shelter_stay"], running["case_plan"]
    row = scene.act(SHELTER, lambda s, by: cases.extend(s, stay.id, days=10, reason="trauma", by=by))
    assert row.due_at == stay.due_at + timedelta(days=10) and scene.task("stay_review").due_at == row.due_at
    assert scene.actions() == ["deadline.extended", "alarm.raised", "deadline.started"]
    assert scene.alarms() == {("extended", COORDINATOR)}
    with pytest.raises(Conflict, match="nearer its end"):
        scene.act(SHELTER, lambda s, by: cases.extend(s, stay.id, days=1, reason="other", by=by))
    with pytest.raises(Invalid, match="Extend by 1 to 10 days"):
        scene.act(SHELTER, lambda s, by: cases.extend(s, stay.id, days=11, reason="other", by=by))
    scene.act(COORDINATOR, lambda s, by: cases.extend(s, stay.id, days=90, reason="investigation", by=by))
    assert scene.actions() == ["deadline.extended"], "who steers the case decides on more, and need not be called"
    with pytest.raises(NotAllowed):
        scene.act(SHELTER, lambda s, by: cases.extend(s, plan.id, days=10, reason="trauma", by=by))
    with pytest.raises(NotAllowed):
        scene.act("police_osh", lambda s, by: cases.extend(s, stay.id, days=10, reason="trauma", by=by))


@pytest.mark.parametrize(
    ("person", "form", "refused"),
    [
        ({"interpreter_needed": "yes"}, {"interpreter_how": "not_needed"}, True),
        ({"interpreter_needed": "yes"}, {"interpreter_how": "present", "interpreter_name": "N. Interpreter"}, False),
        ({"interpreter_needed": "unknown", "language": "uz"}, {"rights_language": "ru"}, True),
        ({"interpreter_needed": "unknown", "language": "uz"}, {"rights_language": "uz"}, False),
        ({"interpreter_needed": "no", "language": "uz"}, {"rights_language": "ru"}, False),
    ],
)
def test_no_consent_without_a_common_language(store: Store, person: dict, form: dict, refused: bool) -> None:
    scene = Scene(
        store, case_at(store, "rights_and_consent", "shelter_arrival", "service_first_contact", answers=person)
    )
    task, officer = scene.task("rights_and_consent"), "police_osh"
    with store.reading() as session:
        definition = acts.look(session, scene.case().id, actor(session, officer)).bundle.forms["rights_and_consent"]
    wanted = WOMAN_IN_OSH | person | {"interpreter_how": "not_needed", "interpreter_name": ""} | form
    given = answering.fill(definition, wanted, today=today())
    scene.act(officer, lambda s, by: tasks.claim(s, task.id, by=by))
    if not refused:
        scene.act(officer, lambda s, by: tasks.complete(s, task.id, given, by=by))
        return
    with pytest.raises(Invalid) as told:
        scene.act(officer, lambda s, by: tasks.complete(s, task.id, given, by=by))
    assert list(told.value.fields) == ["interpreter_name"]
    assert "shelter_arrival" in scene.open(), "urgent help does not wait for an interpreter"


@pytest.mark.parametrize("shelter", ["urgent", "planned"])
def test_an_answer_is_due_before_what_it_is_about(store: Store, shelter: str) -> None:
    """An offer that may be answered after its duty is due would make everybody late who is asked second."""
    now = "yes" if shelter == "urgent" else "no"
    answers = {"urgent_needs": [], "shelter_now": now, "shelter_planned": "no" if now == "yes" else "yes"}
    scene = Scene(store, case_at(store, "closure_proposal", answers=answers))
    duties = {task.id: task for task in scene.tasks()}
    with store.reading() as session:
        offers = session.exec(select(Handoff).where(Handoff.case_id == scene.case().id)).all()
    urgent = {duties[offer.task_id].urgent for offer in offers if offer.element == "shelter_arrival"}
    late = [o.element for o in offers if o.answer_by and o.answer_by > (duties[o.task_id].due_at or o.answer_by)]
    assert urgent == {shelter == "urgent"} and not late, late
