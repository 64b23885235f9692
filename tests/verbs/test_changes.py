"""She changes her mind, declines, leaves, is missing, in danger, dies; or a mistake: what starts and stops."""

import pytest
from sqlmodel import select

from engine import act as acts
from engine import answers, changes, consents, handoffs, handovers, offers, paths, tasks, withdrawals
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import CaseStatus, ConsentAnswer, Participation
from engine.models.work import Deadline, DeadlineKind, DeadlineState, HandoffState, TaskStatus
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

HELD = (HandoffState.ACCEPTED, HandoffState.IN_WORK)
COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"


@pytest.fixture
def scene(store: Store) -> Scene:
    """Shelter and lawyer at work, two services offered and not begun."""
    return Scene(store, case_at(store, "stay_review", "legal_first_meeting", "service_first_contact"))


def test_a_withdrawn_consent_ends_what_has_not_begun_and_nothing_else(scene: Scene) -> None:
    rows = scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    assert [(row.purpose, row.answer) for row in rows] == [("services", ConsentAnswer.WITHDRAWN)]
    psychological, medical = (_of(scene, service) for service in ("psychological", "medical"))
    assert (psychological.status, psychological.end_reason) == (TaskStatus.CANCELLED, "withdrawn_by_person")
    assert medical.status is TaskStatus.AWAITING
    assert {"stay_review", "legal_first_meeting", "ask_about_pressure"} <= scene.open().keys()
    told = scene.recorded()
    assert told[0] == ("consent.withdrawn", {"purpose": "services"} | told[0][1])
    assert "handoff.withdrawn" in scene.actions() and "handoff.recalled" not in scene.actions()
    assert "deadline.cancelled" in scene.actions()
    scene.check_record()


def test_who_has_begun_is_told_and_sees_no_more_of_what_was_shared(scene: Scene) -> None:
    task = scene.task("legal_first_meeting")
    assert _package(scene, "legal_aid_centre")
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "legal_aid", by=by))
    assert scene.task("legal_first_meeting").status is task.status
    assert ("consent_withdrawn", "legal_aid_centre") in scene.alarms()
    assert _package(scene, "legal_aid_centre") == {}


def test_who_began_on_an_earlier_yes_is_told_as_well(scene: Scene) -> None:
    """The person said yes twice: what rests on the first yes is taken back with the second."""
    yes = ConsentAnswer.GIVEN
    for purpose in ("legal_aid", "services"):
        scene.act(
            COORDINATOR,
            lambda s, by, p=purpose: consents.record(s, scene.reference, p, yes, interpreter="N. N.", by=by),
        )
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "everything", by=by))
    assert ("consent_withdrawn", "legal_aid_centre") in scene.alarms()
    assert _of(scene, "psychological").status is TaskStatus.CANCELLED


def test_everything_can_be_taken_back_at_once(scene: Scene) -> None:
    rows = scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "everything", by=by))
    assert {row.purpose for row in rows} >= {"services", "legal_aid", "shelter", "urgent_help"}
    assert "service_first_contact" not in scene.open()
    assert {"stay_review", "legal_first_meeting"} <= scene.open().keys(), "what is under way goes on until asked"
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "everything", by=by))


def test_an_agency_that_works_on_a_consent_only_reports(scene: Scene) -> None:
    before = scene.open()
    rows = scene.act(SHELTER, lambda s, by: withdrawals.withdraw(s, scene.reference, "shelter", by=by))
    assert rows == [] and scene.open() == before
    assert ("withdrawal_reported", COORDINATOR) in scene.alarms()
    assert scene.actions() == ["alarm.raised", "deadline.started", "consent.withdrawal_reported"]


def test_a_report_tells_nothing_of_what_was_allowed(scene: Scene) -> None:
    """Whether the person allowed witness protection is not for a shelter to find out by trying."""
    for purpose in ("protection", "legal_aid"):
        assert scene.act(SHELTER, lambda s, by, p=purpose: withdrawals.withdraw(s, scene.reference, p, by=by)) == []


def test_who_took_a_consent_and_does_not_work_on_it_may_enter_its_withdrawal(scene: Scene) -> None:
    rows = scene.act(OFFICER, lambda s, by: withdrawals.withdraw(s, scene.reference, "urgent_help", by=by))
    assert [row.purpose for row in rows] == ["urgent_help"]
    assert _of(scene, "medical").status is TaskStatus.CANCELLED


def test_no_purpose_of_ones_own(scene: Scene) -> None:
    with pytest.raises(Invalid):
        scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "marriage", by=by))


def test_an_independent_agency_asks_about_pressure_and_yes_makes_the_person_safe(scene: Scene) -> None:
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        asked = {c.agency.code for c in offers.suitable(act, scene.task("ask_about_pressure"))}
    taken_part = {scene.code(h) for h in _took_part(scene)}
    assert asked and not asked & taken_part
    asker = sorted(asked)[0]
    offer = scene.handoff("ask_about_pressure", asker)
    scene.act(asker, lambda s, by: handoffs.accept(s, offer.id, by=by))
    _complete(scene, asker, "ask_about_pressure", pressure_reported="yes")
    assert "safety_plan" in scene.open()


def test_a_declined_service_ends_alone(scene: Scene) -> None:
    task = _of(scene, "medical")
    scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, task.id, by=by))
    assert _of(scene, "medical").end_reason == "withdrawn_by_person"
    assert _of(scene, "psychological").status is TaskStatus.AWAITING
    assert scene.actions()[0] == "service.declined"
    assert scene.handoff("service_first_contact", "health").state in (HandoffState.WITHDRAWN, HandoffState.OFFERED)
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, task.id, by=by))


def test_a_service_under_way_is_declined_as_well_and_its_place_is_free(scene: Scene) -> None:
    stay = scene.task("stay_review")
    scene.act(SHELTER, lambda s, by: withdrawals.decline_service(s, stay.id, by=by))
    assert "stay_review" not in scene.open()
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.WITHDRAWN
    assert {"place.freed", "participation.ended", "handoff.withdrawn"} <= set(scene.actions())


def test_nobody_is_expected_where_the_stay_was_declined_on_the_way(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "screening"))
    offer = scene.handoff("shelter_arrival", SHELTER)
    if offer.state not in HELD:
        scene.act(SHELTER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    assert _running(scene, DeadlineKind.ARRIVAL) == 1
    task = scene.task("shelter_arrival")
    scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, task.id, by=by))
    assert _running(scene, DeadlineKind.ARRIVAL) == 0
    assert scene.actions().count("deadline.cancelled") == 2, "the duty of the shelter, and the journey"
    scene.check_record()


def test_a_service_begun_beside_the_path_is_a_service_too(scene: Scene) -> None:
    def begin(service: str) -> str:
        told = {"service": service, "urgent": False}
        return scene.act(
            COORDINATOR,
            lambda s, by: paths.start_stage(
                s, scene.reference, "service_referral", reason="urgent", inputs=told, by=by
            ),
        )

    begin("social")
    social = _of(scene, "social")
    scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, social.id, by=by))
    assert _of(scene, "social").end_reason == "withdrawn_by_person"
    assert "instance.cancelled" in scene.actions() and "handoff.withdrawn" in scene.actions()
    begin("education")
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    assert _of(scene, "education").end_reason == "withdrawn_by_person"
    assert "stay_review" in scene.open()
    scene.check_record()


def test_the_path_itself_is_no_service(store: Store) -> None:
    scene = Scene(store, case_at(store, "case_plan", "stay_review"))
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, scene.task("case_plan").id, by=by))


def test_protection_of_a_child_cannot_be_declined(store: Store) -> None:
    scene = Scene(store, case_at(store, "best_interests", "screening", answers={"age_band": "child"}))
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: withdrawals.decline_service(s, scene.task("best_interests").id, by=by))


def test_leaving_ends_everything_as_the_persons_wish_and_prepares_closure(scene: Scene) -> None:
    scene.act(SHELTER, lambda s, by: changes.leave(s, scene.reference, by=by))
    assert scene.open() == {"closure_proposal": COORDINATOR, "ask_about_pressure": COORDINATOR}
    assert scene.facts()["closure_reason"] == "declined_help"
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.WITHDRAWN
    actions = scene.actions()
    assert "person.left" in actions and "place.freed" in actions and "handoff.recalled" not in actions
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, lambda s, by: changes.leave(s, scene.reference, by=by))
    scene.check_record()


def test_death_calls_both_desks_and_prepares_closure(scene: Scene) -> None:
    scene.act(SHELTER, lambda s, by: changes.missing(s, scene.reference, by=by))
    scene.act(COORDINATOR, lambda s, by: changes.died(s, scene.reference, by=by))
    assert scene.open() == {"closure_proposal": COORDINATOR}
    assert scene.alarms() == {("death", COORDINATOR), ("death", "coordinator_national")}
    assert scene.facts()["closure_reason"] == "died"
    assert scene.handoff("shelter_arrival", SHELTER).state is HandoffState.RECALLED
    scene.check_record()


def test_a_desk_that_led_the_case_has_its_outcome_too(scene: Scene) -> None:
    """A coordinator holds its part without filling a lane: it ends with everything else."""
    scene.act(SHELTER, lambda s, by: changes.missing(s, scene.reference, by=by))
    task, desk = scene.task("missing_search"), scene.agency("coordinator_bishkek")
    give = lambda s, by: handovers.offer(s, task.id, desk, reason="moved_region", by=by)  # noqa: E731
    offer = scene.act(COORDINATOR, give)
    scene.act("coordinator_bishkek", lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.act("coordinator_bishkek", lambda s, by: changes.died(s, scene.reference, by=by))
    assert scene.handoff("missing_search", "coordinator_bishkek").state is HandoffState.RECALLED
    assert scene.open() == {"closure_proposal": "coordinator_bishkek"}


def test_each_withdrawal_is_asked_about_by_somebody_who_is_offered_it(scene: Scene) -> None:
    """Whoever asked the last time fills no lane of the path, and is not given the next question unasked."""
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    asker = next(code for code in ("hotline", "iom", "ngo_osh") if _asked(scene, code))
    offer = scene.handoff("ask_about_pressure", asker)
    scene.act(asker, lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "legal_aid", by=by))
    first, second = scene.tasks("ask_about_pressure")
    assert first.holder_id == scene.agency(asker)
    assert (second.status, second.holder_id) == (TaskStatus.AWAITING, None)


def test_a_mistake_is_ended_by_a_coordinator_only(scene: Scene) -> None:
    def mistake(reason: str):
        return lambda s, by: changes.opened_in_error(s, scene.reference, reason=reason, by=by)

    with pytest.raises(NotAllowed):
        scene.act(SHELTER, mistake("duplicate"))
    with pytest.raises(Invalid):
        scene.act(COORDINATOR, mistake("boring"))
    scene.act(COORDINATOR, mistake("duplicate"))
    assert scene.case().status is CaseStatus.CLOSED and scene.case().close_reason == "duplicate"
    assert scene.open() == {} and scene.alarms() == set()
    assert scene.actions()[-1] == "case.closed"
    with pytest.raises(Conflict):
        scene.act(COORDINATOR, mistake("duplicate"))
    scene.check_record()


@pytest.mark.parametrize("login", ["police_bishkek", "attorney", "coordinator_bishkek"])
def test_for_an_outsider_there_is_no_such_case(scene: Scene, login: str) -> None:
    for verb in (changes.leave, changes.died, changes.missing, changes.danger):
        with pytest.raises(NotFound):
            scene.act(login, lambda s, by, verb=verb: verb(s, scene.reference, by=by))
    with pytest.raises(NotFound):
        scene.act(login, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))


def test_what_would_stop_is_said_before_and_changes_nothing(scene: Scene) -> None:
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        given = [c for c in withdrawals.given_now(act) if c.purpose == "services"]
        stops = [task.service for service in withdrawals.resting_on(act, given) for task in service.tasks]
        assert withdrawals.given_now(act) and len(act.consents()) == len(set(c.id for c in act.consents()))
    assert stops == ["psychological"]
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "services", by=by))
    assert _of(scene, "psychological").status is TaskStatus.CANCELLED


def _of(scene: Scene, service: str):
    return next(task for task in scene.tasks("service_first_contact") if task.service == service)


def _running(scene: Scene, kind: DeadlineKind) -> int:
    with scene.store.reading() as session:
        query = select(Deadline).where(Deadline.kind == kind, Deadline.state == DeadlineState.RUNNING)
        return len(session.exec(query.where(Deadline.case_id == scene.case().id)).all())


def _asked(scene: Scene, code: str) -> bool:
    try:
        return scene.handoff("ask_about_pressure", code) is not None
    except IndexError:
        return False


def _package(scene: Scene, login: str) -> dict[str, object]:
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, login))
        return answers.package(act, scene.task("legal_first_meeting"))


def _took_part(scene: Scene) -> set[str]:
    with scene.store.reading() as session:
        query = select(Participation.agency_id).where(Participation.case_id == scene.case().id)
        return set(session.exec(query).all())


def _complete(scene: Scene, login: str, element: str, **wanted: object) -> None:
    task = scene.task(element)
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, login))
        given = answering.fill(act.bundle.forms[element], WOMAN_IN_OSH | wanted, today=act.at.date())
    scene.act(login, lambda s, by: tasks.claim(s, task.id, by=by))
    scene.act(login, lambda s, by: tasks.complete(s, task.id, given, by=by))
