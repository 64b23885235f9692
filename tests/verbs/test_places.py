"""A house of which nobody has said how many places it has is asked; its number is entered for it where it cannot."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine import act as acts
from engine import agencies, clock, directory, handoffs, offers, relays
from engine.actor import Actor
from engine.database import Store
from engine.errors import Invalid, NotAllowed, NotFound
from engine.models.cases import Channel
from engine.models.people import Agency, Place, PlaceKind, Reach
from engine.models.records import AuditEntry
from engine.relays import Said
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, BISHKEK, NATIONAL, SHELTER = (
    "coordinator_osh",
    "coordinator_bishkek",
    "coordinator_national",
    "shelter_osh",
)


def add(session: Session, by: Actor, **more: Any) -> str:
    given: dict[str, Any] = {
        "region": "osh", "roles": ["shelter"], "services": ["shelter"], "sexes": ["female"], "ages": [],
        "reach": Reach.PHONE, "phone": "+996 5555",
    }  # fmt: skip
    return agencies.add(session, "Home by phone", agencies.Entry(**(given | more)), by=by).id


@pytest.fixture
def scene(store: Store) -> Scene:
    """A place is looked for; a house without an account has never said how many it has."""
    return Scene(store, case_at(store, "shelter_arrival"))


@pytest.fixture
def house(scene: Scene) -> str:
    made: str = scene.act(NATIONAL, add)
    return made


def said(**changes: Any) -> Said:
    given = {"channel": Channel.PHONE, "said_by": "the head of the house", "happened_at": clock.now()}
    return Said(**(given | changes))


def asked(scene: Scene) -> list[str]:
    with scene.store.reading() as session:
        act = acts.look(session, scene.case().id, actor(session, COORDINATOR))
        return [c.agency.id for c in offers.choices(act, scene.task("shelter_arrival"))]


def rows(scene: Scene, house: str) -> list[Place]:
    with scene.store.reading() as session:
        return list(session.exec(select(Place).where(Place.agency_id == house)).all())


def last(scene: Scene, action: str) -> dict[str, Any]:
    with scene.store.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.index).desc())
        found: dict[str, Any] = json.loads(session.exec(query).first().leaf)
        return found


def test_it_is_asked_and_what_it_takes_is_counted(scene: Scene, house: str) -> None:
    assert house in asked(scene)
    task = scene.task("shelter_arrival").id
    offer = scene.act(COORDINATOR, lambda s, by: handoffs.reroute(s, task, house, by=by))
    (place,) = rows(scene, house)
    assert (place.total, place.taken, offer.place_id) == (0, 0, place.id)
    with scene.store.reading() as session:
        assert directory.free(place) is None and not directory.is_full(session, offer)

    def accept(session: Session, by: Actor) -> None:
        house_says = relays.answer_as(session, session.get_one(type(offer), offer.id), said(), by=by)
        handoffs.accept(session, offer.id, by=house_says)

    scene.act(COORDINATOR, accept)
    assert [place.taken for place in rows(scene, house)] == [1]
    assert dict(scene.recorded())["place.taken"]["reason"] == "unknown"
    assert house in asked(Scene(scene.store, case_at(scene.store, "shelter_arrival"))), "it may be asked again"
    scene.check_record()


@pytest.mark.parametrize("unfit", [{"sexes": ["male"]}, {"ages": ["child"]}])
def test_who_does_not_serve_her_is_not_asked(scene: Scene, unfit: dict[str, Any]) -> None:
    assert scene.act(NATIONAL, lambda s, by: add(s, by, **unfit)) not in asked(scene)


def test_whoever_has_said_a_number_of_another_kind_has_none_of_this(scene: Scene, house: str) -> None:
    scene.act(NATIONAL, lambda s, by: agencies.enter_places(s, house, PlaceKind.MEN, 3, said=said(), by=by))
    assert house not in asked(scene)


def test_a_new_house_with_an_account_is_asked_before_it_says_a_number(scene: Scene) -> None:
    made = scene.act(NATIONAL, lambda s, by: add(s, by, reach=Reach.SYSTEM))
    assert made not in asked(scene), "nobody can sign in there yet"
    scene.act(NATIONAL, lambda s, by: agencies.add_manager(s, made, login="new", name="New", language="en", by=by))
    assert made in asked(scene)
    scene.act("new", lambda s, by: agencies.confirm_places(s, PlaceKind.WOMEN, 0, by=by))
    assert [directory.free(place) for place in rows(scene, made)] == [0]


@pytest.mark.parametrize("login", [COORDINATOR, NATIONAL])
def test_the_number_is_entered_for_it_with_who_said_it(scene: Scene, house: str, login: str) -> None:
    scene.act(login, lambda s, by: agencies.enter_places(s, house, PlaceKind.WOMEN, 2, said=said(), by=by))
    (place,) = rows(scene, house)
    assert (place.total, place.said_by, directory.free(place)) == (2, "the head of the house", 2)
    told = last(scene, "place.confirmed")["data"]
    with scene.store.reading() as session:
        desk = session.exec(select(Agency.name).where(Agency.code == login)).one()
    assert (told["on_behalf_of"], told["entered_by"], told["channel"]) == ("Home by phone", desk, "phone")
    assert "head" not in str(told), "the record holds codes and names of agencies only"
    scene.check_record()


def test_nobody_else_enters_it(scene: Scene, house: str) -> None:
    for login in (BISHKEK, SHELTER, "police_osh", "auditor"):
        with pytest.raises(NotFound):
            scene.act(login, lambda s, by: agencies.enter_places(s, house, PlaceKind.WOMEN, 2, said=said(), by=by))
    own = scene.agency(SHELTER)
    with pytest.raises(NotFound):
        scene.act(NATIONAL, lambda s, by: agencies.enter_places(s, own, PlaceKind.WOMEN, 2, said=said(), by=by))
    assert rows(scene, house) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"said_by": " "}, "said_by"),
        ({"channel": Channel.LETTER}, "paper"),
        ({"happened_at": clock.now() - timedelta(days=2)}, "happened_at"),
        ({"happened_at": clock.now() + timedelta(days=900)}, "happened_at"),
    ],
)
def test_who_said_it_and_when_must_be_known(scene: Scene, house: str, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        scene.act(
            NATIONAL, lambda s, by: agencies.enter_places(s, house, PlaceKind.WOMEN, 2, said=said(**changes), by=by)
        )
    assert set(refused.value.fields) == {field}


def test_a_coordinator_files_no_places_under_the_own_desk(scene: Scene) -> None:
    for login in (COORDINATOR, NATIONAL):
        with pytest.raises(NotAllowed, match="Your agency gives no places"):
            scene.act(login, lambda s, by: agencies.confirm_places(s, PlaceKind.WOMEN, 2, by=by))
        assert rows(scene, scene.agency(login)) == []
