"""Agencies without an account: alarms are brought to them, what they say of entries and clocks is entered for them."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select

from engine import agencies, alarms, changes, clock, relays, voices, withdrawals
from engine.actor import Actor
from engine.database import Store
from engine.errors import NotAllowed, NotFound
from engine.models.cases import Channel, Relay, RelayState
from engine.models.people import Agency, Reach, User
from engine.models.work import Alarm, AlarmKind, Deadline, DeadlineState
from engine.relays import Said
from tests.api.client import Cast, refused
from tests.factories import case_at
from tests.people import Crew, actor
from tests.verbs.scene import Scene

COORDINATOR, SECOND, BISHKEK, NATIONAL = (
    "coordinator_osh", "coordinator_osh_2", "coordinator_bishkek", "coordinator_national",
)  # fmt: skip
CENTRE, SHELTER = "legal_aid_centre", "shelter_osh"


def reach(scene: Scene, code: str, how: Reach) -> None:
    def change(session: Session, by: Actor) -> None:
        row = session.exec(select(Agency).where(Agency.code == code)).one()
        names = ("region", "roles", "services", "sexes", "ages", "families", "phone", "hours")
        entry = agencies.Entry(**{name: getattr(row, name) for name in names}, reach=how)
        agencies.change(session, row.id, entry, by=by)

    scene.act(NATIONAL, change)


def said(**changes: Any) -> Said:
    return Said(**({"channel": Channel.PHONE, "said_by": "the clerk", "happened_at": clock.now()} | changes))


def body() -> dict[str, Any]:
    return {"channel": "phone", "said_by": "the clerk", "happened_at": clock.now().isoformat()}


FIELDS = {"channel": "phone", "said_by": "the clerk", "paper": ""}


def moment() -> str:
    """The time as a person in Bishkek types it."""
    return (clock.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def scene(store: Store) -> Scene:
    """The coordinator hears that the person wants no lawyer; the centre that has the case is reached by phone."""
    scene = Scene(store, case_at(store, "legal_first_meeting"))
    reach(scene, CENTRE, Reach.PHONE)
    scene.act(COORDINATOR, lambda s, by: withdrawals.withdraw(s, scene.reference, "legal_aid", by=by))
    return scene


def alarm(scene: Scene) -> Alarm:
    with scene.store.reading() as session:
        query = select(Alarm).where(Alarm.kind == AlarmKind.CONSENT_WITHDRAWN, Alarm.to_id == scene.agency(CENTRE))
        return session.exec(query).one()


def carried(scene: Scene, login: str) -> list[str]:
    with scene.store.reading() as session:
        by = actor(session, login)
        found = alarms.to_carry(session, by=by)
        assert alarms.count(session, by=by) == len(found) + len(alarms.waiting(session, by=by))
        return [one.id for one in found]


def test_who_carries_offers_to_it_carries_its_alarms(scene: Scene) -> None:
    wanted = [alarm(scene).id]
    assert (carried(scene, COORDINATOR), carried(scene, NATIONAL)) == (wanted, wanted)
    assert [carried(scene, login) for login in (BISHKEK, SHELTER, "auditor")] == [[], [], []]


def test_it_is_acknowledged_for_it_with_who_said_so(scene: Scene) -> None:
    about = alarm(scene).id
    with pytest.raises(NotAllowed):
        scene.act(COORDINATOR, lambda s, by: alarms.acknowledge(s, about, by=by))
    with pytest.raises(NotFound):
        scene.act(BISHKEK, lambda s, by: relays.alarmed_as(s, about, said(), by=by))

    def carry(session: Session, by: Actor) -> None:
        alarms.acknowledge(session, about, by=relays.alarmed_as(session, about, said(), by=by))

    scene.act(COORDINATOR, carry)
    assert scene.actions() == ["relay.entered", "alarm.acknowledged", "deadline.met"]
    assert dict(scene.recorded())["alarm.acknowledged"]["on_behalf_of"]
    assert alarm(scene).acknowledged_at is not None and carried(scene, COORDINATOR) == []
    with pytest.raises(NotFound):
        scene.act(COORDINATOR, carry)
    scene.check_record()


def test_it_is_carried_by_api(scene: Scene, app: FastAPI) -> None:
    cast = Cast(app, scene.store)
    told = cast[COORDINATOR].read("/alarms")["to_carry"]
    assert [(one["id"], one["agency"]["id"]) for one in told] == [(alarm(scene).id, scene.agency(CENTRE))]
    path = f"/alarms/{told[0]['id']}/acknowledgement"
    refused(cast[COORDINATOR].post(path), 403, "not-allowed")
    refused(cast[SHELTER].post(path, {"behalf": body()}), 404, "not-found")
    answer = cast[COORDINATOR].post(path, {"behalf": body()})
    assert answer.status_code == 200 and answer.json()["acknowledged_at"]
    assert cast[COORDINATOR].read("/alarms")["to_carry"] == []


def test_it_is_carried_on_a_page(scene: Scene, crew: Crew) -> None:
    path = f"/alarms/{alarm(scene).id}/relay"
    browser = crew[COORDINATOR]
    assert f'href="{path}"' in browser.page("/alarms")
    assert browser.send(path, path, {}).status_code == 422
    assert browser.act(path, path, FIELDS | {"happened_at": moment()}) == "/alarms?done=relayed"
    assert alarm(scene).acknowledged_at is not None and path not in browser.page("/alarms")
    assert crew[SHELTER].get(path).status_code == 404


@pytest.fixture
def entered(store: Store) -> tuple[Scene, str]:
    """The coordinator entered that the shelter, reached by letter, says she is in danger."""
    scene = Scene(store, case_at(store, "stay_review", "case_plan"))
    reach(scene, SHELTER, Reach.LETTER)

    def danger(session: Session, by: Actor) -> str:
        who = voices.agency_as(session, scene.case().id, scene.agency(SHELTER), said(), by=by, about="danger")
        changes.danger(session, scene.reference, by=who)
        return who.behalf.relay_id if who.behalf else ""

    return scene, scene.act(COORDINATOR, danger)


def relay(scene: Scene, relay_id: str) -> Relay:
    with scene.store.reading() as session:
        return session.get_one(Relay, relay_id)


@pytest.mark.parametrize("state", [RelayState.CONFIRMED, RelayState.DISPUTED])
def test_what_it_says_of_an_entry_is_entered_by_somebody_else(entered: tuple[Scene, str], state: RelayState) -> None:
    scene, about = entered

    def settle(session: Session, by: Actor) -> None:
        relays.settle(session, about, state, by=voices.settling_as(session, about, said(), by=by))

    with pytest.raises(NotAllowed, match="Another coordinator"):
        scene.act(COORDINATOR, settle)
    for login, refusal in ((BISHKEK, NotFound), ("police_osh", NotAllowed)):
        with pytest.raises(refusal):
            scene.act(login, settle)
    scene.act(SECOND, settle)
    assert scene.actions()[:2] == ["relay.entered", f"relay.{state}"]
    with scene.store.reading() as session:
        second = session.exec(select(User.id).where(User.login == SECOND)).one()
    assert (relay(scene, about).state, relay(scene, about).settled_by_id) == (state, second)
    assert (("disputed", COORDINATOR) in scene.alarms()) == (state is RelayState.DISPUTED)
    scene.check_record()


def test_an_agency_with_an_account_says_so_itself(entered: tuple[Scene, str]) -> None:
    scene, about = entered
    reach(scene, SHELTER, Reach.SYSTEM)
    with pytest.raises(NotFound):
        scene.act(SECOND, lambda s, by: voices.settling_as(s, about, said(), by=by))


def test_what_it_says_is_entered_by_api_and_on_a_page(entered: tuple[Scene, str], app: FastAPI, crew: Crew) -> None:
    scene, about = entered
    cast, path = Cast(app, scene.store), f"/relays/{about}/relay"
    assert [one["id"] for one in cast[SECOND].read("/relays")["to_settle"]] == [about]
    assert cast[COORDINATOR].read("/relays")["to_settle"] == []
    sent = {"state": "confirmed", "behalf": body()}
    refused(cast[COORDINATOR].post(f"/relays/{about}/answer", sent), 403, "not-allowed")
    assert f'href="{path}"' in crew[SECOND].page("/alarms") and crew[COORDINATOR].get(path).status_code == 404
    typed = FIELDS | {"happened_at": moment()}
    assert crew[SECOND].send(path, path, typed).status_code == 422, "was it so or not?"
    assert crew[SECOND].act(path, path, typed | {"state": "disputed"}) == "/alarms?done=settled"
    assert relay(scene, about).state is RelayState.DISPUTED
    refused(cast[SECOND].post(f"/relays/{about}/answer", sent), 409, "conflict")


def stay(scene: Scene) -> Deadline:
    with scene.store.reading() as session:
        query = select(Deadline).where(Deadline.case_id == scene.case().id, Deadline.clock == "shelter_stay")
        return session.exec(query.where(col(Deadline.state) == DeadlineState.RUNNING)).one()


def test_its_own_extension_is_entered_for_it(entered: tuple[Scene, str], app: FastAPI) -> None:
    scene, _ = entered
    cast, before, path = Cast(app, scene.store), stay(scene), f"/deadlines/{stay(scene).id}/extension"
    sent = {"days": 11, "reason": "health", "behalf": body()}
    refused(cast[NATIONAL].post(path, sent), 422, "invalid")
    refused(cast["police_osh"].post(path, sent), 403, "not-allowed")
    answer = cast[NATIONAL].post(path, sent | {"days": 10})
    assert answer.status_code == 200, answer.text
    assert stay(scene).due_at == before.due_at + timedelta(days=10)
    assert ("extended", COORDINATOR) in scene.alarms(), "another desk entered it: who leads the case is called"
    scene.check_record()


def test_its_own_extension_is_entered_on_a_page(entered: tuple[Scene, str], crew: Crew) -> None:
    scene, _ = entered
    task = scene.task("stay_review").id
    before, path = stay(scene).due_at, f"/tasks/{task}/relay/extension"
    assert path in crew[COORDINATOR].page(f"/tasks/{task}/relay")
    typed = FIELDS | {"happened_at": moment(), "reason": "health"}
    assert crew[COORDINATOR].send(path, path, typed | {"days": "11"}).status_code == 422
    assert crew[COORDINATOR].act(path, path, typed | {"days": "10"}) == "/worklist?done=extended"
    assert stay(scene).due_at == before + timedelta(days=10)
    assert ("extended", COORDINATOR) not in scene.alarms(), "who leads the case entered it"
