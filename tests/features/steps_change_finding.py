"""Steps about finding work, and the views that are kept."""

from pytest_bdd import given, parsers, then, when

from engine import cases, views
from engine.finding import BoardFilter, Due
from tests.features.words import AGENCIES, any_of
from tests.features.world import World

WORDS = {
    "the step": "stage",
    "the role": "lane",
    "the agency": "agency",
    "the language": "language",
    "the region": "region",
    "waiting for": "waiting",
    "what is": "clock",
}
BY = f'(?P<word>{any_of(WORDS)}) "(?P<value>\\w+)"'
WHO = f"(?P<who>{any_of(AGENCIES)})"


def _found(world: World, who: str, word: str, value: str) -> bool:
    wanted = {WORDS[word]: Due(value) if WORDS[word] == "clock" else value}
    with world.reading() as session:
        board = cases.board(session, by=world.actor(AGENCIES[who]), wanted=BoardFilter(**wanted))
    return world.reference in {case.reference for case in board.cases}


@then(parsers.re(f"{WHO} finds the case by {BY}$"))
def finds(world: World, who: str, word: str, value: str) -> None:
    assert _found(world, who, word, value)


@given(parsers.re(f"{WHO} does not find the case by {BY}$"))
@then(parsers.re(f"{WHO} does not find the case by {BY}$"))
def does_not_find(world: World, who: str, word: str, value: str) -> None:
    assert not _found(world, who, word, value)


@when(parsers.re(f'{WHO} keeps what was found by {BY} as "(?P<name>[^"]+)"'))
def keeps(world: World, who: str, word: str, value: str, name: str) -> None:
    with world.store.transaction() as session:
        views.save(session, "board", name, f"{WORDS[word]}={value}&name=Aida", by=world.actor(AGENCIES[who]))


@then(parsers.re(f'{WHO} has a view "(?P<name>[^"]+)" that names nobody'))
def has_view(world: World, who: str, name: str) -> None:
    with world.reading() as session:
        found = views.of_person(session, "board", by=world.actor(AGENCIES[who]))
    assert [(view.name, view.query) for view in found] == [(name, "stage=rights_and_consent")]
