"""Steps about a case and its duties: who meets whom, what is done, what is owed."""

from pytest_bdd import given, parsers, then, when
from sqlmodel import col

from engine.models.cases import CaseStatus, ConsentAnswer
from engine.models.work import OPEN_TASK, HandoffState, TaskStatus, UserTask
from tests.features.words import AGENCIES, TYPES, Answers
from tests.features.world import World

ENDED = (HandoffState.DONE, HandoffState.PARTLY_DONE, HandoffState.FAILED)
CLOSED = {
    "she returned safely": "returned_safely",
    "he is integrated": "integrated",
    "it was a duplicate": "duplicate",
    "it was opened in error": "opened_in_error",
}
WITHOUT = {"offering a lawyer": {"lawyer_offered": "false"}, "an interpreter": {"interpreter_how": "not_needed"}}
SAYS = {
    "agrees to": ConsentAnswer.GIVEN,
    "refuses": ConsentAnswer.REFUSED,
    "is not asked about": "unknown",
}
# What becomes known later in the case, told in advance.
LATER: dict[str, Answers] = {
    "there are no signs in the screening": {
        "act_seen": False,
        "means_seen": False,
        "purpose_seen": False,
        "screening_complete": True,
    },
    "no means was seen in the screening": {"means_seen": False},
    "she is not presumed a victim": {"preliminary_result": "not_presumed"},
    "she is threatened directly": {"threat": "direct"},
    "nobody knows whether she is threatened": {"threat": "unknown", "health_state": "stable"},
    "she asks for a shelter in the plan": {"shelter_planned": "yes"},
    "she wants protection as a witness in the plan": {"protection_wanted": "yes"},
    "she wants psychological and social help in the plan": {"services_planned": ["psychological", "social"]},
}


def say(text: str) -> parsers.cfparse:
    """A step in the words of `words.TYPES`."""
    return parsers.cfparse(text, extra_types=TYPES)


@given(say("{person:Person}, met by {agency:Agency}"))
def met(world: World, person: Answers, agency: str) -> None:
    world.answers = dict(person)
    abroad = "facts_verified" in person
    world.open(agency, "abroad_kz" if abroad else None)


@given(say("{person:Person}, taken in by {agency:Agency}"))
@given(say("also {person:Person}, taken in by {agency:Agency}"))
@when(say("also {person:Person}, taken in by {agency:Agency}"))
def taken_in(world: World, person: Answers, agency: str) -> None:
    met(world, person, agency)
    world.do(agency, "intake")


@given(say("{agency:Agency} takes her in, and she {says} urgent help"))
@when(say("{agency:Agency} takes her in, and she {says} urgent help"))
def takes_in(world: World, agency: str, says: str) -> None:
    world.do(agency, "intake", {"consent_urgent_help": SAYS[says]})


@given(parsers.re("(?P<what>" + "|".join(LATER) + ")"))
def later(world: World, what: str) -> None:
    world.answers |= LATER[what]


@given("the stay in the shelter goes on")
def stays(world: World) -> None:
    world.rests.add("stay_review")


@given(say("the case has come to {duty:Duty}"))
@when(say("the case has come to {duty:Duty}"))
def has_come_to(world: World, duty: str) -> None:
    world.play(duty)


@given("every agency does its part")
@when("every agency does its part")
def all_do(world: World) -> None:
    world.play()


@given(say("{agency:Agency} completes {duty:Duty}"))
@when(say("{agency:Agency} completes {duty:Duty}"))
def completes(world: World, agency: str, duty: str) -> None:
    world.do(agency, duty)


@given(say("{agency:Agency} completes {duty:Duty}: {finding:Finding}"))
@when(say("{agency:Agency} completes {duty:Duty}: {finding:Finding}"))
def completes_with(world: World, agency: str, duty: str, finding: Answers) -> None:
    world.do(agency, duty, finding)


@when(say("a colleague at {agency:Agency} completes {duty:Duty}: {finding:Finding}"))
def colleague_completes(world: World, agency: str, duty: str, finding: Answers) -> None:
    world.do(agency, duty, finding, second=True)


@when(say("{agency:Agency} tries to complete {duty:Duty}"))
def tries_to_complete(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: world.do(agency, duty))


@when(parsers.re("(?P<who>the police unit of Osh) tries to complete the rights talk without (?P<what>.+)"))
def without(world: World, who: str, what: str) -> None:
    agency = AGENCIES[who]
    given = world.fill("rights_and_consent", {}) | WITHOUT[what]
    world.attempt(lambda: world.send(agency, "rights_and_consent", given))


@when(say("{agency:Agency} tries to complete the consular document for a fee of {fee:d}"))
def fee(world: World, agency: str, fee: int) -> None:
    given = world.fill("travel_document", {}) | {"cost_to_person": str(fee)}
    world.attempt(lambda: world.send(agency, "travel_document", given))


@when(say("{agency:Agency} tries to agree a case plan with services she refuses"))
def refused_services(world: World, agency: str) -> None:
    given = world.fill("case_plan", {}) | {"consent_services": "refused"}
    world.attempt(lambda: world.send(agency, "case_plan", given))


@then(say("{agency:Agency} owes {duty:Duty}"))
@then(say("{agency:Agency} still owes {duty:Duty}"))
def owes(world: World, agency: str, duty: str) -> None:
    task = world.task(duty)
    assert task.status in (TaskStatus.OPEN, TaskStatus.CLAIMED)
    assert (task.holder_id, task.accountable_id) == (world.agency(agency).id,) * 2
    assert world.leaves("task.assigned", element=duty)[-1]["set"]["holder_id"] == task.holder_id


@then(say("{agency:Agency} owes {duty:Duty} again"))
def owes_again(world: World, agency: str, duty: str) -> None:
    owes(world, agency, duty)
    assert [t.status for t in world.tasks(duty)].count(TaskStatus.DONE) == 1
    assert len(world.leaves("task.opened", element=duty)) == 2


@then(say("the lead coordinator owes {duty:Duty}"))
def lead_owes(world: World, duty: str) -> None:
    owes(world, world.code_of(world.case().lead_agency_id), duty)


@then(say("{duty:Duty} is not yet owed"))
@then(say("{duty:Duty} was never owed"))
@then(say("{duty:Duty} were never owed"))
def never_owed(world: World, duty: str) -> None:
    assert world.tasks(duty) == []
    assert world.leaves("task.opened", element=duty) == []


@then(say("{agency:Agency} did {duty:Duty}"))
def did(world: World, agency: str, duty: str) -> None:
    task = world.task(duty)
    assert (task.status, task.ended_by_agency_id) == (TaskStatus.DONE, world.agency(agency).id)
    assert world.leaves("task.completed", element=duty)[-1]["actor"]["agency"] == task.ended_by_agency_id


@then(say("{agencies:Agencies} have done their parts"))
def did_their_parts(world: World, agencies: list[str]) -> None:
    for code in agencies:
        agency = world.agency(code)
        done = world.rows(UserTask, UserTask.ended_by_agency_id == agency.id, UserTask.status == TaskStatus.DONE)
        assert done, f"{agency.name} has done nothing"
        told = {
            leaf["data"]["element"] for leaf in world.leaves("task.completed") if leaf["actor"]["agency"] == agency.id
        }
        assert told == {task.element for task in done}


@then(say("{first:Duty} was done before {then:Duty} began"))
def before(world: World, first: str, then: str) -> None:
    ended = world.task(first).ended_at
    assert ended is not None
    assert ended <= world.tasks(then)[0].opened_at
    indexes = [
        i
        for i, leaf in enumerate(world.leaves())
        if (leaf["action"], leaf["data"].get("element")) in (("task.completed", first), ("task.opened", then))
    ]
    assert world.leaves()[indexes[0]]["action"] == "task.completed"


@then(say("the case is closed: {why}"))
def closed(world: World, why: str) -> None:
    case = world.case()
    assert (case.status, case.close_reason) == (CaseStatus.CLOSED, CLOSED[why])
    assert world.rows(UserTask, col(UserTask.status).in_(OPEN_TASK)) == []
    assert [leaf["data"]["reason"] for leaf in world.leaves("case.closed")] == [CLOSED[why]]


@then("the case is still open")
def still_open(world: World) -> None:
    assert world.case().status is CaseStatus.OPEN
    assert world.leaves("case.closed") == []


@then(say('this is refused: "{why}"'))
def refused(world: World, why: str) -> None:
    assert world.refusal is not None, "this was not refused"
    assert why in world.refusal.message
    world.refusal_told = True
