"""What nobody can do to her alone: end her services, her path or her alarms, or take her out of where she is."""

import pytest
from sqlmodel import select

from engine import act as acts
from engine import alarms, cases, changes, consents, handoffs, handovers, movements, offers, withdrawals
from engine.database import Store
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import ConsentAnswer
from engine.models.work import Alarm, Deadline, DeadlineKind, DeadlineState, HandoffState, TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, NATIONAL, SHELTER, OFFICER = "coordinator_osh", "coordinator_national", "shelter_osh", "police_osh"
QUESTION = "ask_about_pressure"


@pytest.fixture
def scene(store: Store) -> Scene:
    """She has arrived in the shelter of Osh; a lawyer is at work, two services are offered and not begun."""
    return Scene(store, case_at(store, "stay_review", "legal_first_meeting", "service_first_contact"))


@pytest.fixture
def journey(store: Store) -> Scene:
    """The shelter of Osh has accepted, and she is not there yet."""
    scene = Scene(store, case_at(store, "shelter_arrival", "screening", answers={"urgent_needs": []}))
    offer = scene.handoff("shelter_arrival", SHELTER)
    scene.act(SHELTER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    return scene


def say(scene: Scene, login: str, verb, **about) -> object:
    return scene.act(login, lambda s, by: verb(s, scene.reference, by=by, **about))


def asked(scene: Scene) -> set[str]:
    """The agencies that are asked to put the question about pressure, and who asks them."""
    task = scene.task(QUESTION)
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, NATIONAL))
        return {f"{scene.code(h.giver_id)} asks {scene.code(h.receiver_id)}" for h in offers.pending(act, task)}


def answer_alarms(scene: Scene) -> None:
    """Every desk says that it acts."""
    with scene.store.reading() as session:
        waiting = [(a.id, a.to_id) for a in session.exec(select(Alarm).where(Alarm.case_id == scene.case().id))]
    for alarm_id, desk in waiting:
        scene.act(scene.code(desk), lambda s, by, i=alarm_id: alarms.acknowledge(s, i, by=by))


# consent: taking it back has one door
@pytest.mark.parametrize("login", [SHELTER, OFFICER, COORDINATOR])
def test_a_consent_is_taken_back_by_its_own_verb_only(scene: Scene, login: str) -> None:
    before = scene.open()
    for answer, refusal in ((ConsentAnswer.WITHDRAWN, Invalid), (ConsentAnswer.REFUSED, Conflict)):
        with pytest.raises(refusal, match="What happened"):
            say(scene, login, consents.record, purpose="services", answer=answer)
    assert scene.open() == before and scene.actions() == []
    say(scene, login, consents.record, purpose="protection", answer=ConsentAnswer.REFUSED, interpreter="N. N.")
    assert scene.actions() == ["consent.refused"], "a no to what was never allowed is an answer"


def test_a_no_to_a_form_where_there_was_a_yes_is_a_consent_taken_back(store: Store) -> None:
    scene = Scene(store, case_at(store, "stay_review", "case_plan", "service_first_contact"))
    say(scene, COORDINATOR, consents.record, purpose="urgent_help", answer=ConsentAnswer.GIVEN)
    plan = {f"consent_{purpose}": "refused" for purpose in ("services", "shelter", "legal_aid")}
    plan |= {"services_planned": [], "shelter_planned": "no", "lawyer_wanted": "no"}
    Story(store, WOMAN_IN_OSH | plan, frozenset({"stay_review", QUESTION})).play(scene.reference)
    with store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        said = {purpose: consents.newest(act, purpose).answer for purpose in ("services", "shelter", "legal_aid")}
    assert set(said.values()) == {ConsentAnswer.REFUSED}
    assert asked(scene) and len(scene.tasks(QUESTION)) == 1


def test_a_no_that_the_recipient_itself_writes_down_calls_the_coordinator(scene: Scene) -> None:
    legal, no = scene.task("legal_first_meeting"), ConsentAnswer.REFUSED

    def hear(session, by):
        withdrawals.hear(acts.begin(session, scene.case().id, by), legal, "legal_aid", no)

    scene.act("legal_aid_centre", hear)
    assert ("withdrawal_reported", COORDINATOR) in scene.alarms() and asked(scene)
    assert {"consent.refused", "alarm.raised"} <= set(scene.actions())


# her wish, said by another
def test_who_works_with_her_may_decline_for_her_but_not_alone(scene: Scene) -> None:
    stay = scene.task("stay_review")
    scene.act(SHELTER, lambda s, by: withdrawals.decline_service(s, stay.id, by=by))
    assert "stay_review" not in scene.open()
    assert ("withdrawal_reported", COORDINATOR) in scene.alarms()
    assert asked(scene) and all(line.startswith(f"{COORDINATOR} asks ") for line in asked(scene)), "not the shelter"
    assert {"service.declined", "handoff.withdrawn", "alarm.raised", "handoff.offered"} <= set(scene.actions())
    legal = scene.task("legal_first_meeting")
    scene.act("legal_aid_centre", lambda s, by: withdrawals.decline_service(s, legal.id, by=by))
    assert len(scene.tasks(QUESTION)) == 1, "she is not asked twice at once"
    scene.check_record()


def test_the_coordinator_declines_for_her_without_further_questions(scene: Scene) -> None:
    stay = scene.task("stay_review")
    scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, stay.id, by=by))
    assert scene.tasks(QUESTION) == [] and scene.alarms() == set()


def test_leaving_spares_what_keeps_her_safe(scene: Scene) -> None:
    say(scene, COORDINATOR, withdrawals.withdraw, purpose="everything")
    say(scene, SHELTER, changes.danger)
    say(scene, OFFICER, changes.missing)
    assert say(scene, SHELTER, changes.leave) is True
    assert scene.open().keys() == {"closure_proposal", QUESTION, "safety_plan", "missing_search"}
    assert ("left_reported", COORDINATOR) in scene.alarms()
    assert len(scene.tasks(QUESTION)) == 1
    with pytest.raises(NotFound):
        say(scene, SHELTER, changes.leave)
    with pytest.raises(Conflict):
        say(scene, COORDINATOR, changes.leave)
    scene.check_record()


@pytest.mark.parametrize(
    ("verb", "alarm", "entry", "desks"),
    [
        (changes.leave, "left_reported", "person.left_reported", {COORDINATOR}),
        (changes.died, "death", "person.death_reported", {COORDINATOR, NATIONAL}),
    ],
)
def test_who_has_handed_her_on_only_reports_that_she_left_or_died(scene: Scene, verb, alarm, entry, desks) -> None:
    before = scene.open()
    assert say(scene, OFFICER, verb) is False
    assert scene.open() == before
    assert scene.alarms() == {(alarm, desk) for desk in desks}
    assert entry in scene.actions() and "task.cancelled" not in scene.actions()


def test_a_death_said_by_the_shelter_leaves_the_search_to_the_coordinator(scene: Scene) -> None:
    say(scene, OFFICER, changes.missing)
    assert say(scene, SHELTER, changes.died) is True
    assert scene.open() == {"closure_proposal": COORDINATOR, "missing_search": COORDINATOR}
    assert scene.alarms() == {(kind, desk) for kind in ("missing", "death") for desk in (COORDINATOR, NATIONAL)}


def test_whoever_works_with_her_may_say_that_she_left_where_no_house_has_her(store: Store) -> None:
    scene = Scene(store, case_at(store, "screening", answers={"urgent_needs": [], "shelter_now": "no"}))
    assert say(scene, OFFICER, changes.leave) is True
    assert scene.open().keys() == {"closure_proposal", QUESTION}
    assert ("left_reported", COORDINATOR) in scene.alarms()


# taking back
def test_a_giver_takes_back_until_she_has_arrived_and_not_afterwards(journey: Scene) -> None:
    held, task = journey.handoff("shelter_arrival", SHELTER), journey.task("shelter_arrival")

    def take_back(session, by):
        return handovers.take_back(session, held.id, reason="by_giver", by=by)

    well = movements.Condition.WELL
    journey.act(SHELTER, lambda s, by: movements.arrive(s, task.id, condition=well, by=by))
    for login in (OFFICER, SHELTER):
        with pytest.raises(NotAllowed):
            journey.act(login, take_back)
    assert journey.task("shelter_arrival").holder_id == journey.agency(SHELTER) and journey.actions() == []
    journey.act(COORDINATOR, take_back)
    assert journey.task("shelter_arrival").status is TaskStatus.AWAITING
    assert "handoff.recalled" in journey.actions()


def test_a_giver_takes_back_whom_it_still_answers_for(journey: Scene) -> None:
    held = journey.handoff("shelter_arrival", SHELTER)
    journey.act(OFFICER, lambda s, by: handovers.take_back(s, held.id, reason="by_giver", by=by))
    assert journey.task("shelter_arrival").status is TaskStatus.AWAITING
    assert journey.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    offer = journey.handoff("shelter_arrival", "shelter_bishkek")
    journey.act(OFFICER, lambda s, by: handovers.take_back(s, offer.id, reason="by_giver", by=by))
    assert journey.handoff("shelter_arrival", "shelter_bishkek").state is HandoffState.RECALLED
    journey.check_record()


# danger and missing are said as often as they happen
@pytest.mark.parametrize(
    ("verb", "step", "kind"),
    [(changes.missing, "missing_search", "missing"), (changes.danger, "safety_plan", "danger")],
)
def test_missing_and_danger_alarm_every_time_and_begin_once(scene: Scene, verb, step: str, kind: str) -> None:
    before, both = scene.open(), {(kind, COORDINATOR), (kind, NATIONAL)}
    say(scene, SHELTER, verb)
    assert scene.open() == before | {step: COORDINATOR}
    assert both <= scene.alarms() and scene.task(step).due_at is not None
    answer_alarms(scene)
    assert not both & scene.alarms()
    say(scene, OFFICER, verb)
    assert both <= scene.alarms(), "a new danger is a new alarm"
    assert len(scene.tasks(step)) == 1
    assert ("person.reported", kind) in [(action, data.get("kind")) for action, data in scene.recorded()]
    scene.check_record()


@pytest.mark.parametrize(("word", "kind"), [(changes.DANGER, "danger"), (changes.MISSING, "missing")])
def test_a_message_alarms_like_the_verb(scene: Scene, word: str, kind: str) -> None:
    scene.act(COORDINATOR, lambda s, by: cases.tell(s, scene.reference, word, {}, by=by))
    assert {(kind, COORDINATOR), (kind, NATIONAL)} <= scene.alarms()
    assert "person.reported" in scene.actions()


# clocks stop on the way
@pytest.mark.parametrize("verb", [changes.died, changes.leave])
def test_nobody_is_expected_any_more_where_the_path_has_ended(journey: Scene, verb) -> None:
    task = journey.task("shelter_arrival")
    journey.act(OFFICER, lambda s, by: movements.depart(s, task.id, escort=movements.Escort.GIVER, by=by))
    assert _arrival(journey) is DeadlineState.RUNNING
    say(journey, COORDINATOR, verb)
    assert _arrival(journey) is DeadlineState.CANCELLED
    assert "deadline.cancelled" in journey.actions()
    journey.check_record()


def test_a_report_of_the_escort_does_not_stop_the_clock_of_the_arrival(journey: Scene) -> None:
    """Who lost her on the way does not get rid of the question where she is by saying that she left."""
    assert journey.open()["screening"] == OFFICER, "the police work on her case, and still she is not theirs"
    assert journey.open()["shelter_arrival"] == OFFICER, "not there yet: the shelter does not answer for her"
    for login in (OFFICER, SHELTER):
        assert say(journey, login, changes.leave) is False
    assert _arrival(journey) is DeadlineState.RUNNING


def _arrival(scene: Scene) -> DeadlineState:
    with scene.store.reading() as session:
        query = select(Deadline.state).where(Deadline.case_id == scene.case().id, Deadline.kind == DeadlineKind.ARRIVAL)
        return session.exec(query).one()
