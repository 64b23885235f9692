"""Acts entered for agencies without an account: who may, what changes, what is recorded, what the agency says later."""

import json
from datetime import UTC, timedelta, timezone

import pytest
from sqlmodel import Session, select, update

from engine import audit, bundles, clock, handoffs, movements, papers, relays, tasks
from engine.actor import SYSTEM, Actor
from engine.audit import reconcile
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import Channel, Relay, RelayState
from engine.models.people import Agency, Reach
from engine.models.records import AuditEntry
from engine.models.work import DeclineCode, Handoff, HandoffState, TaskStatus
from engine.relays import Said
from tests.factories import case_at
from tests.people import actor
from tests.times import ahead, today
from tests.verbs.scene import Scene

COORDINATOR, POLICE, CLINIC, SHELTER = "coordinator_osh", "police_osh", "health", "shelter_osh"
GUARD = "border_guard"
HELP = "service_first_contact"


def heard(**changes: object) -> Said:
    given = {"channel": Channel.PHONE, "said_by": "the duty doctor", "happened_at": clock.now() - timedelta(minutes=5)}
    return Said(**(given | changes))  # type: ignore[arg-type]


def reach(store: Store, code: str, how: Reach) -> None:
    with store.transaction() as session:
        agency = session.exec(select(Agency).where(Agency.code == code)).one()
        agency.reach = how
        session.add(agency)
        audit.record(session, "agency.changed", agency, by=SYSTEM)


@pytest.fixture
def scene(store: Store) -> Scene:
    """A clinic reached by letter is offered the help."""
    reach(store, CLINIC, Reach.LETTER)
    return Scene(store, case_at(store, HELP, "screening", answers={"shelter_now": "no"}))


def answer(scene: Scene, login: str, said: Said | None = None, decline: bool = False) -> Handoff:
    offer = scene.handoff(HELP, CLINIC)

    def do(session: Session, by: Actor) -> Handoff:
        who = relays.answer_as(session, session.get_one(Handoff, offer.id), said or heard(), by=by)
        if decline:
            return handoffs.decline(session, offer.id, reason=DeclineCode.NO_CAPACITY, by=who)
        return handoffs.accept(session, offer.id, by=who)

    found: Handoff = scene.act(login, do)
    return found


def answers(scene: Scene) -> dict[str, object]:
    with scene.store.reading() as session:
        form = bundles.load(session, scene.case().bundle_id).forms[HELP]
    return answering.fill(form, WOMAN_IN_OSH, today=today())


def complete(scene: Scene, login: str, said: Said | None = None) -> object:
    task = scene.task(HELP)
    given = answers(scene)
    return scene.act(login, lambda s, by: relays.complete(s, task.id, given, said=said or heard(), by=by))


@pytest.mark.parametrize("login", [POLICE, COORDINATOR])
def test_an_answer_by_phone_is_the_agencys_and_shown_as_entered_by_another(scene: Scene, login: str) -> None:
    moment = clock.now() - timedelta(minutes=30)
    handoff = answer(scene, login, heard(happened_at=moment))
    assert (handoff.state, handoff.answered_at) == (HandoffState.ACCEPTED, moment)
    assert scene.open()[HELP] == CLINIC
    told = dict(scene.recorded())
    entered_by = told["relay.entered"]
    assert entered_by["channel"] == "phone" and entered_by["agency"] == "Family medicine centre"
    accepted = told["handoff.accepted"]
    assert accepted["on_behalf_of"] == "Family medicine centre"
    with scene.store.reading() as session:
        assert accepted["entered_by"] == actor(session, login).agency_name
    scene.check_record()


def test_a_refusal_by_letter_goes_on_to_the_next(scene: Scene) -> None:
    answer(scene, POLICE, heard(channel=Channel.LETTER, paper="folder 7"), decline=True)
    assert scene.handoff(HELP, CLINIC).state is HandoffState.DECLINED
    with scene.store.reading() as session:
        (relay,) = relays.of_case(session, scene.case().id)
        assert relays.detail(session, relay) == {"said_by": "the duty doctor", "paper": "folder 7"}
        assert b"folder" not in relay.detail
    scene.check_record()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"said_by": "  "}, "said_by"),
        ({"channel": Channel.LETTER}, "paper"),
        ({"happened_at": clock.now() + timedelta(days=1)}, "happened_at"),
        ({"happened_at": clock.now() - timedelta(days=900)}, "happened_at"),
    ],
)
def test_who_said_it_how_and_when_is_needed(scene: Scene, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        answer(scene, POLICE, heard(**changes))
    assert set(refused.value.fields) == {field}
    assert scene.handoff(HELP, CLINIC).state in (HandoffState.OFFERED, HandoffState.DELIVERED)


def test_a_time_of_another_zone_is_kept_as_the_same_instant(scene: Scene) -> None:
    moment = (clock.now() - timedelta(hours=1)).astimezone(timezone(timedelta(hours=6)))
    handoff = answer(scene, POLICE, heard(happened_at=moment))
    assert handoff.answered_at == moment
    with scene.store.reading() as session:
        (relay,) = relays.of_case(session, scene.case().id)
        assert relay.happened_at.tzinfo is UTC
        (leaf,) = [e for e in relays.acts_of(session, [relay])[relay.id] if e["action"] == "handoff.accepted"]
        assert leaf["happened_at"].endswith("+00:00")


def test_the_record_commits_to_who_said_it_and_to_the_time(scene: Scene) -> None:
    answer(scene, POLICE)
    with scene.store.reading() as session:
        (relay,) = relays.of_case(session, scene.case().id)
        assert relays.detail(session, relay) == {"said_by": "the duty doctor", "paper": ""}
        query = select(AuditEntry.leaf).where(AuditEntry.action == "relay.entered")
        kept = json.loads(session.exec(query).one())["set"]
    assert kept["commitment"] == relay.commitment and len(relay.commitment) == 64
    assert kept["happened_at"] == relay.happened_at.isoformat() and kept["about"] == HELP
    assert "the duty doctor" not in str(kept)
    with scene.store.transaction() as session:
        session.exec(update(Relay).values(happened_at=relay.happened_at - timedelta(days=1)))
    with scene.store.reading() as session:
        assert [w.split(": ")[1] for w in reconcile.verify(session).wrong] == [
            f"happened_at differs from entry {_entry(session)}"
        ]


def _entry(session: Session) -> int:
    return session.exec(select(AuditEntry.index).where(AuditEntry.action == "relay.entered")).one()


@pytest.mark.parametrize("login", ["police_bishkek", SHELTER, "coordinator_bishkek", "auditor", CLINIC])
def test_nobody_else_speaks_for_it(scene: Scene, login: str) -> None:
    with pytest.raises(NotFound):
        answer(scene, login)


def test_the_giver_enters_what_an_agency_without_an_account_did(scene: Scene) -> None:
    answer(scene, POLICE)
    with scene.store.reading() as session:
        by = actor(session, POLICE)
        assert [task.element for task in relays.to_enter(session, by=by)] == [HELP]
        assert relays.to_carry(session, by=by) == []
    complete(scene, POLICE, heard(happened_at=clock.now() - timedelta(minutes=1)))
    task = scene.task(HELP)
    assert (task.status, scene.code(task.ended_by_agency_id or "")) == (TaskStatus.DONE, CLINIC)
    told = dict(scene.recorded())
    assert told["task.completed"]["on_behalf_of"] == "Family medicine centre"
    assert "late" not in told["task.completed"]
    scene.check_record()


def test_the_giver_does_not_speak_for_who_has_an_account(store: Store) -> None:
    scene = Scene(store, case_at(store, "stay_care_plan", "screening", answers={"urgent_needs": []}))
    task = scene.task("stay_care_plan")
    with store.reading() as session:
        assert not relays.may_enter(session, task, actor(session, POLICE))
        assert relays.may_enter(session, task, actor(session, COORDINATOR))
        assert not relays.may_enter(session, task, actor(session, SHELTER)), "it speaks for itself"


def test_only_the_coordinator_enters_an_arrival_for_a_house_with_an_account(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "screening", answers={"urgent_needs": []}))
    offer = scene.handoff("shelter_arrival", SHELTER)
    scene.act(SHELTER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    task = scene.task("shelter_arrival")

    def arrive(session: Session, by: Actor) -> object:
        who = relays.holder_as(session, task, heard(), by=by)
        return movements.arrive(session, task.id, condition=movements.Condition.WELL, by=who)

    with pytest.raises(NotFound):
        scene.act(POLICE, arrive)
    scene.act(COORDINATOR, arrive)
    assert scene.open()["shelter_arrival"] == SHELTER
    assert dict(scene.recorded())["movement.arrived"]["on_behalf_of"] == "Ak-Jol shelter, Osh"


def test_who_did_the_earlier_step_does_not_enter_the_independent_one(store: Store) -> None:
    reach(store, "ngo_osh", Reach.LETTER)
    scene = Scene(store, case_at(store, "second_opinion", answers={"shelter_now": "no", "urgent_needs": []}))
    offer = scene.handoff("second_opinion", "ngo_osh")
    said = heard()

    def accept(session: Session, by: Actor) -> object:
        who = relays.answer_as(session, session.get_one(Handoff, offer.id), said, by=by)
        return handoffs.accept(session, offer.id, by=who)

    scene.act(POLICE, accept)
    task = scene.task("second_opinion")
    with pytest.raises(NotAllowed, match="earlier step"):
        scene.act(POLICE, lambda s, by: relays.holder_as(s, task, said, by=by))
    scene.act(COORDINATOR, lambda s, by: relays.holder_as(s, task, said, by=by))


@pytest.mark.parametrize("state", [RelayState.CONFIRMED, RelayState.DISPUTED])
def test_the_agency_confirms_or_disputes_and_the_act_stays(scene: Scene, state: RelayState) -> None:
    answer(scene, POLICE)
    with scene.store.reading() as session:
        (relay,) = relays.unconfirmed(session, by=actor(session, CLINIC))
    for login, error in (("shelter_osh", NotFound), (POLICE, NotAllowed)):
        with pytest.raises(error):
            scene.act(login, lambda s, by: relays.settle(s, relay.id, state, by=by))
    scene.act(CLINIC, lambda s, by: relays.settle(s, relay.id, state, by=by))
    assert scene.handoff(HELP, CLINIC).state is HandoffState.ACCEPTED
    assert f"relay.{state}" in scene.actions()
    assert (("disputed", COORDINATOR) in scene.alarms()) is (state is RelayState.DISPUTED)
    with pytest.raises(Conflict):
        scene.act(CLINIC, lambda s, by: relays.settle(s, relay.id, state, by=by))
    scene.check_record()


def test_what_was_in_time_is_not_late_because_it_was_entered_late(scene: Scene) -> None:
    moment = clock.now()
    answer(scene, POLICE, heard(happened_at=moment))
    due = scene.task(HELP).due_at
    assert due is not None
    with ahead(due - clock.now() + timedelta(hours=1)):
        complete(scene, POLICE, heard(happened_at=due - timedelta(minutes=1)))
        assert "late" not in dict(scene.recorded())["task.completed"]


def test_an_own_act_is_entered_late_with_both_times(scene: Scene) -> None:
    reach(scene.store, CLINIC, Reach.SYSTEM)
    offer, moment = scene.handoff(HELP, CLINIC), clock.now() - timedelta(hours=2)

    def accept(session: Session, by: Actor) -> object:
        late = relays.entered_late(session, by=by, case_id=offer.case_id, happened_at=moment)
        return handoffs.accept(session, offer.id, by=late)

    scene.act(CLINIC, accept)
    assert scene.handoff(HELP, CLINIC).answered_at == moment
    assert "on_behalf_of" not in dict(scene.recorded())["handoff.accepted"]


def test_nobody_arrives_before_leaving(store: Store) -> None:
    scene = Scene(store, case_at(store, "shelter_arrival", "screening", answers={"urgent_needs": []}))
    offer, task = scene.handoff("shelter_arrival", SHELTER), scene.task("shelter_arrival").id
    scene.act(SHELTER, lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.act(POLICE, lambda s, by: movements.depart(s, task, escort=movements.Escort.GIVER, by=by))

    def arrive(session: Session, by: Actor) -> object:
        moment = clock.now() - timedelta(hours=1)
        late = relays.entered_late(session, by=by, case_id=offer.case_id, happened_at=moment)
        return movements.arrive(session, task, condition=movements.Condition.WELL, by=late)

    with pytest.raises(Invalid) as refused:
        scene.act(SHELTER, arrive)
    assert set(refused.value.fields) == {"happened_at"}
    assert scene.open()["shelter_arrival"] == POLICE


def test_a_sheet_is_entered_once_wherever_it_is_typed(store: Store) -> None:
    first = Scene(store, case_at(store, "screening", answers={"shelter_now": "no", "urgent_needs": []}))
    second = Scene(store, case_at(store, "screening", answers={"shelter_now": "no", "urgent_needs": []}))
    with store.transaction() as session:
        bundle = bundles.load(session, first.case().bundle_id)
        code = papers.print_blank(session, "screening", bundle, by=actor(session, POLICE)).code
        other = papers.print_blank(session, "intake", bundle, by=actor(session, POLICE)).code
    given = answering.fill(bundle.forms["screening"], WOMAN_IN_OSH, today=today())

    def enter(scene: Scene, sheet: str, login: str = POLICE) -> object:
        task = scene.task("screening").id

        def do(session: Session, by: Actor) -> object:
            tasks.claim(session, task, by=by)
            return tasks.complete(session, task, given, by=by, sheet=sheet)

        return scene.act(login, do)

    for wrong in (other, "K7TX", "K7TX-9CDQ-9"):
        with pytest.raises(Invalid) as refused:
            enter(first, wrong)
        assert set(refused.value.fields) == {"sheet"}
    enter(first, f" {code.lower()} ")
    assert dict(first.recorded())["sheet.entered"]["form"] == "screening"
    with pytest.raises(papers.AlreadyEntered, match="Nothing was entered twice") as found:
        enter(second, code)
    assert (found.value.code, found.value.told) == (code, True)
    assert second.task("screening").status is TaskStatus.OPEN
    third = Scene(store, case_at(store, "screening", login=GUARD, answers={"shelter_now": "no", "urgent_needs": []}))
    with pytest.raises(papers.AlreadyEntered, match=r"already entered\.") as strange:
        enter(third, code, GUARD)
    assert not strange.value.told, "another agency learns that it was entered, not when"
    with store.reading() as session:
        for login in (POLICE, COORDINATOR):
            assert papers.read(session, code, by=actor(session, login))[0].task_id == first.task("screening").id
        for login in (GUARD, SHELTER, "coordinator_bishkek", "auditor"):
            with pytest.raises(NotFound):
                papers.read(session, code, by=actor(session, login))
    first.check_record()


def test_a_letter_is_for_who_gave_and_who_steers(scene: Scene) -> None:
    offer = scene.handoff(HELP, CLINIC)
    with scene.store.reading() as session:
        for login in (POLICE, COORDINATOR):
            found = papers.letter(session, offer.id, by=actor(session, login))
            assert (found.reference, found.receiver.code, found.urgent) == (scene.reference, CLINIC, True)
            assert found.consent or found.ground
        for login in (CLINIC, SHELTER, "coordinator_bishkek"):
            with pytest.raises(NotFound):
                papers.letter(session, offer.id, by=actor(session, login))
