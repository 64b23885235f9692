"""Steps about what one may see: the case, the offer, one's own stretch, the auditor's view."""

from typing import Any

from pytest_bdd import given, then, when

from engine import answers, cases, handoffs, oversight, papers, tasks, timelines
from engine.access import visibility
from engine.errors import NotFound
from engine.models.answers import Answer
from engine.models.work import PENDING_HANDOFF, UserTask
from engine.oversight import ExceptionKind
from tests.features.steps_cases import say
from tests.features.world import ENGLISH, World

EXCEPTIONS = {
    "repeated steps": ExceptionKind.REPEATED,
    "overridden rules": ExceptionKind.OVERRIDDEN,
    "late duties": ExceptionKind.LATE,
    "late entries": ExceptionKind.ENTERED_LATE,
    "people who did not arrive": ExceptionKind.NOT_ARRIVED,
    "those identified by one agency alone": ExceptionKind.ONE_AGENCY_ALONE,
}


def _look(world: World, agency: str) -> Any:
    with world.reading() as session:
        return cases.overview(cases.read(session, world.reference, by=world.actor(agency)))


@when(say("{agency:Agency} tries to look at the case"))
def tries_to_look(world: World, agency: str) -> None:
    world.attempt(lambda: _look(world, agency))


@then("there is nothing to be found")
def nothing_found(world: World) -> None:
    assert isinstance(world.refusal, NotFound), "it was found"
    assert world.refusal.message == NotFound().message, "the refusal itself tells something"
    world.refusal_told = True


@given(say("{agency:Agency} can see the case"))
@then(say("{agency:Agency} can see the case"))
def can_see(world: World, agency: str) -> None:
    assert _look(world, agency).tasks


@then(say("{agency:Agency} can no longer see the case"))
def cannot_see(world: World, agency: str) -> None:
    tries_to_look(world, agency)
    nothing_found(world)
    assert world.leaves("participation.ended", agency=world.agency(agency).name)


@then(say("{agency:Agency} sees the offer of {duty:Duty}"))
def sees_offer(world: World, agency: str, duty: str) -> None:
    with world.reading() as session:
        (offer,) = handoffs.offered(session, by=world.actor(agency))
    assert (offer.element, offer.state in PENDING_HANDOFF) == (duty, True)


@then(say("{agency:Agency} cannot see {duty:Duty} itself"))
def cannot_see_task(world: World, agency: str, duty: str) -> None:
    def look() -> None:
        with world.reading() as session:
            visibility.task(session, world.task(duty).id, by=world.actor(agency))

    world.attempt(look)
    nothing_found(world)


def _letter(world: World, agency: str, duty: str) -> papers.Letter:
    with world.reading() as session:
        return papers.letter(session, world.offer(duty, "shelter_osh").id, by=world.actor(agency))


@given(say("{agency:Agency} can print the letter of {duty:Duty}"))
@then(say("{agency:Agency} can print the letter of {duty:Duty}"))
def can_print(world: World, agency: str, duty: str) -> None:
    assert _letter(world, agency, duty).receiver.code == "shelter_osh"


@when(say("{agency:Agency} tries to print the letter of {duty:Duty}"))
def tries_to_print(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: _letter(world, agency, duty))


@then(say("{agency:Agency} reads nowhere how many places {house:Agency} has"))
def reads_no_places(world: World, agency: str, house: str) -> None:
    by, there = world.actor(agency), world.agency(house).id
    assert not visibility.sees_places(there, by=by)
    assert visibility.sees_places(there, by=world.actor(house))
    assert visibility.sees_places(there, by=world.actor("coordinator_osh"))


@when(say("{agency:Agency} tries to look at the offer of {duty:Duty} to {receiver:Agency}"))
def tries_to_look_at_offer(world: World, agency: str, duty: str, receiver: str) -> None:
    def look() -> None:
        with world.store.transaction() as session:
            handoffs.open_card(session, world.offer(duty, receiver).id, by=world.actor(agency))

    world.attempt(look)


@then(say("{agency:Agency} sees of the case only {first:Duty}, {second:Duty} and {third:Duty}"))
def own_stretch(world: World, agency: str, first: str, second: str, third: str) -> None:
    view = _look(world, agency)
    assert {t.element for t in view.tasks} == {first, second, third}
    assert {h.receiver_name for h in view.handoffs} == {world.agency(agency).name}
    assert (view.participations, view.consents) == ([], [])
    assert len(world.rows(UserTask)) > 4


@then(say('nothing {agency:Agency} sees of the case speaks of "{words}"'))
def does_not_speak(world: World, agency: str, words: str) -> None:
    view = _look(world, agency)
    own = frozenset(row.id for row in (*view.tasks, *view.handoffs, *view.movements, *view.deadlines))
    with world.reading() as session:
        act = cases.read(session, world.reference, by=world.actor(agency))
        told = timelines.story(world.leaves(), act.bundle, ENGLISH, own=own)
    hidden = words.lower()
    assert view.tasks
    assert told
    assert not [line.text for line in told if hidden in line.text.lower()]
    assert not [row for row in (*view.handoffs, *view.tasks) if hidden in str(row.model_dump()).lower()]
    assert [line for line in world.told() if hidden in line.lower() or "witness" in line.lower()]


@when(say('{agency:Agency} reports help given in part, and notes "{note}" about her health'))
def reports_with_note(world: World, agency: str, note: str) -> None:
    given = world.fill("service_report", {"service_outcome": "partly_done"}) | {"care_note": note}
    world.send(agency, "service_report", given)


@then(say('{agency:Agency} finds nowhere "{words}"'))
def finds_nowhere(world: World, agency: str, words: str) -> None:
    by = world.actor(agency)
    with world.store.transaction() as session:
        act = world.within(session, by)
        kept = [str(answers.read(act, row)) for row in world.rows(Answer)]
        shown = [str(answers.package(act, task)) for task in tasks.worklist(session, by=by)]
        handed = [str(h.model_dump()) for h in handoffs.awaiting_outcome(session, by=by)]
    assert [text for text in kept if words in text], "it was not even written"
    assert handed
    assert not [text for text in (*shown, *handed) if words in text]


@when(say("{agency:Agency} tries to open a case"))
def tries_to_open(world: World, agency: str) -> None:
    world.attempt(lambda: world.open(agency))


def _exceptions(world: World, agency: str) -> dict[ExceptionKind, list[oversight.Found]]:
    with world.reading() as session:
        return oversight.exceptions(session, by=world.actor(agency))


@when(say("{agency:Agency} tries to see the auditor's exceptions"))
def tries_exceptions(world: World, agency: str) -> None:
    world.attempt(lambda: _exceptions(world, agency))


@then(say("the auditor is shown the case among the {kind}"))
def shown(world: World, kind: str) -> None:
    assert world.case().id in {f.case_id for f in _exceptions(world, "auditor")[EXCEPTIONS[kind]]}


@then(say("the auditor is not shown the case among {kind}"))
def not_shown(world: World, kind: str) -> None:
    assert world.leaves("task.completed", element="second_opinion")
    assert _exceptions(world, "auditor")[EXCEPTIONS[kind]] == []


@then("the auditor sees a timeline under another name than the reference")
def pseudonymised(world: World) -> None:
    by = world.actor("auditor")
    with world.reading() as session:
        (case,) = oversight.timelines(session, by=by)
        name = oversight.alias(case.id)
        assert oversight.case_of(session, name, by=by).id == world.case().id
    assert world.reference not in name
    assert case.id not in name


@then(say("the waiting times show {agency:Agency}"))
def waiting_times(world: World, agency: str) -> None:
    with world.reading() as session:
        found = oversight.waits(session, by=world.actor("auditor"))
    assert world.agency(agency).name in {wait.agency for wait in found}
    assert {wait.agency for wait in found} <= {leaf["data"].get("agency") for leaf in world.leaves()} | {
        leaf["data"].get("receiver") for leaf in world.leaves()
    }
