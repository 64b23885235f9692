"""Steps about finding work, and the views that are kept."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from engine import cases, handoffs, movements, tasks, views
from engine.finding import BoardFilter, Due, WorklistFilter
from engine.movements import Condition
from tests.features.steps_cases import say, taken_in
from tests.features.words import AGENCIES, DUTIES, PERSONS, any_of
from tests.features.world import World

WORDS = {
    "the step": "stage",
    "the role": "lane",
    "the agency": "agency",
    "the language": "language",
    "the region": "region",
    "waiting for": "waiting",
    "who has it": "assignee",
    "handed over by": "agency",
    "what is": "clock",
}
BY = f'(?P<word>{any_of(WORDS)}) "(?P<value>\\w+)"'
DUTY = f"(?P<duty>{any_of(DUTIES)})"
WHO = f"(?P<who>{any_of(AGENCIES)})"


def _found(world: World, who: str, word: str, value: str) -> bool:
    wanted = {WORDS[word]: Due(value) if WORDS[word] == "clock" else value}
    with world.reading() as session:
        board = cases.board(session, by=world.actor(AGENCIES[who]), wanted=BoardFilter(**wanted))
    return world.reference in {case.reference for case in board.cases}


@then(parsers.re(f"{WHO} finds the case by {BY}$"))
def finds(world: World, who: str, word: str, value: str) -> None:
    assert _found(world, who, word, value)


BOTH = 'the step "(?P<stage>\\w+)", waiting for "(?P<waiting>\\w+)"'


def _found_by_both(world: World, who: str, stage: str, waiting: str) -> bool:
    with world.reading() as session:
        wanted = BoardFilter(stage=stage, waiting=waiting)
        board = cases.board(session, by=world.actor(AGENCIES[who]), wanted=wanted)
    return world.reference in {case.reference for case in board.cases}


@then(parsers.re(f"{WHO} finds the case by {BOTH}$"))
def finds_by_both(world: World, who: str, stage: str, waiting: str) -> None:
    assert _found_by_both(world, who, stage, waiting)


@then(parsers.re(f"{WHO} does not find the case by {BOTH}$"))
def does_not_find_by_both(world: World, who: str, stage: str, waiting: str) -> None:
    assert not _found_by_both(world, who, stage, waiting)


@given(say("{number:d} women, taken in by {agency:Agency}"))
def several_taken_in(world: World, number: int, agency: str) -> None:
    for _ in range(number):
        taken_in(world, PERSONS["a woman"], agency)


def _page(world: World, agency: str, after: Any, limit: int) -> cases.Board:
    with world.reading() as session:
        return cases.board(session, by=world.actor(agency), after=after, limit=limit)


@when(say("{agency:Agency} reads the first {number:d} cases"))
def reads_first(world: World, agency: str, number: int) -> None:
    board = _page(world, agency, None, number)
    world.kept |= {"earlier": list(world.references), "read": [c.reference for c in board.cases], "next": board.after}
    assert len(board.cases) == number


@when(say("{agency:Agency} reads on"))
def reads_on(world: World, agency: str) -> None:
    after = world.kept["next"]
    while after is not None:
        board = _page(world, agency, after, 2)
        world.kept["read"] += [case.reference for case in board.cases]
        after = board.after


@then("each earlier case was read once, and the new one stands before the first")
def read_once(world: World) -> None:
    assert world.reference not in world.kept["earlier"]
    assert sorted(world.kept["read"]) == sorted(world.kept["earlier"])
    first = _page(world, "coordinator_osh", None, 2)
    assert [case.reference for case in first.cases] == [world.reference, world.kept["read"][0]]


@given(parsers.re(f"{WHO} does not find the case by {BY}$"))
@then(parsers.re(f"{WHO} does not find the case by {BY}$"))
def does_not_find(world: World, who: str, word: str, value: str) -> None:
    assert not _found(world, who, word, value)


def _listed(world: World, who: str, duty: str, word: str, value: str) -> bool:
    with world.reading() as session:
        by = world.actor(AGENCIES[who])
        rows = tasks.worklist(session, by=by, wanted=WorklistFilter(**{WORDS[word]: value}))
        whole = tasks.worklist(session, by=by)
    assert DUTIES[duty] in {row.element for row in whole}, "it is owed"
    return DUTIES[duty] in {row.element for row in rows}


@then(parsers.re(f"{WHO} finds {DUTY} among its duties by {BY}$"))
def finds_duty(world: World, who: str, duty: str, word: str, value: str) -> None:
    assert _listed(world, who, duty, word, value)


@then(parsers.re(f"{WHO} does not find {DUTY} among its duties by {BY}$"))
def does_not_find_duty(world: World, who: str, duty: str, word: str, value: str) -> None:
    assert not _listed(world, who, duty, word, value)


def _handed(world: World, who: str, value: str) -> set[str]:
    with world.reading() as session:
        by = world.actor(AGENCIES[who])
        found = handoffs.awaiting_outcome(session, by=by, waiting=value)
        assert handoffs.awaiting_outcome(session, by=by), "something was handed on"
    assert {world.code_of(h.receiver_id) for h in found} <= {value}
    return {h.element for h in found}


@then(parsers.re(f'{WHO} finds its handoff by waiting for "(?P<value>\\w+)"$'))
def finds_handoff(world: World, who: str, value: str) -> None:
    assert _handed(world, who, value) == {"shelter_arrival"}


@then(parsers.re(f'{WHO} does not find its handoff by waiting for "(?P<value>\\w+)"$'))
def does_not_find_handoff(world: World, who: str, value: str) -> None:
    assert _handed(world, who, value) == set()


@given("she has come to the shelter in Osh")
def has_come(world: World) -> None:
    offer = world.offer("shelter_arrival", "shelter_osh")
    with world.store.transaction() as session:
        handoffs.accept(session, offer.id, by=world.actor("shelter_osh"))
    with world.store.transaction() as session:
        movements.arrive(session, offer.task_id, condition=Condition.WELL, by=world.actor("shelter_osh"))


@when(parsers.re(f"{WHO} keeps what was found by {BY}, and types her name with it"))
def keeps(world: World, who: str, word: str, value: str) -> None:
    with world.store.transaction() as session:
        typed = f"{WORDS[word]}={value}&name=Aida&language=Aida"
        views.save(session, "board", typed, by=world.actor(AGENCIES[who]))


@then(parsers.re(f"{WHO} has a view of {BY} that names nobody"))
def has_view(world: World, who: str, word: str, value: str) -> None:
    with world.reading() as session:
        found = views.of_person(session, "board", by=world.actor(AGENCIES[who]))
    assert [view.query for view in found] == [f"{WORDS[word]}={value}"]
