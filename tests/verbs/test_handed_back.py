"""What comes back: who answers for a person whose agency is gone, what it may still know, and who is asked next."""

import pytest
from sqlmodel import col, update

from engine import act as acts
from engine import agencies, answers, changes, consents, corrections, handoffs, handovers, offers, tasks, withdrawals
from engine.database import Store
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import ConsentAnswer
from engine.models.work import DeclineCode, Handoff, HandoffState, TaskStatus, UserTask
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, NATIONAL, OFFICER = "coordinator_osh", "coordinator_national", "police_osh"
SHELTER, OTHER = "shelter_osh", "shelter_bishkek"
GIVEN = ConsentAnswer.GIVEN


@pytest.fixture
def scene(store: Store) -> Scene:
    """A woman whom the police brought lives in the shelter of Osh; her plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def take_away(scene: Scene, how: str) -> None:
    held, shelter = scene.handoff("shelter_arrival", SHELTER).id, scene.agency(SHELTER)
    if how == "taken back":
        scene.act(COORDINATOR, lambda s, by: handovers.take_back(s, held, reason="wrong_agency", by=by))
    else:
        scene.act(NATIONAL, lambda s, by: agencies.suspend(s, shelter, by=by))


def hand_over(scene: Scene, to: str) -> Handoff:
    task, agency = scene.task("stay_review").id, scene.agency(to)
    return scene.act(SHELTER, lambda s, by: handovers.offer(s, task, agency, reason="moved_region", by=by))


def test_who_is_taken_off_the_path_has_no_part_left_in_what_it_called(store: Store) -> None:
    """The stages that inherit who fills a lane give nobody a part in a lane in which they ask for nothing."""
    scene = Scene(store, case_at(store, "intake"))
    guard, task = scene.agency("border_guard"), scene.task("intake").id
    scene.act(OFFICER, lambda s, by: handovers.offer(s, task, guard, reason="better_suited", by=by))
    offer = scene.handoff("intake", "border_guard")
    scene.act("border_guard", lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.play("return_decision", "stay_review", "legal_first_meeting")
    assert scene.task("screening").ended_by_agency_id == guard, "the first stage goes on with who took the person in"
    scene.act(COORDINATOR, lambda s, by: handovers.take_back(s, offer.id, reason="wrong_agency", by=by))
    assert scene.parts("border_guard") == []
    scene.check_record()


# who answers for her, and who may know where she goes
@pytest.mark.parametrize("how", ["taken back", "suspended"])
def test_who_brought_her_does_not_answer_for_her_again_once_she_was_there(scene: Scene, how: str) -> None:
    take_away(scene, how)
    task, offer = scene.task("stay_review"), scene.handoff("stay_review", OTHER)
    assert (scene.code(task.accountable_id), scene.code(offer.giver_id)) == (COORDINATOR, COORDINATOR)
    for verb in (
        lambda s, by: handovers.take_back(s, offer.id, reason="by_giver", by=by),
        lambda s, by: withdrawals.decline_service(s, task.id, by=by),
        lambda s, by: handoffs.open_card(s, offer.id, by=by),
    ):
        with pytest.raises(NotFound):
            scene.act(OFFICER, verb)
    scene.check_record()


def test_who_brings_her_answers_for_her_until_she_is_there(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "screening"))
    offer = scene.handoff("shelter_arrival", SHELTER)
    scene.act(SHELTER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    take_away(scene, "taken back")
    assert scene.open()["shelter_arrival"] == OFFICER, "she is still with the police"
    scene.check_record()


@pytest.mark.parametrize("how", ["taken back", "suspended"])
def test_what_was_taken_from_an_agency_it_neither_reads_nor_corrects(scene: Scene, how: str) -> None:
    arrival = scene.task("shelter_arrival")
    take_away(scene, how)
    with pytest.raises(NotFound):
        scene.act(SHELTER, lambda s, by: corrections.correct(s, arrival.id, {}, reason="typing_error", by=by))
    assert scene.actions() == []


def test_a_successor_is_not_asked_again_for_what_was_taken_from_it(scene: Scene) -> None:
    shelter, other = scene.agency(SHELTER), scene.agency(OTHER)
    held = scene.handoff("shelter_arrival", SHELTER)
    scene.act(NATIONAL, lambda s, by: agencies.close(s, shelter, successor_id=other, by=by))
    with scene.store.reading() as session:
        passed = session.get_one(Handoff, held.id)
    assert (passed.receiver_id, passed.receiver_name) == (other, held.receiver_name), "it goes on under its old name"
    assert "handoff.succeeded" in scene.actions()
    scene.act(COORDINATOR, lambda s, by: handovers.take_back(s, held.id, reason="wrong_agency", by=by))
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        asked = {scene.code(offer.receiver_id) for offer in offers.pending(act, scene.task("stay_review"))}
    assert OTHER not in asked
    scene.check_record()


# nobody falls between two offers
def test_a_handover_ends_with_the_agency_that_offered_it_and_the_next_is_asked(scene: Scene) -> None:
    offer = hand_over(scene, OTHER)
    take_away(scene, "taken back")
    assert scene.handoff("stay_review", OTHER).id != offer.id, "asked anew, by who answers for her now"
    asked = scene.handoff("stay_review", OTHER)
    scene.act(OTHER, lambda s, by: handoffs.decline(s, asked.id, reason=DeclineCode.NO_CAPACITY, by=by))
    task = scene.task("stay_review")
    assert task.status is TaskStatus.AWAITING and task.accountable_id == scene.agency(COORDINATOR)
    assert ("no_taker", NATIONAL) in scene.alarms()
    scene.check_record()


def test_another_place_is_not_asked_of_the_house_where_she_is(scene: Scene) -> None:
    here = scene.task("stay_review")
    elsewhere = UserTask(**here.model_dump() | {"scope": "another stay"})
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        asked = [{found.agency.code for found in offers.suitable(act, task)} for task in (here, elsewhere)]
    assert asked == [{SHELTER, OTHER}, {OTHER}]


# consents
def test_a_handover_nobody_answered_ends_with_the_consent_it_rests_on(scene: Scene) -> None:
    offer = hand_over(scene, OTHER)
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "everything", by=by))
    assert scene.handoff("stay_review", OTHER).id == offer.id
    assert scene.handoff("stay_review", OTHER).state is HandoffState.WITHDRAWN
    assert "handoff.withdrawn" in scene.actions() and ("consent_withdrawn", SHELTER) in scene.alarms()
    scene.check_record()


def test_the_coordinator_hears_of_a_withdrawal_that_another_enters(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "screening"))
    scene.act(OFFICER, lambda s, by: withdrawals.withdraw(s, scene.reference, "urgent_help", by=by))
    assert "shelter_arrival" not in scene.open() and ("withdrawal_reported", COORDINATOR) in scene.alarms()


def test_who_lives_on_a_yes_does_not_enter_that_she_agrees_again(scene: Scene) -> None:
    say = {"purpose": "shelter", "answer": GIVEN, "interpreter": "N. N."}
    again = lambda s, by: consents.record(s, scene.reference, **say, by=by)  # noqa: E731
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "everything", by=by))
    with pytest.raises(NotAllowed, match="Tell the coordinator"):
        scene.act(SHELTER, again)
    assert scene.actions() == []
    review = scene.task("stay_review")

    def hear(session, by):
        withdrawals.hear(acts.begin(session, scene.case().id, by), review, "shelter", GIVEN)

    scene.act(SHELTER, hear)
    assert ("agreement_reported", COORDINATOR) in scene.alarms()
    assert "consent.agreement_reported" in scene.actions() and "consent.given" not in scene.actions()
    scene.act(COORDINATOR, again)
    assert scene.actions() == ["consent.given"]


def test_a_yes_to_less_shows_less(scene: Scene) -> None:
    def shown() -> set[str]:
        with scene.store.reading() as session:
            act = acts.look(session, scene.case().id, actor(session, SHELTER))
            return set(answers.package(act, scene.task("shelter_arrival")))

    before = shown()
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        made_on = scene.handoff("shelter_arrival", SHELTER).consent_id
        purpose = next(consent.purpose for consent in act.consents() if consent.id == made_on)
    less = {"purpose": purpose, "answer": GIVEN, "domains": ["medical"], "interpreter": "N. N."}
    scene.act(COORDINATOR, lambda s, by: consents.record(s, scene.reference, **less, by=by))
    assert shown() < before


def test_an_unknown_need_of_an_interpreter_is_a_need_where_the_language_is_foreign(store: Store) -> None:
    scene = Scene(store, case_at(store, "screening", answers={"interpreter_needed": "unknown"}))
    say = {"purpose": "protection", "answer": GIVEN}
    with pytest.raises(Invalid, match="interpreter"):
        scene.act(COORDINATOR, lambda s, by: consents.record(s, scene.reference, **say, by=by))
    urgent = {"purpose": "urgent_help", "answer": GIVEN}
    scene.act(COORDINATOR, lambda s, by: consents.record(s, scene.reference, **urgent, by=by))
    assert scene.actions() == ["consent.given"], "safety does not wait"


# a mistake, and death
def test_nobody_ends_by_a_word_a_case_in_which_her_safety_is_seen_to(scene: Scene) -> None:
    scene.act(SHELTER, lambda s, by: changes.danger(s, scene.reference, by=by))
    before, called = scene.open(), scene.alarms()
    erase = lambda s, by: changes.opened_in_error(s, scene.reference, reason="opened_in_error", by=by)  # noqa: E731
    for login in (COORDINATOR, NATIONAL):
        with pytest.raises(Conflict, match="safety"):
            scene.act(login, erase)
    assert (scene.open(), scene.alarms()) == (before, called)


def test_a_death_said_twice_does_not_begin_the_closure_again(scene: Scene) -> None:
    died = lambda s, by: changes.died(s, scene.reference, by=by)  # noqa: E731
    scene.act(COORDINATOR, died)
    closing = scene.task("closure_proposal").id
    with pytest.raises(Conflict, match="closure is under way"):
        scene.act(COORDINATOR, died)
    assert scene.task("closure_proposal").id == closing and len(scene.tasks("closure_proposal")) == 1


# separation of duties
def test_a_lane_that_changes_hands_does_not_let_an_agency_check_itself(store: Store) -> None:
    scene = Scene(store, case_at(store, "second_opinion"))
    opinion, police = scene.task("second_opinion"), scene.agency(OFFICER)
    with scene.store.transaction() as session:  # however it came there
        changed = {"holder_id": police, "accountable_id": police, "status": TaskStatus.OPEN}
        session.connection().execute(update(UserTask).where(col(UserTask.id) == opinion.id).values(**changed))
    with pytest.raises(NotAllowed, match="another agency"):
        scene.act(OFFICER, lambda s, by: tasks.claim(s, opinion.id, by=by))
