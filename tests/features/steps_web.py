"""Steps of the few scenarios that go through the pages: what stands there, what a browser sends."""

import re
from datetime import timedelta
from html import unescape

from pytest_bdd import given, parsers, then, when
from sqlmodel import select

from engine import oversight, tasks
from engine.models.people import SignIn
from engine.models.work import TaskStatus
from tests.features.steps_cases import say
from tests.features.steps_forms import FIVE, FREE_TEXT, SECTION
from tests.features.world import World
from tests.people import Browser, Crew, links
from tests.times import BISHKEK

LARGEST_KB = 60


def _plain(text: str) -> str:
    """What a page says, without what it is made of."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body))


def claimed(world: World, agency: str, duty: str) -> str:
    """Take a duty in hand; its id."""
    task_id: str = world.task(duty).id
    with world.store.transaction() as session:
        tasks.claim(session, task_id, by=world.actor(agency))
    return task_id


@given(say('she is called "{name}", and can be reached at "{number}"'))
def called(world: World, name: str, number: str) -> None:
    told = {"alias": name, "safe_contact": "yes", "contact_channel": "phone", "contact_detail": number}
    who = world.code_of(world.case().opened_by_id)
    world.send(who, "intake", FIVE | told | {"shelter_now": world.answers["shelter_now"]})


@given(say("{agency:Agency} works in Russian"))
def works_in_russian(crew: Crew, agency: str) -> None:
    browser = crew[agency]
    answer = browser.post("/language", {"language": "ru", "next": "/"}, origin="http://testserver")
    assert answer.status_code == 303


@when(say("{agency:Agency} reads the offer of {duty:Duty}"))
def reads_offer(world: World, crew: Crew, agency: str, duty: str) -> None:
    browser = crew[agency]
    offer = world.offer(duty, agency)
    assert f"/handoffs/{offer.id}" in links(browser.page("/worklist"), "/handoffs/")
    world.kept["page"] = browser.page(f"/handoffs/{offer.id}")
    assert [leaf for leaf in world.leaves("handoff.opened") if leaf["subject"][1] == offer.id]


@when(say("{agency:Agency} reads {duty:Duty}"))
def reads_duty(world: World, crew: Crew, agency: str, duty: str) -> None:
    world.kept["page"] = crew[agency].page(f"/tasks/{world.task(duty).id}")


@when("the auditor reads the timeline of the case")
def reads_timeline(world: World, crew: Crew) -> None:
    alias = oversight.alias(world.case().id)
    browser = crew["auditor"]
    address = f"/audit/cases/{alias}"
    assert address in links(browser.page("/audit"), "/audit/cases/")
    world.kept["page"] = browser.page(address)


@then(parsers.re('it reads "(?P<first>[^"]+)"(?:(?:, | and )"(?P<second>[^"]+)")?(?: and "(?P<third>[^"]+)")?'))
def it_reads(world: World, first: str, second: str | None, third: str | None) -> None:
    said = _plain(world.kept["page"])
    assert [word for word in (first, second, third) if word and word not in said] == [], " ".join(said.split())


@then(say('it reads neither "{first}" nor "{second}"'))
def reads_neither(world: World, first: str, second: str) -> None:
    assert [word for word in (first, second) if word in world.kept["page"]] == []


@then(say('it reads neither "{name}" nor the reference of the case'))
def no_reference(world: World, name: str) -> None:
    assert [word for word in (name, world.reference, world.case().id) if word in world.kept["page"]] == []


@then(say("neither the case, nor the duty, nor the offer exists for {agency:Agency}"))
def nothing_exists(world: World, crew: Crew, agency: str) -> None:
    (task,) = world.tasks("shelter_arrival")
    offers = [f"/handoffs/{h.id}" for h in world.handoffs("shelter_arrival")]
    places = [f"/cases/{world.reference}", f"/tasks/{task.id}", f"/tasks/{task.id}/form", *offers]
    assert {crew[agency].get(place).status_code for place in places} == {404}
    assert {crew[agency].get("/cases/0000-0000-0").status_code} == {404}
    assert world.reference not in crew[agency].page("/worklist")


@when(say('{agency:Agency} is away for an hour and sends what was written since, "{words}"'))
def away(world: World, crew: Crew, agency: str, words: str) -> None:
    browser = crew[agency]
    duty = world.kept["writing"]
    address = f"/tasks/{world.task(duty).id}/form/{SECTION[duty]}"
    hidden = browser.hidden(address, address)
    with world.store.transaction() as session:
        for row in session.exec(select(SignIn)).all():
            row.seen_at -= timedelta(hours=1)
            session.add(row)
    world.kept["answer"] = browser.post(address, hidden | {FREE_TEXT[duty]: words})


@then(say("{agency:Agency} is asked to sign in again"))
def asked_to_sign_in(world: World, crew: Crew, agency: str) -> None:
    answer = world.kept["answer"]
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?")
    assert crew[agency].get("/worklist").headers["location"].startswith("/sign-in")


@when(say("{agency:Agency} sends {duty:Duty} twice from its workplace"))
def sends_twice(world: World, crew: Crew, agency: str, duty: str) -> None:
    browser: Browser = crew[agency]
    task_id = claimed(world, agency, duty)
    given = world.fill(duty, {})
    page = f"/tasks/{task_id}/check"
    for part in links(browser.page(page), f"/tasks/{task_id}/form/"):
        browser.post(part, browser.hidden(part, part) | given)
    fields = browser.hidden(page, f"/tasks/{task_id}/completion")
    answers = [browser.post(f"/tasks/{task_id}/completion", fields) for _ in range(2)]
    assert answers[0].status_code == 303, _plain(answers[0].text)
    assert answers[1].status_code == 200
    world.kept["page"] = answers[1].text


@then(say("{agency:Agency} reads that it was received already, and when"))
def received_already(world: World, agency: str) -> None:
    task = world.task("screening")
    assert task.status is TaskStatus.DONE
    assert task.ended_at is not None
    assert f"Already received at {task.ended_at.astimezone(BISHKEK):%H:%M}" in _plain(world.kept["page"])


@when(say("{agency:Agency} reads the first questions"))
def first_questions(world: World, crew: Crew, agency: str) -> None:
    task_id = claimed(world, agency, "intake")
    world.kept["page"] = crew[agency].page(f"/tasks/{task_id}/form")


@then(say("they weigh at most {kilobytes:d} kilobytes and need nothing else to be answered"))
def light(world: World, kilobytes: int) -> None:
    text = world.kept["page"]
    assert kilobytes == LARGEST_KB
    assert len(text.encode()) <= kilobytes * 1024
    assert set(FIVE) <= set(re.findall(r'name="(\w+)"', text))
    assert re.search(r'<form[^>]*method="post"', text)


@then(say("{agency:Agency} is shown the number of {other:Agency}"))
def number_shown(world: World, crew: Crew, agency: str, other: str) -> None:
    said = _plain(crew[agency].page("/worklist"))
    assert f"The notice did not arrive. Call {world.agency(other).phone}." in said
