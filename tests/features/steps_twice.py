"""Steps about what comes twice: the same form, the same request, two people at one moment."""

from pytest_bdd import given, then, when
from sqlmodel import select

from engine import cases, handoffs, once, tasks
from engine.errors import Conflict
from engine.models.cases import Case
from engine.models.people import PlaceKind
from engine.models.work import HandoffState, TaskStatus
from tests.features.steps_cases import say
from tests.features.steps_shelter import at_once
from tests.features.world import World

FORM = "a-form-that-was-shown-once"
KEY = "a-key-of-the-sender"


@when(say("{agency:Agency} sends {duty:Duty} twice"))
def sends_twice(world: World, agency: str, duty: str) -> None:
    given = world.fill(duty, {})
    world.do(agency, duty, form_id=FORM)
    with world.store.transaction() as session:
        task_id = world.task(duty).id
        again = tasks.complete(session, task_id, given, by=world.actor(agency), form_id=FORM)
    world.kept["again"] = again


@then("the second time it is told that it was received already")
def received_already(world: World) -> None:
    again = world.kept["again"]
    assert again.repeated
    assert again.task.ended_at is not None, "when it was received is told, too"


@then(say("{duty:Duty} was recorded once"))
def recorded_once(world: World, duty: str) -> None:
    assert len(world.tasks(duty)) == 1
    assert len(world.leaves("task.completed", element=duty)) == 1


def _open_under(world: World, agency: str, body: bytes) -> tuple[dict[str, str], bool]:
    by = world.actor(agency)
    with world.store.transaction() as session:

        def act() -> dict[str, str]:
            return {"reference": cases.open_case(session, by=by).reference}

        return once.act(session, KEY, body, act, by=by)


@when(say("{agency:Agency} sends the same request to open a case twice"))
def same_request(world: World, agency: str) -> None:
    world.kept["answers"] = [_open_under(world, agency, b"open") for _ in range(2)]


@then("one case is open, and both answers name it")
def one_case(world: World) -> None:
    (first, done), (second, repeated) = world.kept["answers"]
    assert (done, repeated, first) == (False, True, second)
    with world.reading() as session:
        assert session.exec(select(Case.reference)).all() == [first["reference"]]
    world.references.append(first["reference"])
    assert len(world.leaves("case.opened")) == 1


@when(say("{agency:Agency} tries to use one key for two different requests"))
def one_key(world: World, agency: str) -> None:
    _open_under(world, agency, b"open")
    world.attempt(lambda: _open_under(world, agency, b"open another"))


@when(say("{first:Agency} and {second:Agency} accept {duty:Duty} at the same moment"))
def both_accept(world: World, first: str, second: str, duty: str) -> None:
    refusals = at_once(lambda: world.accept(first, duty), lambda: world.accept(second, duty))
    world.kept["refusals"] = refusals


@then(say("exactly one of them holds {duty:Duty}"))
def exactly_one(world: World, duty: str) -> None:
    states = sorted(h.state for h in world.handoffs(duty))
    assert states == [HandoffState.ACCEPTED, HandoffState.RECALLED]
    assert len(world.leaves("handoff.accepted", element=duty)) == 1
    (holder,) = [h.receiver_id for h in world.handoffs(duty) if h.state is HandoffState.ACCEPTED]
    assert world.task(duty).holder_id == holder


@then("the other is told that somebody came first")
def came_first(world: World) -> None:
    (refusal,) = [r for r in world.kept["refusals"] if r]
    assert isinstance(refusal, Conflict)
    assert "already been answered, recalled" in refusal.message


@then("1 place for women is taken in all")
def one_place(world: World) -> None:
    houses = ("shelter_osh", "shelter_bishkek")
    assert sum(world.place(house, PlaceKind.WOMEN).taken for house in houses) == 1
    assert len(world.leaves("place.taken")) == 1


def _claim(world: World, agency: str, duty: str, *, second: bool = False, revision: int | None = None) -> None:
    with world.store.transaction() as session:
        by = world.actor(agency, second=second)
        tasks.claim(session, world.task(duty).id, by=by, revision=revision)


@given(say("{agency:Agency} takes {duty:Duty}"))
def takes(world: World, agency: str, duty: str) -> None:
    _claim(world, agency, duty)


@given(say("a colleague at {agency:Agency} takes {duty:Duty}"))
def colleague_takes(world: World, agency: str, duty: str) -> None:
    _claim(world, agency, duty, second=True)


@when(say("a colleague at {agency:Agency} tries to take {duty:Duty}"))
def colleague_tries(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: _claim(world, agency, duty, second=True))


@given(say("{agency:Agency} has {duty:Duty} before them"))
def before_them(world: World, agency: str, duty: str) -> None:
    task = world.task(duty)
    assert task.holder_id == world.agency(agency).id
    world.kept["seen"] = (duty, task.revision)


@when(say("{agency:Agency} tries to take what they have before them"))
def takes_old(world: World, agency: str) -> None:
    duty, revision = world.kept["seen"]
    world.attempt(lambda: _claim(world, agency, duty, revision=revision))


@when(say("everybody who is asked for {duty:Duty} accepts it at the same moment"))
def everybody_accepts(world: World, duty: str) -> None:
    def accept(handoff_id: str, code: str):  # type: ignore[no-untyped-def]
        def act() -> None:
            with world.store.transaction() as session:
                handoffs.accept(session, handoff_id, by=world.actor(code))

        return act

    waiting = [(h.id, world.code_of(h.receiver_id)) for h in world.handoffs(duty)]
    assert len(waiting) > 2
    world.kept["refusals"] = at_once(*(accept(*one) for one in waiting))


@then("each help is held by exactly one agency")
def each_held(world: World) -> None:
    owed = world.tasks("service_first_contact")
    assert [t.status for t in owed] == [TaskStatus.OPEN] * len(owed)
    accepted = [h.task_id for h in world.handoffs("service_first_contact") if h.state is HandoffState.ACCEPTED]
    assert sorted(accepted) == sorted(t.id for t in owed)
    assert len([r for r in world.kept["refusals"] if r]) == len(world.handoffs("service_first_contact")) - len(owed)
