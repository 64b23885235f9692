"""Steps about what happens to a person: consent taken back, services declined, left, missing, in danger, died."""

from pytest_bdd import given, parsers, then, when
from sqlmodel import select

from engine import act as acts
from engine import answers, changes, consents, handoffs, tasks, withdrawals
from engine.demo import answering
from engine.models.cases import ConsentAnswer, Participation
from engine.models.work import PENDING_HANDOFF, HandoffState, TaskStatus
from tests.features.steps_cases import say
from tests.features.words import AGENCIES, any_of
from tests.features.world import World

TAKEN_BACK = {"urgent help": "urgent_help", "legal aid": "legal_aid", "shelter": "shelter", "everything": "everything"}
HAPPENED = {
    "she has left": changes.leave,
    "she is missing": changes.missing,
    "she is in danger": changes.danger,
    "she has died": changes.died,
}


@given(say("the case has come to {first:Duty} and {second:Duty}"))
def has_come_to_both(world: World, first: str, second: str) -> None:
    world.play(first, second)


@when(parsers.re(f"(?P<who>{any_of(AGENCIES)}) records that she no longer agrees to (?P<what>{any_of(TAKEN_BACK)})"))
def takes_back(world: World, who: str, what: str) -> None:
    with world.store.transaction() as session:
        withdrawals.withdraw(session, world.reference, TAKEN_BACK[what], by=world.actor(AGENCIES[who]))


@when(say("{agency:Agency} records that she does not want {duty:Duty}"))
def declines_service(world: World, agency: str, duty: str) -> None:
    task_id = world.task(duty).id
    with world.store.transaction() as session:
        withdrawals.decline_service(session, task_id, by=world.actor(agency))


@given(parsers.re(f"(?P<who>{any_of(AGENCIES)}) says that (?P<what>{any_of(HAPPENED)})"))
@when(parsers.re(f"(?P<who>{any_of(AGENCIES)}) says that (?P<what>{any_of(HAPPENED)})"))
def happened(world: World, who: str, what: str) -> None:
    by = world.actor(AGENCIES[who])
    with world.store.transaction() as session:
        HAPPENED[what](session, world.reference, by=by)


@when(say("{agency:Agency} tries to record that she refuses legal aid"))
def tries_to_record(world: World, agency: str) -> None:
    def record() -> None:
        with world.store.transaction() as session:
            no = ConsentAnswer.REFUSED
            consents.record(session, world.reference, "legal_aid", no, by=world.actor(agency))

    world.attempt(record)


@then(say("{duty:Duty} is owed once"))
def owed_once(world: World, duty: str) -> None:
    assert len(world.tasks(duty)) == 1
    assert len(world.leaves("task.opened", element=duty)) == 1


@when(say("{agency:Agency} says that the case was opened twice"))
def opened_twice(world: World, agency: str) -> None:
    with world.store.transaction() as session:
        changes.opened_in_error(session, world.reference, reason="duplicate", by=world.actor(agency))


def mistaken(world: World, agency: str, reason: str) -> None:
    with world.store.transaction() as session:
        changes.opened_in_error(session, world.reference, reason=reason, by=world.actor(agency))


@when(say("{agency:Agency} says that the case was opened in error"))
def opened_in_error(world: World, agency: str) -> None:
    mistaken(world, agency, "opened_in_error")


@when(say("{agency:Agency} tries to say that the case was opened in error"))
def tries_opened_in_error(world: World, agency: str) -> None:
    world.attempt(lambda: mistaken(world, agency, "opened_in_error"))


@when(say("{agency:Agency} tries to say that the case was opened in error, and not why"))
def tries_without_why(world: World, agency: str) -> None:
    world.attempt(lambda: mistaken(world, agency, ""))


@then("what was done stays in the record")
def stays_in_record(world: World) -> None:
    done = world.leaves("task.completed")
    assert {"intake", "screening", "shelter_arrival"} <= {leaf["data"]["element"] for leaf in done}
    assert world.told()[0].endswith("opened the case") or "opened the case" in world.told()[0]


@when(say("{agency:Agency} searches and finds her in danger"))
def found_in_danger(world: World, agency: str) -> None:
    world.do(agency, "missing_search")
    world.do(agency, "missing_review", {"missing_state": "found_in_danger"})


@when("whoever is asked about pressure learns that she was pressed")
def learns(world: World) -> None:
    asked = sorted(world.asked("ask_about_pressure"))[0]
    world.accept(asked, "ask_about_pressure")
    by, task = world.actor(asked), world.task("ask_about_pressure")
    with world.reading() as session:
        form = acts.look(session, task.case_id, by).bundle.forms[task.form]
    given = answering.fill(form, world.answers | {"pressure_reported": "yes"}, today=task.opened_at.date())
    with world.store.transaction() as session:
        tasks.claim(session, task.id, by=by)
        tasks.complete(session, task.id, given, by=by)


@then("only agencies without any part in the case are asked for the question about pressure")
def independent(world: World) -> None:
    asked = world.asked("ask_about_pressure")
    with world.reading() as session:
        query = select(Participation.agency_id).where(Participation.case_id == world.case().id)
        parts = {world.code_of(agency_id) for agency_id in session.exec(query).all()}
    assert asked and not asked & parts


@then(say("the offer of {duty:Duty} to {agency:Agency} is withdrawn by her"))
def withdrawn(world: World, duty: str, agency: str) -> None:
    states = {h.state for h in world.handoffs(duty, agency)}
    assert HandoffState.WITHDRAWN in states and HandoffState.RECALLED not in states
    assert world.leaves("handoff.withdrawn", receiver=world.agency(agency).name)


@then(say("{duty:Duty} ends as her wish"))
def ends_as_wish(world: World, duty: str) -> None:
    task = world.task(duty)
    assert task.status is TaskStatus.CANCELLED
    assert world.leaves("task.cancelled", element=duty)
    held = [h for h in world.rows(handoffs.Handoff) if (h.instance_id, h.scope) == (task.instance_id, task.scope)]
    assert all(h.state not in PENDING_HANDOFF for h in held)
    assert HandoffState.WITHDRAWN in {h.state for h in held}


@then(say("{agency:Agency} is shown nothing further about her"))
def shown_nothing(world: World, agency: str) -> None:
    with world.reading() as session:
        act = acts.look(session, world.case().id, world.actor(agency))
        owed = [t for t in tasks.worklist(session, by=act.by) if t.case_id == act.case.id]
        assert owed and all(answers.package(act, task) == {} for task in owed)
