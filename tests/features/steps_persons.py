"""Steps about persons with more than one case, and about several people of one event."""

from fastapi import FastAPI
from pytest_bdd import given, then, when
from sqlmodel import col, select

from engine import cases, changes, links
from engine.errors import Invalid
from engine.models.cases import Case, CaseStatus
from engine.models.work import OPEN_TASK, UserTask
from tests.api.client import Cast
from tests.features.steps_cases import owes, say
from tests.features.steps_forms import FIVE
from tests.features.world import World
from tests.people import Crew

NAMES = ("Aigul", "Begimai", "Cholpon", "Dinara")


@when(say("{agency:Agency} meets {number:d} people at once"))
def meets_several(world: World, agency: str, number: int) -> None:
    with world.store.transaction() as session:
        found = links.several(session, number, region=None, by=world.actor(agency))
        world.references += [case.reference for case in found]


@then(say("each of the {number:d} has a case and an intake of their own"))
def own_cases(world: World, number: int) -> None:
    with world.reading() as session:
        found = session.exec(select(Case).where(col(Case.reference).in_(world.references))).all()
        intakes = session.exec(select(UserTask.case_id).where(UserTask.element == "intake")).all()
    assert len(found) == len({case.person_id for case in found}) == number
    assert len({case.incident_id for case in found}) == 1
    assert set(intakes) == {case.id for case in found}


@when(say("{agency:Agency} takes each of the {number:d} in, and each tells a name"))
def takes_each_in(world: World, agency: str, number: int) -> None:
    world.kept["names"] = dict(zip(world.references, NAMES, strict=True))
    assert len(world.kept["names"]) == number
    for reference in list(world.references):
        world.references.append(reference)
        world.send(agency, "intake", FIVE | {"alias": world.kept["names"][reference]})


def shown(world: World, crew: Crew, cast: Cast, login: str) -> str:
    """Everything that somebody is shown of the case that is spoken of: record, pages, and the answers of the API."""
    case, intake = f"/cases/{world.reference}", f"/tasks/{world.task('intake').id}"
    pages = [crew[login].page(path) for path in (case, intake, f"{intake}/answers")]
    answers = [cast[login].get(path) for path in (case, f"{case}/timeline", intake, f"{intake}/answers")]
    assert {answer.status_code for answer in answers} == {200}
    return " ".join([repr(world.leaves()), *pages, *(answer.text for answer in answers)])


@then(say("none of the {number:d} cases shows another, nor another's name"))
def none_shows(world: World, app: FastAPI, crew: Crew, number: int) -> None:
    names, cast = world.kept["names"], Cast(app, world.store)
    assert len(names) == number
    for reference, name in names.items():
        world.references.append(reference)
        for login in ("border_guard", world.code_of(world.case().lead_agency_id)):
            told = shown(world, crew, cast, login)
            assert reference in told and name in told
            others = {*names, *names.values()} - {reference, name}
            assert [other for other in others if other in told] == []
    cast.close()


def same(world: World, agency: str, *, newest_leads: bool = False) -> None:
    leading, follower = reversed(world.references[-2:]) if newest_leads else world.references[-2:]
    with world.store.transaction() as session:
        world.kept["link"] = links.same_person(session, leading, follower, by=world.actor(agency)).id


@given(say("{agency:Agency} says that both are one person"))
@when(say("{agency:Agency} says that both are one person"))
def says_same(world: World, agency: str) -> None:
    same(world, agency)


@when(say("{agency:Agency} says that she is the person of the earlier case"))
def says_earlier(world: World, agency: str) -> None:
    same(world, agency, newest_leads=True)


@when(say("{agency:Agency} tries to say that both are one person"))
def tries_same(world: World, agency: str) -> None:
    world.attempt(lambda: same(world, agency))


@then("the other case is unknown there")
def unknown_there(world: World) -> None:
    assert isinstance(world.refusal, Invalid) and set(world.refusal.fields) == {"other"}
    world.refusal_told = True


@when(say("{agency:Agency} undoes it"))
def undoes(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        links.undo(session, world.kept["link"], by=world.actor(agency))
    assert len(world.leaves("case.unlinked")) == 1


def persons(world: World) -> set[str]:
    with world.reading() as session:
        both = session.exec(select(Case.person_id).where(col(Case.reference).in_(world.references))).all()
    assert len(both) == len(set(world.references))
    return set(both)


@then("both cases are of one person")
def one_person(world: World) -> None:
    assert len(persons(world)) == 1


@then(say("all {number:d} cases are of one person"))
def all_one_person(world: World, number: int) -> None:
    assert len(set(world.references)) == number
    assert len(persons(world)) == 1


@then(say("the newest case is of a person of its own, and the other {number:d} are of one"))
def newest_alone(world: World, number: int) -> None:
    with world.reading() as session:
        query = select(Case.person_id).where(col(Case.reference).in_(world.references), Case.id != world.case().id)
        others = session.exec(query).all()
    assert len(others) == number and set(others) < persons(world) and len(persons(world)) == 2


@then("nothing of the earlier case is opened again")
def stays_closed(world: World) -> None:
    world.references.append(world.references[-2])
    assert world.case().status is CaseStatus.CLOSED and world.leaves("case.linked")
    assert world.rows(UserTask, col(UserTask.status).in_(OPEN_TASK)) == []
    world.references.append(world.references[-2])


@then(say("{agency:Agency} learns that a case elsewhere leads, and not which"))
def leads_elsewhere(world: World, app: FastAPI, crew: Crew, agency: str) -> None:
    cast, own = Cast(app, world.store), f"/cases/{world.reference}"
    told = crew[agency].page(own), cast[agency].get(f"{own}/links").text
    assert "a case led elsewhere" in told[0] and world.kept["link"] in told[1]
    assert [other for other in world.references[:-1] if other in told[0] + told[1]] == []
    cast.close()


@when(say("{agency:Agency} tries to open a case for somebody in Bishkek"))
def tries_to_open(world: World, agency: str) -> None:
    def open_there() -> None:
        with world.store.transaction() as session:
            cases.open_case(session, by=world.actor(agency), region="bishkek")

    world.attempt(open_there)
    with world.reading() as session:
        assert session.exec(select(Case)).all() == []


@then("both cases are of two persons")
def two_persons(world: World) -> None:
    assert len(persons(world)) == 2


@given(say("{agency:Agency} has closed the case as opened in error"))
def closed_in_error(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        changes.opened_in_error(session, world.reference, reason="duplicate", by=world.actor(agency))


@given(say("{agency:Agency} begins a new episode"))
@when(say("{agency:Agency} begins a new episode"))
def begins_again(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        world.references.append(links.new_episode(session, world.reference, by=world.actor(agency)).reference)
    owes(world, agency, "intake")
