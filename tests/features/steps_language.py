"""Steps about a person and an office without a common language."""

from pytest_bdd import then, when

from engine import consents, corrections
from engine.errors import Invalid
from engine.models.cases import ConsentAnswer
from tests.features.steps_cases import say
from tests.features.world import World

NOBODY = {"interpreter_how": "not_needed", "interpreter_name": ""}
IN_RUSSIAN = NOBODY | {"rights_language": "ru", "asked_language": "ru"}


@when(say("{agency:Agency} tries to complete {duty:Duty} in Russian, with nobody interpreting"))
def nobody_interprets(world: World, agency: str, duty: str) -> None:
    given = world.fill(duty, IN_RUSSIAN)
    world.attempt(lambda: world.send(agency, duty, given))


@when(say("{agency:Agency} tries to correct the rights talk: nobody interpreted"))
def nobody_interpreted(world: World, agency: str) -> None:
    raw = world.answers_of("rights_and_consent", world.actor("coordinator_national"))
    raw = {name: value for name, value in raw.items() if name not in NOBODY} | {"interpreter_how": "not_needed"}
    task_id, by = world.task("rights_and_consent").id, world.actor(agency)

    def correct() -> None:
        with world.store.transaction() as session:
            corrections.correct(session, task_id, raw, reason="misunderstood", by=by)

    world.attempt(correct)


def _agrees(world: World, agency: str, interpreter: str) -> None:
    by = world.actor(agency)
    with world.store.transaction() as session:
        given = ConsentAnswer.GIVEN
        consents.record(session, world.reference, "protection", given, interpreter=interpreter, by=by)


@when(say("{agency:Agency} tries to enter that she agrees to protection, with nobody interpreting"))
def tries_to_enter(world: World, agency: str) -> None:
    world.attempt(lambda: _agrees(world, agency, ""))
    assert world.consents("protection") == []


@when(say("{agency:Agency} enters that she agrees to protection, through a named interpreter"))
def enters(world: World, agency: str) -> None:
    _agrees(world, agency, "A. Interpreter, interpreter service")
    (row,) = world.consents("protection")
    with world.store.transaction() as session:
        assert consents.interpreter(world.within(session, world.actor(agency)), row).startswith("A. Interpreter")


@then("this is refused because nobody is named who interprets")
def nobody_named(world: World) -> None:
    assert isinstance(world.refusal, Invalid) and list(world.refusal.fields) == ["interpreter_name"]
    world.refusal_told = True


@then("this is refused because nobody is named who interprets for her")
def nobody_named_for_her(world: World) -> None:
    assert isinstance(world.refusal, Invalid) and list(world.refusal.fields) == ["interpreter"]
    world.refusal_told = True
