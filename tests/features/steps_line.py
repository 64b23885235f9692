"""Steps of a bad line: forms sent over it, answers lost on it, and how long it takes by what it carries."""

from typing import Any

from pytest_bdd import then, when
from sqlmodel import select

from engine.models.cases import Case
from engine.models.work import TaskStatus
from tests.features.steps_cases import say
from tests.features.steps_forms import FREE_TEXT
from tests.features.steps_web import _plain, claimed
from tests.features.world import World
from tests.people import Browser, Crew
from tests.times import BISHKEK
from tests.web.bad_line import carried


def _ready(world: World, crew: Crew, agency: str) -> tuple[str, dict[str, Any]]:
    """Where the intake is sent, and everything its page sends there; the page came over the line."""
    duty = f"/tasks/{claimed(world, agency, 'intake')}"
    page = f"{duty}/form/first_answers"
    world.kept["page_seconds"] = carried([crew[agency].get(page)]).seconds()
    return f"{duty}/completion", crew[agency].hidden(page, f"{duty}/completion") | world.fill("intake", {})


@when(say("{agency:Agency} fills in the intake over a slow line"))
def over_a_slow_line(world: World, crew: Crew, agency: str) -> None:
    address, fields = _ready(world, crew, agency)
    sent = crew[agency].post(address, fields)
    assert sent.status_code == 303
    world.kept["saved_seconds"] = carried([sent, crew[agency].get(sent.headers["location"])]).seconds()


@then(say("the questions are there within {most:d} seconds"))
def questions_there(world: World, most: int) -> None:
    assert 0.8 < world.kept["page_seconds"] <= most


@then(say("the intake is saved within {most:d} seconds"))
def saved(world: World, most: int) -> None:
    assert 1.6 < world.kept["saved_seconds"] <= most


@when(say("{agency:Agency} sends the intake, and the line breaks before the answer comes"))
def answer_lost(world: World, crew: Crew, agency: str) -> None:
    address, fields = _ready(world, crew, agency)
    crew[agency].post(address, fields)
    world.kept["sent"] = (address, fields)


@when(say("{agency:Agency} opens a case, and the line breaks before the answer comes"))
def opening_lost(world: World, crew: Crew, agency: str) -> None:
    browser: Browser = crew[agency]
    fields = browser.hidden("/worklist", "/cases") | {"region": "osh"}
    browser.post("/cases", fields)
    world.kept["sent"] = ("/cases", fields)


@when(say("{agency:Agency} sends the intake again"))
@when(say("{agency:Agency} opens the case again"))
def again(world: World, crew: Crew, agency: str) -> None:
    world.kept["answer"] = crew[agency].post(*world.kept["sent"])


@then(say("{agency:Agency} reads when the intake was received"))
def received(world: World, agency: str) -> None:
    ended_at = world.task("intake").ended_at
    assert ended_at is not None
    assert f"Already received at {ended_at.astimezone(BISHKEK):%H:%M}" in _plain(world.kept["answer"].text)


@then(say("each shelter was asked once for {duty:Duty}"))
def asked_once(world: World, duty: str) -> None:
    receivers = [h.receiver_id for h in world.handoffs(duty)]
    assert receivers and len(receivers) == len(set(receivers)) == len(world.leaves("handoff.offered", element=duty))


@then(say("there is one case, and {agency:Agency} has its intake in hand"))
def one_case(world: World, crew: Crew, agency: str) -> None:
    with world.reading() as session:
        world.references.append(session.exec(select(Case.reference)).one())
    task = world.task("intake")
    assert world.kept["answer"].headers["location"].startswith(f"/tasks/{task.id}/form/")
    assert (task.status, task.claimed_by_id) == (TaskStatus.CLAIMED, world.actor(agency).user_id)
    assert len(world.leaves("case.opened")) == len(world.leaves("task.claimed", element="intake")) == 1


@when(say("the line of {agency:Agency} breaks, and comes back"))
def comes_back(world: World, crew: Crew, agency: str) -> None:
    """The page was lost with the line; it is asked for again."""
    world.kept["page"] = crew[agency].page(f"/tasks/{world.task(world.kept['writing']).id}/form")


@then(say('{agency:Agency} reads "{words}" where it was written'))
def reads_where(world: World, agency: str, words: str) -> None:
    name = FREE_TEXT[world.kept["writing"]]
    assert f'name="{name}"' in world.kept["page"]
    assert words in world.kept["page"]
