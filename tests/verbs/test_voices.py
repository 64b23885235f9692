"""What an agency without an account says beyond its duties: entered by the coordinator, never by who handed her on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from engine import changes, clock, consents, corrections, handovers, relays, voices, withdrawals
from engine.actor import Actor
from engine.database import Store
from engine.errors import Invalid, NotAllowed, NotFound
from engine.models.cases import Channel, Consent, ConsentAnswer
from engine.models.work import HandoffState
from engine.relays import Said
from tests.factories import case_at
from tests.people import actor
from tests.verbs.scene import Scene

COORDINATOR, NATIONAL, POLICE, SHELTER, OTHER = (
    *("coordinator_osh", "coordinator_national", "police_osh", "shelter_osh", "shelter_bishkek"),
)
AGO = timedelta(hours=3)


@pytest.fixture
def scene(store: Store) -> Scene:
    """She is in the shelter of Osh, and her plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def heard(**changed: Any) -> Said:
    said = {"channel": Channel.PHONE, "said_by": "the night guard", "happened_at": clock.now() - AGO}
    return Said(**(said | changed))


def say(scene: Scene, verb: Callable[[Session, Actor], Any], login: str = COORDINATOR, agency: str = SHELTER) -> Any:
    said, code = heard(), scene.agency(agency)
    case_id = scene.case().id
    return scene.act(login, lambda s, by: verb(s, voices.agency_as(s, case_id, code, said, by=by, about="said")))


@pytest.mark.parametrize(
    ("verb", "action"),
    [
        (changes.missing, "instance.started"),
        (changes.danger, "instance.started"),
        (changes.died, "person.died"),
        (changes.leave, "person.left"),
    ],
)
def test_what_happened_to_her_is_entered_for_the_house(scene: Scene, verb: Any, action: str) -> None:
    say(scene, lambda s, by: verb(s, scene.reference, by=by))
    told = dict(scene.recorded())
    assert told["relay.entered"]["agency"] == "Ak-Jol shelter, Osh"
    assert told[action]["on_behalf_of"] == "Ak-Jol shelter, Osh"
    assert told[action]["entered_by"] == "Coordinator Osh and south"
    with scene.store.reading() as session:
        (relay,) = relays.of_case(session, scene.case().id)
        (leaf,) = [one for one in relays.acts_of(session, [relay])[relay.id] if one["action"] == action]
        assert relay.about == "said" and leaf["happened_at"] == relay.happened_at.isoformat() < leaf["entered_at"]
    scene.check_record()


def test_what_she_said_of_a_purpose_is_entered_at_the_time_she_said_it(scene: Scene) -> None:
    purpose, given = "legal_aid", ConsentAnswer.GIVEN
    say(scene, lambda s, by: consents.record(s, scene.reference, purpose, given, interpreter="A. B.", by=by))
    with scene.store.reading() as session:
        query = select(Consent).where(Consent.case_id == scene.case().id, Consent.purpose == purpose)
        newest = session.exec(query.order_by(Consent.entered_at.desc())).first()  # type: ignore[attr-defined]
    assert newest is not None and newest.entered_at - newest.happened_at >= AGO
    assert dict(scene.recorded())["consent.given"]["on_behalf_of"] == "Ak-Jol shelter, Osh"


def test_the_recipient_takes_no_consent_back_through_the_coordinator_either(scene: Scene) -> None:
    """Entered for the house that holds her it stays a report: the coordinator must ask her."""
    purpose = scene.task("stay_review").purpose
    rows = say(scene, lambda s, by: withdrawals.withdraw(s, scene.reference, purpose, by=by))
    assert rows == [] and "consent.withdrawal_reported" in scene.actions()
    assert ("withdrawal_reported", COORDINATOR) in scene.alarms()


@pytest.mark.parametrize("login", [POLICE, SHELTER, OTHER])
def test_nobody_but_the_coordinator_lends_a_voice(scene: Scene, login: str) -> None:
    with pytest.raises(NotAllowed):
        say(scene, lambda s, by: changes.leave(s, scene.reference, by=by), login)
    assert scene.open()["stay_review"] == SHELTER
    with scene.store.reading() as session:
        assert voices.heard_from(session, scene.case().id, by=actor(session, login)) == []


def test_who_does_not_see_the_case_lends_none_and_who_has_no_part_says_nothing(scene: Scene) -> None:
    for login, agency in (("coordinator_bishkek", SHELTER), (COORDINATOR, "prosecutor"), (COORDINATOR, COORDINATOR)):
        with pytest.raises(NotFound):
            say(scene, lambda s, by: changes.danger(s, scene.reference, by=by), login, agency)
    assert "safety_plan" not in scene.open()
    with scene.store.reading() as session:
        assert relays.of_case(session, scene.case().id) == []
        found = voices.heard_from(session, scene.case().id, by=actor(session, COORDINATOR))
        assert {SHELTER, POLICE} <= {agency.code for agency in found}
        assert COORDINATOR not in {agency.code for agency in found}


def test_a_house_hands_over_by_telephone(scene: Scene) -> None:
    stay, other, said = scene.task("stay_review"), scene.agency(OTHER), heard()

    def hand_over(session: Session, by: Actor) -> Any:
        holder = voices.holder_as(session, stay, said, by=by)
        return handovers.offer(session, stay.id, other, reason="no_capacity", by=holder)

    with pytest.raises((NotAllowed, NotFound)):
        scene.act(POLICE, hand_over)
    scene.act(COORDINATOR, hand_over)
    offer = scene.handoff("stay_review", OTHER)
    assert (offer.state, offer.giver_name) == (HandoffState.OFFERED, "Ak-Jol shelter, Osh")
    assert dict(scene.recorded())["handoff.offered"]["on_behalf_of"] == "Ak-Jol shelter, Osh"

    def take_back(session: Session, by: Actor) -> Any:
        giver = voices.giver_as(session, offer, said, by=by)
        return handovers.take_back(session, offer.id, reason="by_giver", by=giver)

    scene.act(COORDINATOR, take_back)
    assert scene.handoff("stay_review", OTHER).state is HandoffState.RECALLED
    scene.check_record()


def test_a_form_is_corrected_as_its_author_says(scene: Scene) -> None:
    task, said = scene.task("screening"), heard(channel=Channel.LETTER, paper="folder 7")
    raw = {name: value for name, value in scene.answers("screening").items() if name != "means_signs"}

    def correct(session: Session, by: Actor) -> Any:
        row = voices.done_by_another(session, task.id, by=by)
        author = voices.author_as(session, row, said, by=by)
        return corrections.correct(session, task.id, raw | {"means_seen": "false"}, reason="misunderstood", by=author)

    for login in (SHELTER, POLICE, "coordinator_bishkek"):
        with pytest.raises(NotFound):
            scene.act(login, correct)
    made = scene.act(COORDINATOR, correct)
    assert made.fields == ["means_seen", "means_signs"]
    assert dict(scene.recorded())["task.corrected"]["on_behalf_of"] == "Police of Osh, unit against trafficking"
    scene.check_record()


def test_a_time_before_the_case_is_refused(scene: Scene) -> None:
    case_id, shelter, said = scene.case().id, scene.agency(SHELTER), heard(happened_at=clock.now() + AGO)
    with pytest.raises(Invalid) as refused:
        scene.act(COORDINATOR, lambda s, by: voices.agency_as(s, case_id, shelter, said, by=by))
    assert set(refused.value.fields) == {"happened_at"}


def test_under_the_name_of_the_giver_too_she_is_not_taken_out_of_the_house_that_has_her(scene: Scene) -> None:
    held, said = scene.handoff("shelter_arrival", SHELTER), heard()

    def take_back(session: Session, by: Actor) -> Any:
        giver = voices.giver_as(session, held, said, by=by)
        return handovers.take_back(session, held.id, reason="by_giver", by=giver)

    with pytest.raises(NotAllowed, match="answers for the person now"):
        scene.act(COORDINATOR, take_back)
    assert scene.open()["stay_review"] == SHELTER
