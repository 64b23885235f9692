"""Steps of a night on duty: when it is, who has a bed beside the shelters, what is asked for as urgent."""

from datetime import date, timedelta

from pytest_bdd import given, then

from engine.models.work import PENDING_HANDOFF, Alarm, AlarmKind
from tests.features.steps_cases import say
from tests.features.words import at
from tests.features.world import World


@given("it is three in the morning")
def three_in_the_morning(world: World) -> None:
    midnight = at(date(2026, 6, 2)).replace(hour=0, minute=0)
    world.set_clock(midnight + timedelta(hours=3))


@then(say("{duty:Duty} is asked for as urgent"))
def urgent(world: World, duty: str) -> None:
    offers = [h for h in world.handoffs(duty) if h.state in PENDING_HANDOFF]
    assert offers and all(h.urgent for h in offers)
    assert {h.id for h in offers} == {leaf["subject"][1] for leaf in world.leaves("handoff.offered", element=duty)}


def _no_taker(world: World, agency: str) -> Alarm:
    """The one alarm that nobody takes her; what the record says of its repeats is true."""
    (alarm,) = [a for a in world.alarms(agency) if a.kind is AlarmKind.NO_TAKER]
    told = [leaf for leaf in world.leaves("alarm.repeated") if leaf["subject"][1] == alarm.id]
    assert alarm.repeats == len(told)
    return alarm


@then(say("{agency:Agency} is called again because nobody takes her"))
def called_again(world: World, agency: str) -> None:
    world.kept["repeats"] = _no_taker(world, agency).repeats
    assert world.kept["repeats"] > 0


@then(say("{agency:Agency} is called no more because nobody takes her"))
def called_no_more(world: World, agency: str) -> None:
    alarm = _no_taker(world, agency)
    assert alarm.acknowledged_at is not None
    assert alarm.repeats == world.kept["repeats"]
