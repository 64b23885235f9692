"""Steps about handoffs: who is asked, on what ground, who answers, and who is accountable meanwhile."""

from datetime import timedelta

from pytest_bdd import given, then, when
from sqlmodel import col, select

from engine import alarms, clock, consents, handoffs, tasks
from engine.consents import domain_of
from engine.models.cases import ConsentAnswer
from engine.models.people import Agency, Reach
from engine.models.work import OPEN_TASK, PENDING_HANDOFF, Alarm, AlarmKind, HandoffState, TaskStatus, UserTask
from tests.features.steps_cases import say
from tests.features.world import World

PURPOSES = {"urgent help": "urgent_help", "witness protection": "protection"}
GROUNDS = {"childhood": "child", "danger to life and health": "vital_interest"}
DOMAINS = {"identity": "identity", "testimony": "testimony", "daily work": "operational"}
ALARMS = {
    "nobody takes her": AlarmKind.NO_TAKER,
    "there is no consent and no ground": AlarmKind.NO_GROUND,
    "she has not arrived": AlarmKind.NOT_ARRIVED,
    "a duty is late": AlarmKind.OVERDUE,
    "she took a consent back": AlarmKind.CONSENT_WITHDRAWN,
    "somebody reports that she withdrew": AlarmKind.WITHDRAWAL_REPORTED,
    "somebody says that she has left": AlarmKind.LEFT_REPORTED,
    "she is missing": AlarmKind.MISSING,
    "she is in danger": AlarmKind.DANGER,
    "she has died": AlarmKind.DEATH,
    "an answer it acted on has changed": AlarmKind.ACTED_ON_OLD_ANSWER,
    "a decision rests on an answer that has changed": AlarmKind.DECIDED_ON_OLD_ANSWER,
}
# What a second opinion needs of the screening, and nothing of anybody's name.
SIGNS = {"screening.act_signs", "screening.means_signs", "screening.purpose_signs", "screening.screening_note"}


@given(say("{agency:Agency} accepts {duty:Duty}"))
@when(say("{agency:Agency} accepts {duty:Duty}"))
def accepts(world: World, agency: str, duty: str) -> None:
    world.accept(agency, duty)


@when(say("{agency:Agency} tries to accept {duty:Duty}"))
def tries_to_accept(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: world.accept(agency, duty))


@given(say("{agency:Agency} declines {duty:Duty} because {reason:Reason}"))
@when(say("{agency:Agency} declines {duty:Duty} because {reason:Reason}"))
def declines(world: World, agency: str, duty: str, reason: str) -> None:
    world.decline(agency, duty, reason)


@given(say("{agencies:Agencies} decline {duty:Duty} because {reason:Reason}"))
@when(say("{agencies:Agencies} decline {duty:Duty} because {reason:Reason}"))
def all_decline(world: World, agencies: list[str], duty: str, reason: str) -> None:
    for code in agencies:
        world.decline(code, duty, reason)


@given(say("nobody answers the offer of {duty:Duty} in time"))
@when(say("nobody answers the offer of {duty:Duty} in time"))
def silence(world: World, duty: str) -> None:
    until = max(h.answer_by for h in world.handoffs(duty) if h.answer_by)
    world.pass_time(until - clock.now() + timedelta(minutes=1))


@when(say("{agency:Agency} asks all suitable agencies again for {duty:Duty}"))
def asks_again(world: World, agency: str, duty: str) -> None:
    with world.store.transaction() as session:
        handoffs.find_place(session, world.task(duty).id, by=world.actor(agency))


@when(say("{agency:Agency} chooses {receiver:Agency} for {duty:Duty}"))
def chooses(world: World, agency: str, receiver: str, duty: str) -> None:
    with world.store.transaction() as session:
        chosen = world.agency(receiver).id
        handoffs.reroute(session, world.task(duty).id, chosen, by=world.actor(agency))


@when(say("{agency:Agency} tries to choose {receiver:Agency} for {duty:Duty}"))
def tries_to_choose(world: World, agency: str, receiver: str, duty: str) -> None:
    world.attempt(lambda: chooses(world, agency, receiver, duty))


@when(say("{agency:Agency} looks at the offer of {duty:Duty}"))
def looks(world: World, agency: str, duty: str) -> None:
    with world.store.transaction() as session:
        handoffs.open_card(session, world.offer(duty, agency).id, by=world.actor(agency))


@given(say("she agreed to urgent help from {agency:Agency} only"))
def agrees_to_one(world: World, agency: str) -> None:
    world.answers["consent_urgent_help"] = "unknown"  # the intake does not ask again
    _agree(world, world.agency(agency).id)


@when("she agrees to urgent help after all")
def agrees(world: World) -> None:
    _agree(world, None)


def _agree(world: World, recipient: str | None) -> None:
    who = world.code_of(world.case().opened_by_id)
    with world.store.transaction() as session:
        given = ConsentAnswer.GIVEN
        consents.record(session, world.reference, "urgent_help", given, recipient_id=recipient, by=world.actor(who))


@then(say("{agency:Agency} is asked for {duty:Duty}"))
def is_asked(world: World, agency: str, duty: str) -> None:
    assert agency in world.asked(duty)
    offer = world.offer(duty, agency)
    (told,) = [leaf for leaf in world.leaves("handoff.offered") if leaf["subject"][1] == offer.id]
    assert told["data"]["receiver"] == offer.receiver_name


@then(say("{agencies:Agencies} are asked for {duty:Duty}"))
def are_asked(world: World, agencies: list[str], duty: str) -> None:
    assert world.asked(duty) == set(agencies)
    assert len(world.leaves("handoff.offered", element=duty)) == len(agencies)


@then(say("only {agency:Agency} is asked for {duty:Duty}"))
def only_asked(world: World, agency: str, duty: str) -> None:
    are_asked(world, [agency], duty)


@then(say("{agency:Agency} was never asked for {duty:Duty}"))
def never_asked(world: World, agency: str, duty: str) -> None:
    assert world.tasks(duty), f"{duty} was never owed: nobody could be asked"
    assert world.handoffs(duty, agency) == []
    assert world.leaves("handoff.offered", element=duty, receiver=world.agency(agency).name) == []


@then(say("nobody was asked for {duty:Duty}"))
def nobody_asked(world: World, duty: str) -> None:
    assert world.leaves("handoff.offered", element=duty) == []
    assert world.asked(duty) == set()


@then(say("{agency:Agency} is accountable for {duty:Duty}"))
def accountable(world: World, agency: str, duty: str) -> None:
    task = world.task(duty)
    assert task.status in OPEN_TASK
    assert world.code_of(task.accountable_id) == agency
    recorded = [leaf["set"] for leaf in world.leaves() if leaf["subject"] == ["user_task", task.id]]
    assert recorded[-1]["accountable_id"] == task.accountable_id


@then(say("the offer of {duty:Duty} to {agency:Agency} is {outcome:Outcome}"))
def offer_is(world: World, duty: str, agency: str, outcome: str) -> None:
    offer = world.offer(duty, agency)
    assert offer.state == outcome
    assert [leaf for leaf in world.leaves(f"handoff.{outcome}") if leaf["subject"][1] == offer.id]


@then(say("{agency:Agency} learns that {duty:Duty} is {outcome:Outcome}"))
def learns(world: World, agency: str, duty: str, outcome: str) -> None:
    with world.reading() as session:
        seen = handoffs.awaiting_outcome(session, by=world.actor(agency))
    (handoff,) = [h for h in seen if h.element == duty and h.state not in (HandoffState.RECALLED, "declined")]
    assert handoff.state == outcome
    (told,) = [leaf for leaf in world.leaves(f"handoff.{outcome}") if leaf["subject"][1] == handoff.id]
    assert told["data"]["giver"] == world.agency(agency).name


@then(say("the offer of {duty:Duty} rests on her consent to {purpose}"))
def rests_on_consent(world: World, duty: str, purpose: str) -> None:
    newest = world.consents(PURPOSES[purpose])[-1]
    assert newest.answer is ConsentAnswer.GIVEN
    offers = [h for h in world.handoffs(duty) if h.receiver_id]
    assert {(h.consent_id, h.ground) for h in offers} == {(newest.id, "")}
    assert {leaf["set"]["consent_id"] for leaf in world.leaves("handoff.offered", element=duty)} == {newest.id}


@then(say("the offer of {duty:Duty} rests on the legal ground of {ground}"))
def rests_on_ground(world: World, duty: str, ground: str) -> None:
    offers = [h for h in world.handoffs(duty) if h.receiver_id]
    assert {(h.consent_id, h.ground) for h in offers} == {(None, GROUNDS[ground])}
    told = world.leaves("handoff.offered", element=duty)
    assert {leaf["set"]["ground"] for leaf in told} == {GROUNDS[ground]}


@then("no consent was asked for")
def no_consent(world: World) -> None:
    assert [leaf for leaf in world.leaves() if leaf["action"].startswith("consent.")] == []


@then("both her answers about urgent help are kept")
def both_kept(world: World) -> None:
    assert [c.answer for c in world.consents("urgent_help")] == [ConsentAnswer.REFUSED, ConsentAnswer.GIVEN]
    assert len(world.leaves("consent.refused")) == 1


@then(say("the offer of {duty:Duty} shares the signs and the observations of the screening"))
def shares_signs(world: World, duty: str) -> None:
    for handoff in world.handoffs(duty):
        assert set(handoff.shared) >= SIGNS
    (told,) = world.leaves("handoff.offered", element=duty)
    assert set(told["set"]["shared"]) >= SIGNS


@then(say("the offer of {duty:Duty} shares nothing of the domain of {domain}"))
def shares_nothing(world: World, duty: str, domain: str) -> None:
    (handoff,) = world.handoffs(duty)
    assert handoff.shared, "nothing is shared at all"
    with world.store.transaction() as session:
        act = world.within(session, world.actor("coordinator_national"))
        domains = {domain_of(act, *path.split(".")) for path in handoff.shared}
    assert DOMAINS[domain] not in domains


@then(say("{agency:Agency} is alarmed: {why}"))
def alarmed(world: World, agency: str, why: str) -> None:
    found = [a for a in world.alarms(agency) if a.kind is ALARMS[why]]
    assert [a for a in found if a.acknowledged_at is None and a.settled_at is None]
    assert world.leaves("alarm.raised", kind=ALARMS[why].value, to=world.agency(agency).name)


@then(say("{number:d} helps are asked for: {first} and {second}"))
def helps_asked(world: World, number: int, first: str, second: str) -> None:
    owed = world.tasks("service_first_contact")
    assert sorted(t.service for t in owed) == sorted((first, second))
    asked = {h.task_id for h in world.handoffs("service_first_contact") if h.state in PENDING_HANDOFF}
    assert asked == {t.id for t in owed}
    told = {leaf["subject"][1] for leaf in world.leaves("task.opened", element="service_first_contact")}
    assert told == asked
    assert len(asked) == number


@then(say("{number:d} reports on help are owed at the same time"))
def reports_owed(world: World, number: int) -> None:
    owed = [t for t in world.tasks("service_report") if t.status in OPEN_TASK]
    assert len({t.scope for t in owed}) == len(owed) == number
    assert all(t.holder_id == t.accountable_id for t in owed)


@then("nobody is alarmed any more")
def all_quiet(world: World) -> None:
    assert world.leaves("alarm.raised"), "nobody was ever alarmed"
    with world.reading() as session:
        desks = session.exec(select(Agency.code).where(Agency.code != "auditor", Agency.reach == Reach.SYSTEM)).all()
        told = [world.actor(code) for code in desks]
        assert not [a for by in told for a in alarms.waiting(session, by=by) + alarms.to_carry(session, by=by)]
    unanswered = world.rows(Alarm, col(Alarm.acknowledged_at).is_(None), col(Alarm.settled_at).is_(None))
    assert unanswered == [], "also at agencies without an account"


@then("one place not found is counted")
def counted(world: World) -> None:
    assert len(world.leaves("handoff.exhausted", reason=AlarmKind.NO_TAKER.value)) == 1


@when("the case goes on act by act to its end")
def act_by_act(world: World) -> None:
    seen = world.kept["accountable"] = []
    while world.story().play(world.reference, 1):
        seen.append(_accountable(world))
    world.pass_time(timedelta(days=31))
    while world.story().play(world.reference, 1):
        seen.append(_accountable(world))


def _accountable(world: World) -> list[UserTask]:
    return world.rows(UserTask, col(UserTask.status).in_(OPEN_TASK))


@then("every duty had exactly one accountable agency after every act")
def one_accountable(world: World) -> None:
    seen = [task for moment in world.kept["accountable"] for task in moment]
    assert len(seen) > 30
    waiting = [task for task in seen if task.status is TaskStatus.AWAITING]
    held = [task for task in seen if task.status is not TaskStatus.AWAITING]
    assert waiting
    assert all((task.holder_id, task.accountable_id) == (None, task.giver_id) for task in waiting)
    # Whoever holds it answers for it; only while the person travels does the giver.
    assert all(task.accountable_id == task.holder_id for task in held if not task.moves)
    assert all(task.accountable_id in (task.holder_id, task.giver_id) for task in held)
    told = [leaf["set"] for leaf in world.leaves() if leaf["subject"][0] == "user_task"]
    assert all(one["accountable_id"] for one in told)


@when(say("{agency:Agency} gives {duty:Duty} to a colleague"))
def gives_to_colleague(world: World, agency: str, duty: str) -> None:
    colleague = world.actor(agency, second=True).user_id
    assert colleague is not None
    with world.store.transaction() as session:
        tasks.reassign(session, world.task(duty).id, colleague, by=world.actor(agency))


@then(say("the colleague at {agency:Agency} has {duty:Duty} in hand"))
def colleague_has(world: World, agency: str, duty: str) -> None:
    task = world.task(duty)
    assert (task.status, task.claimed_by_id) == (TaskStatus.CLAIMED, world.actor(agency, second=True).user_id)
    (told,) = world.leaves("task.reassigned", element=duty)
    assert told["actor"]["user"] == world.actor(agency).user_id
    assert told["set"]["claimed_by_id"] == task.claimed_by_id
