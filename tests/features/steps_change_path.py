"""Steps about corrections, bends of the path, handovers, full houses and languages."""

from datetime import timedelta

from pytest_bdd import given, then, when
from sqlmodel import col, select, update

from engine import clock, corrections, handoffs, handovers, movements, paths, takeovers
from engine.access import visibility
from engine.corrections import Verdict
from engine.models.answers import Answer, Correction
from engine.models.cases import DecisionMade, Participation
from engine.models.people import Place
from engine.models.work import OPEN_TASK, Alarm, Handoff, HandoffState, TaskStatus
from tests.features.steps_cases import say, taken_in
from tests.features.steps_shelter import KINDS
from tests.features.words import Answers
from tests.features.world import World


def _correct(world: World, agency: str) -> None:
    by, task = world.actor(agency), world.task("screening")
    raw = world.answers_of("screening", world.actor("coordinator_national"))
    changed = {name: value for name, value in raw.items() if name != "means_signs"} | {"means_seen": "false"}
    with world.store.transaction() as session:
        corrections.correct(session, task.id, changed, reason="typing_error", by=by)


@when(say("{agency:Agency} corrects the case plan: she agreed to none of it"))
def agreed_to_none(world: World, agency: str) -> None:
    by, task = world.actor(agency), world.task("case_plan")
    no = {f"consent_{purpose}": "refused" for purpose in ("services", "shelter", "legal_aid")}
    plan = {"services_planned": [], "shelter_planned": "no", "lawyer_wanted": "no"}
    raw = world.answers_of("case_plan", by) | no | plan
    with world.store.transaction() as session:
        corrections.correct(session, task.id, raw, reason="misunderstood", by=by)


@given(say("{agency:Agency} corrects the screening: no means was seen"))
@when(say("{agency:Agency} corrects the screening: no means was seen"))
def corrects(world: World, agency: str) -> None:
    _correct(world, agency)


@when(say("{agency:Agency} tries to correct the screening"))
def tries_to_correct(world: World, agency: str) -> None:
    world.attempt(lambda: _correct(world, agency))


def _decide(world: World, agency: str, verdict: Verdict) -> None:
    correction = world.rows(Correction)[-1]
    with world.store.transaction() as session:
        corrections.decide(session, correction.id, verdict, by=world.actor(agency))


@when(say("{agency:Agency} lets stand what was decided"))
def stands(world: World, agency: str) -> None:
    _decide(world, agency, Verdict.STAND)


@when(say("{agency:Agency} has it done again"))
def done_again(world: World, agency: str) -> None:
    _decide(world, agency, Verdict.REDO)


@then("both versions of the screening are kept, each with its author")
def both_versions(world: World) -> None:
    rows = world.rows(Answer, Answer.task_id == world.task("screening").id)
    assert {row.version for row in rows} == {1, 2}
    assert {leaf["actor"]["agency_name"] for leaf in world.leaves("answers.corrected")}
    assert world.rows(Correction)[-1].corrected_by_id


@then("the rights talk is not owed again")
def not_again(world: World) -> None:
    assert [task.status for task in world.tasks("rights_and_consent")] == [TaskStatus.DONE]


@when(say("{agency:Agency} takes {duty:Duty} back from {holder:Agency}, the wrong agency"))
def takes_back_from(world: World, agency: str, duty: str, holder: str) -> None:
    with world.reading() as session:
        held = handoffs.held(session, world.task(duty))
    assert held is not None and world.code_of(held.receiver_id) == holder
    with world.store.transaction() as session:
        handovers.take_back(session, held.id, reason="wrong_agency", by=world.actor(agency))


@when(say("{agency:Agency} tries to take {duty:Duty} back from {holder:Agency}"))
def tries_to_take_back(world: World, agency: str, duty: str, holder: str) -> None:
    held = world.offer(duty, holder)

    def take_back() -> None:
        with world.store.transaction() as session:
            handovers.take_back(session, held.id, reason="by_giver", by=world.actor(agency))

    world.attempt(take_back)


def _skip(world: World, agency: str, duty: str, reason: str) -> None:
    task_id = world.task(duty).id
    with world.store.transaction() as session:
        paths.skip(session, task_id, reason=reason, by=world.actor(agency))


@when(say("{agency:Agency} skips {duty:Duty} because it was done elsewhere"))
def skips(world: World, agency: str, duty: str) -> None:
    _skip(world, agency, duty, "done_elsewhere")


@when(say("{agency:Agency} tries to skip {duty:Duty} without a reason"))
def tries_to_skip(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: _skip(world, agency, duty, ""))


@given(say("{agency:Agency} begins the return home early"))
@when(say("{agency:Agency} begins the return home early"))
def begins_early(world: World, agency: str) -> None:
    by = world.actor(agency)
    with world.store.transaction() as session:
        paths.start_stage(session, world.reference, "repatriation", reason="urgent", inputs={}, by=by)


def again(world: World, agency: str, reason: str) -> None:
    by = world.actor(agency)
    with world.store.transaction() as session:
        paths.start_stage(session, world.reference, "legal_aid", reason=reason, inputs={}, by=by)


@when(say("{agency:Agency} begins legal aid again because a court decided so"))
def begins_again_by_court(world: World, agency: str) -> None:
    again(world, agency, "decided_by_court")
    (told,) = world.leaves("stage.repeated")
    assert told["data"] == {"process": "legal_aid", "reason": "decided_by_court"}


@when(say("{agency:Agency} tries to begin legal aid again without a reason"))
def tries_again_without(world: World, agency: str) -> None:
    world.attempt(lambda: again(world, agency, ""))
    assert world.leaves("stage.repeated") == []


@then(say("{duty:Duty} is owed a second time, and the first one stays as it was"))
def second_time(world: World, duty: str) -> None:
    first, second = world.tasks(duty)
    assert first.status is TaskStatus.DONE and second.status in OPEN_TASK
    assert first.instance_id != second.instance_id


@when(say("{agency:Agency} takes over a case that stands at the formal identification"))
def takes_over(world: World, agency: str) -> None:
    known = {"preliminary_result": "presumed", "age_band": "adult", "sex": "female"}
    with world.store.transaction() as session:
        case = takeovers.take_over(session, "formal_identification", region="osh", facts=known, by=world.actor(agency))
        world.references.append(case.reference)


@when(say("{agency:Agency} takes over a case of a woman for whom the plan asks for a shelter"))
def takes_over_at_a_shelter(world: World, agency: str) -> None:
    known = {"preliminary_result": "presumed", "age_band": "adult", "sex": "female", "shelter_planned": "yes"}
    with world.store.transaction() as session:
        case = takeovers.take_over(session, "shelter", region="osh", facts=known, by=world.actor(agency))
        world.references.append(case.reference)


@then("on the way nobody was asked, nothing was decided, and nobody was alarmed")
def quietly(world: World) -> None:
    assert world.rows(Handoff) == world.rows(Alarm) == world.rows(DecisionMade) == []
    for action in ("handoff.offered", "handoff.exhausted", "alarm.raised", "decision.made"):
        assert world.leaves(action) == []


@then("the place in a shelter waits for her consent")
def waits_for_consent(world: World) -> None:
    task = world.task("shelter_arrival")
    assert (task.status, task.accountable_id) == (TaskStatus.AWAITING, world.case().lead_agency_id)
    assert [h.reason for h in world.handoffs("shelter_arrival")] == ["no_ground"]
    assert {alarm.kind for alarm in world.alarms("coordinator_osh")} == {"no_ground"}


@then("everything before is recorded as before the system, and nothing is made up")
def before_the_system(world: World) -> None:
    skipped = world.leaves("task.skipped")
    assert skipped and {leaf["data"]["reason"] for leaf in skipped} == {"before_system"}
    assert world.leaves("task.completed") == [] == world.rows(Answer)


@when(say("a colleague at {agency:Agency} tries to approve the closure"))
def tries_to_approve(world: World, agency: str) -> None:
    given = world.fill("closure_approval", {"closure_approved": "yes"})
    world.attempt(lambda: world.send(agency, "closure_approval", given, second=True))


@given(say("{agency:Agency} offers to hand {duty:Duty} over to {other:Agency}"))
@when(say("{agency:Agency} offers to hand {duty:Duty} over to {other:Agency}"))
def hands_over(world: World, agency: str, duty: str, other: str) -> None:
    task_id, other_id = world.task(duty).id, world.agency(other).id
    with world.store.transaction() as session:
        handovers.offer(session, task_id, other_id, reason="better_suited", by=world.actor(agency))


@then(say("{agency:Agency} has no part in {duty:Duty} any more"))
def no_part(world: World, agency: str, duty: str) -> None:
    task, old = world.task(duty), world.agency(agency)
    lane = (task.instance_id, task.scope, task.lane)
    parts = [p for p in world.rows(Participation) if (p.instance_id, p.scope, p.lane) == lane]
    assert {p.agency_id for p in parts if p.until is None} == {task.holder_id} != {old.id}
    assert [p.agency_id for p in parts if p.until is not None] == [old.id] and world.leaves("participation.ended")
    held = world.handoffs(duty)[-1]
    assert (held.giver_id, held.receiver_id, held.state) == (old.id, task.holder_id, HandoffState.ACCEPTED)
    with world.reading() as session:
        assert not visibility.may_see_task(session, task, world.actor(agency))


@when(say("she travels on to {agency:Agency}"))
def travels_on(world: World, agency: str) -> None:
    task = world.task("stay_review")
    giver, receiver = world.actor(world.code_of(task.accountable_id)), world.actor(agency)
    with world.store.transaction() as session:
        movements.depart(session, task.id, escort=movements.Escort.GIVER, by=giver)
        movements.arrive(session, task.id, condition=movements.Condition.WELL, by=receiver)


@when(say("{agency:Agency} accepts {duty:Duty} all the same, as an emergency"))
def accepts_beyond(world: World, agency: str, duty: str) -> None:
    offer = world.offer(duty, agency)
    with world.store.transaction() as session:
        handoffs.accept(session, offer.id, by=world.actor(agency), over_capacity="emergency")


@then(say("{agency:Agency} is one beyond its places for {kind}"))
def one_beyond(world: World, agency: str, kind: str) -> None:
    place = world.place(agency, KINDS[kind])
    assert place.taken == place.total + 1
    assert [leaf["data"]["reason"] for leaf in world.leaves("place.taken")] == ["emergency"]


@given("every shelter is full, and nobody has confirmed it for a day")
def all_full(world: World) -> None:
    with world.store.transaction() as session:
        session.exec(update(Place).values(confirmed_at=clock.now() - timedelta(hours=25)))
        full = select(Place.id).where(col(Place.total) <= 0)
        assert session.exec(full).all() == []
        session.exec(update(Place).values(taken=Place.total))
    world.tampered = True  # the numbers were counted by nobody


@when(say("{person:Person} is taken in by {agency:Agency}"))
def is_taken_in(world: World, person: Answers, agency: str) -> None:
    taken_in(world, person, agency)
