"""Steps about forms and drafts: what is asked, what is refused, what is kept while somebody writes."""

from typing import Any

from pytest_bdd import given, parsers, then, when
from sqlalchemy import text
from sqlmodel import select

from engine import drafts, tasks
from engine.errors import Invalid
from engine.models.answers import Answer, Draft
from engine.models.people import User
from tests.features.steps_cases import say
from tests.features.words import Answers
from tests.features.world import World

QUESTIONS = {
    "age": "age_band",
    "sex": "sex",
    "safe place": "shelter_now",
    "language": "language",
    "detained": "detained",
}
SPOKEN = {"not known": "unknown", "Uzbek": "uz"}
FIVE: Answers = {"age_band": "adult", "sex": "female", "shelter_now": "no", "language": "uz", "detained": "no"}
FAULTS: dict[str, Answers] = {
    "no language": {k: v for k, v in FIVE.items() if k != "language"},
    "an age that does not exist": FIVE | {"age_band": "elderly"},
    "a question that does not exist": FIVE | {"shoe_size": "38"},
    "minus two children": FIVE | {"dependants": "-2"},
}
WRONG = {
    "no lawyer was offered": "lawyer_offered",
    "nobody interprets": "interpreter_name",
    "she did not agree to services": "consent_services",
    "the document is free": "cost_to_person",
    "the language is missing": "language",
    "the language": "language",
    "the age": "age_band",
    "a question that does not exist": "shoe_size",
    "the children": "dependants",
}
NAMED = {"the name to use": "alias", "the language": "language"}
DOMAINS = {"identity": "identity", "daily work": "operational"}
SECTION = {"rights_and_consent": "rights", "needs_and_risk": "needs_page"}
FREE_TEXT = {"rights_and_consent": "interpreter_name", "needs_and_risk": "what_matters"}


@when(say("{agency:Agency} gives these answers at the intake"))
def gives(world: World, agency: str, datatable: list[list[str]]) -> None:
    given = {QUESTIONS[q]: SPOKEN.get(a, a) for q, a in datatable[1:]}
    assert len(given) == 5
    world.send(agency, "intake", given)


@when(say("{agency:Agency} tries the intake with {fault}"))
def tries_with(world: World, agency: str, fault: str) -> None:
    world.attempt(lambda: world.send(agency, "intake", FAULTS[fault]))


@when(say('{agency:Agency} writes "{name}" as the name to use at the intake'))
def writes_name(world: World, agency: str, name: str) -> None:
    world.send(agency, "intake", FIVE | {"alias": name})


@then(parsers.re("this is refused because (of )?(?P<what>" + "|".join(WRONG) + ")"))
def refused_because(world: World, what: str) -> None:
    assert isinstance(world.refusal, Invalid), "this was not refused"
    assert list(world.refusal.fields) == [WRONG[what]]
    assert world.refusal.fields[WRONG[what]], "the person is not told what to do"
    world.refusal_told = True


@then(parsers.re("this is refused in Russian because (?P<what>the language is missing)"))
def refused_in_russian(world: World, what: str) -> None:
    refused_because(world, what)
    assert isinstance(world.refusal, Invalid)
    said = world.refusal.fields[WRONG[what]]
    assert all("а" <= letter <= "я" for letter in said.lower() if letter.isalpha()), said


@given(say("{agency:Agency} reads Russian"))
def reads_russian(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        user = session.exec(select(User).where(User.login == agency)).one()
        user.language = "ru"
        session.add(user)


@then(parsers.re("(?P<what>the name to use|the language) is kept with the domain of (?P<domain>[a-z ]+)"))
def kept_with(world: World, what: str, domain: str) -> None:
    rows = [row for row in world.rows(Answer) if NAMED[what] in row.fields]
    assert [row.domain for row in rows] == [DOMAINS[domain]]
    assert [
        leaf for leaf in world.leaves("answers.kept", domain=DOMAINS[domain]) if NAMED[what] in leaf["data"]["fields"]
    ]


@then("the record names the question but not what it says")
def question_only(world: World) -> None:
    assert [leaf for leaf in world.leaves("answers.kept") if "alias" in leaf["data"]["fields"]]
    assert not [leaf for leaf in world.leaves() if "Aigul" in str(leaf)]


@then(say('nowhere in the store are the words "{words}"'))
def nowhere(world: World, words: str) -> None:
    assert words not in everything(world)


def everything(world: World) -> str:
    """All that somebody with a copy of the store could read."""
    from sqlmodel import SQLModel

    found = []
    with world.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(text(f'SELECT * FROM "{table.name}"')).all():  # noqa: S608
                found.append(" ".join(_plain(value) for value in row))
    assert len(found) > 100
    return "\n".join(found)


def _plain(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


@given(say('{agency:Agency} has begun {duty:Duty} and written "{words}"'))
def begun(world: World, agency: str, duty: str, words: str) -> None:
    by = world.actor(agency)
    task_id = world.task(duty).id
    with world.store.transaction() as session:
        tasks.claim(session, task_id, by=by)
        drafts.save(session, task_id, SECTION[duty], {FREE_TEXT[duty]: words}, by=by)
    world.kept["writing"] = duty


def _found(world: World, agency: str, *, second: bool = False) -> Answers:
    task = world.task(world.kept["writing"])
    with world.reading() as session:
        return drafts.load(session, task, by=world.actor(agency, second=second))[0]


@then(say('{agency:Agency} finds "{words}" again'))
def finds_again(world: World, agency: str, words: str) -> None:
    assert _found(world, agency) == {FREE_TEXT[world.kept["writing"]]: words}


@then(say("a colleague at {agency:Agency} finds nothing written"))
def finds_nothing(world: World, agency: str) -> None:
    assert _found(world, agency, second=True) == {}


@when(say("{agency:Agency} hands {duty:Duty} back to the desk"))
def hands_back(world: World, agency: str, duty: str) -> None:
    with world.store.transaction() as session:
        tasks.release(session, world.task(duty).id, by=world.actor(agency))
    assert world.leaves("task.released", element=duty)


@then("nothing half written is kept")
def nothing_kept(world: World) -> None:
    assert world.leaves("task.completed", element=world.kept["writing"])
    assert world.rows(Draft) == []
