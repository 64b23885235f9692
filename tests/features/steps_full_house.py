"""Steps about houses without a free bed, and what is asked for instead."""

from pytest_bdd import then

from engine import handoffs
from tests.features.steps_cases import say
from tests.features.world import World

SERVICES = {"a hospital bed": "hospital_bed", "a paid room": "paid_room"}


@then(say("{agency:Agency} may choose {receiver:Agency} for {duty:Duty}, which is full"))
def may_choose(world: World, agency: str, receiver: str, duty: str) -> None:
    with world.store.transaction() as session:
        found = handoffs.choices(world.within(session, world.actor(agency)), world.task(duty))
    assert {c.agency.code: c.full for c in found}[receiver]


@then(say("{agency:Agency} is asked for {service} instead"))
def asked_instead(world: World, agency: str, service: str) -> None:
    offer = world.offer("shelter_arrival", agency)
    assert (offer.service, offer.place_id) == (SERVICES[service], None)
    assert world.leaves("task.fell_back", service=SERVICES[service])
    assert any(sentence.endswith(f"asked instead: {service}") for sentence in world.told())
