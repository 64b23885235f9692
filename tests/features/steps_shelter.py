"""Steps about places and journeys: taken, freed, left, arrived, silent."""

import threading
from collections.abc import Callable

from pytest_bdd import given, then, when

from engine import audit, handoffs
from engine.actor import SYSTEM
from engine.errors import Conflict, EngineError
from engine.models.people import Agency, Place, PlaceKind
from engine.models.work import PENDING_HANDOFF, HandoffState
from tests.features.steps_cases import say
from tests.features.world import World

KINDS = {"women": PlaceKind.WOMEN, "men": PlaceKind.MEN, "families": PlaceKind.FAMILIES}
JOURNEYS = ("shelter_arrival", "arrival_confirmation")


def at_once(*acts: Callable[[], object]) -> list[EngineError | None]:
    """Do these at the same moment, each in a thread of its own; what each was refused with."""
    ready = threading.Barrier(len(acts))
    refusals: list[EngineError | None] = [None] * len(acts)

    def run(number: int) -> None:
        ready.wait(10)
        try:
            acts[number]()
        except EngineError as refusal:
            refusals[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refusals


@given(say("{agency:Agency} has {number:d} free places for {kind}"))
@given(say("{agency:Agency} has {number:d} free place for {kind}"))
def free_places(world: World, agency: str, number: int, kind: str) -> None:
    with world.store.transaction() as session:
        place = session.get_one(Place, world.place(agency, KINDS[kind]).id)
        place.total = place.taken + number
        session.add(place)
        audit.record(session, "place.counted", place, by=SYSTEM)


@then(say("{agency:Agency} has {number:d} place for {kind} taken"))
@then(say("{agency:Agency} has {number:d} places for {kind} taken"))
def taken(world: World, agency: str, number: int, kind: str) -> None:
    place = world.place(agency, KINDS[kind])
    assert place.taken == number
    assert world.last_entry(place)["taken"] == number


@then("only places for children are offered")
def for_children(world: World) -> None:
    offers = world.handoffs("shelter_arrival")
    assert offers
    with world.reading() as session:
        assert {session.get_one(Place, h.place_id).kind for h in offers} == {PlaceKind.CHILDREN}


@then("nobody is alarmed that she has not arrived")
def not_expected(world: World) -> None:
    assert world.leaves("deadline.cancelled", clock="arrival")
    assert not world.leaves("movement.late") and not world.leaves("alarm.raised", kind="not_arrived")


@when(say("{agency:Agency} accepts the place in a shelter for both at the same moment"))
def last_place(world: World, agency: str) -> None:
    ids = []
    for reference in world.references:
        waiting = World(world.store, references=[reference])
        ids.append(waiting.offer("shelter_arrival", agency).id)
    by = world.actor(agency)

    def accept(handoff_id: str) -> Callable[[], None]:
        def act() -> None:
            with world.store.transaction() as session:
                handoffs.accept(session, handoff_id, by=by)

        return act

    world.kept["refusals"] = at_once(*(accept(handoff_id) for handoff_id in ids))


@then("one of them has the place, and the shelter is told that it was the last one")
def one_has_it(world: World) -> None:
    (refusal,) = [r for r in world.kept["refusals"] if r]
    assert isinstance(refusal, Conflict)
    assert "The last free place was taken a moment ago" in refusal.message
    both = [World(world.store, references=[reference]) for reference in world.references]
    states = [one.offer("shelter_arrival", "shelter_osh").state for one in both]
    assert states.count(HandoffState.ACCEPTED) == 1
    assert [s in PENDING_HANDOFF for s in states].count(True) == 1
    assert [len(one.leaves("place.taken")) for one in both].count(1) == 1


@given(say("{agency:Agency} organises journeys and receives nobody itself"))
def receives_nobody(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        row = session.get_one(Agency, world.agency(agency).id)
        row.roles = [role for role in row.roles if role != "receiving_partner"]
        session.add(row)
        audit.record(session, "agency.changed", row, by=SYSTEM)


@given(say("she sets out from {agency:Agency}"))
@when(say("she sets out from {agency:Agency}"))
def sets_out(world: World, agency: str) -> None:
    world.depart(agency, "shelter_arrival")


@when(say("she arrives at {agency:Agency}"))
def arrives(world: World, agency: str) -> None:
    element = next(e for e in reversed(JOURNEYS) if world.tasks(e))
    world.arrive(agency, element)


@when(say("{agency:Agency} tries to confirm her arrival"))
def tries_to_confirm(world: World, agency: str) -> None:
    world.attempt(lambda: world.arrive(agency, "shelter_arrival"))
