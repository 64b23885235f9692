"""The same steps in Russian, for those who read the features in it."""

from datetime import timedelta

from pytest_bdd import given, then, when

from engine.models.work import AlarmKind
from tests.features.steps_cases import say, taken_in
from tests.features.steps_handoffs import accountable, is_asked, never_asked
from tests.features.steps_record import says_in_russian
from tests.features.words import Answers
from tests.features.world import World


@given(say("{person:Person}, встретила {agency:Agency}"))
@given(say("{person:Person} встретил {agency:Agency}"))
def met(world: World, person: Answers, agency: str) -> None:
    taken_in(world, person, agency)


@when(say("{agency:Agency} принимает: {duty:Duty}"))
def accepts(world: World, agency: str, duty: str) -> None:
    world.accept(agency, duty)


@when(say("{agency:Agency} отказывается: {duty:Duty}, потому что {reason:Reason}"))
def declines(world: World, agency: str, duty: str, reason: str) -> None:
    world.decline(agency, duty, reason)


@when(say("проходит {hours:d} часа"))
def hours_pass(world: World, hours: int) -> None:
    world.pass_time(timedelta(hours=hours))


@when(say("дело дошло до: {duty:Duty}"))
def has_come_to(world: World, duty: str) -> None:
    world.play(duty)


@then(say("за {duty:Duty} отвечает {agency:Agency}"))
def answers_for(world: World, duty: str, agency: str) -> None:
    accountable(world, agency, duty)


@then(say("{agency:Agency} ещё может ответить: {duty:Duty}"))
def may_answer(world: World, agency: str, duty: str) -> None:
    is_asked(world, agency, duty)


@then(say("{agency:Agency} не спрашивают: {duty:Duty}"))
def not_asked(world: World, agency: str, duty: str) -> None:
    never_asked(world, agency, duty)


@then("тревога у дежурного национального координатора")
def duty_desk(world: World) -> None:
    assert AlarmKind.NO_TAKER in {alarm.kind for alarm in world.alarms("coordinator_national")}


@then(say('в записи сказано "{words}"'))
def told(world: World, words: str) -> None:
    says_in_russian(world, words)
