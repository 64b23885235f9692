"""Steps about what is done again after a correction."""

from pytest_bdd import given, then, when

from engine import corrections, drafts
from engine.corrections import Verdict
from engine.models.answers import Correction
from engine.models.work import TaskStatus
from tests.features.steps_cases import say
from tests.features.world import World


@given(say("{agency:Agency} corrects the intake: her age is in doubt"))
def corrects_the_age(world: World, agency: str) -> None:
    raw = world.answers_of("intake", world.actor("coordinator_national")) | {"age_band": "unknown"}
    task_id = world.task("intake").id
    with world.store.transaction() as session:
        corrections.correct(session, task_id, raw, reason="new_information", by=world.actor(agency))


@when(say("{agency:Agency} tries to have it done again"))
def tries_again(world: World, agency: str) -> None:
    correction, by = world.rows(Correction)[-1], world.actor(agency)

    def decide() -> None:
        with world.store.transaction() as session:
            corrections.decide(session, correction.id, Verdict.REDO, by=by)

    world.attempt(decide)
    assert world.rows(Correction)[-1].verdict == Verdict.OPEN


@then("the screening begins with the corrected answers")
def begins_with(world: World) -> None:
    task = world.task("screening")
    by = world.actor(world.code_of(task.holder_id))
    with world.reading() as session:
        typed, _ = drafts.load(session, task, by=by)
    assert typed["means_seen"] == "false" and "means_signs" not in typed


@then(say("{duty:Duty} is no longer owed"))
def no_longer_owed(world: World, duty: str) -> None:
    assert world.task(duty).status is TaskStatus.CANCELLED
    assert world.leaves("task.cancelled", element=duty)[-1]["data"]["reason"] == "process_moved_on"
