"""Steps about clocks: what is due when, who is told, who gives more time."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_bdd import given, then, when

from engine import alarms, bundles, cases, clock, deadlines
from engine.config import settings
from engine.models.work import AlarmKind, Deadline, DeadlineState
from tests.features.steps_cases import say, taken_in
from tests.features.words import PERSONS, at
from tests.features.world import World
from tests.times import BISHKEK

REASONS = {"her health": "health", "a holiday": "holiday"}


@given(say("today is {day:Day}"))
def today(world: World, day: date) -> None:
    world.set_clock(at(day))


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A calendar of holidays of one's own."""
    folder = tmp_path / "country"
    shutil.copytree(settings().folder("workflows"), folder)
    monkeypatch.setattr(settings(), "workflows", folder)
    deadlines.holidays.cache_clear()
    yield folder / "holidays.toml"
    monkeypatch.undo()
    deadlines.holidays.cache_clear()


@given(say("Nooruz is kept on {day:Day}"))
def nooruz(calendar: Path, day: date) -> None:
    calendar.write_text(f'"{day}" = "Nooruz"\n')


@given(say("{hours:d} hours pass"))
@when(say("{hours:d} hours pass"))
def hours_pass(world: World, hours: int) -> None:
    world.pass_time(timedelta(hours=hours))


@when(say("{minutes:d} minutes pass"))
def minutes_pass(world: World, minutes: int) -> None:
    world.pass_time(timedelta(minutes=minutes))


@given(say("{days:d} days pass"))
@when(say("{days:d} days pass"))
def days_pass(world: World, days: int) -> None:
    world.pass_time(timedelta(days=days))


@when(say("it is {day:Day}"))
def it_is(world: World, day: date) -> None:
    world.set_clock(at(day))
    world.pass_time(timedelta())


@given("the time to recover passes")
@when("the time to recover passes")
def recovery_passes(world: World) -> None:
    (running,) = world.running("reflection")
    world.pass_time(running.due_at - clock.now() + timedelta(minutes=1))


@when(say("the time for the screening is shortened to {days:d} working days"))
def shortened(world: World, days: int) -> None:
    files = dict(bundles.shipped(settings()))
    before = b"[clocks.preliminary]\namount = 5\n"
    assert before in files["country.toml"]
    files["country.toml"] = files["country.toml"].replace(before, before.replace(b"5", str(days).encode()))
    with world.store.transaction() as session:
        bundles.deploy(session, files)


@when(say("the next woman is taken in by {agency:Agency}"))
def next_woman(world: World, agency: str) -> None:
    taken_in(world, PERSONS["a woman"], agency)


@then(say("{duty:Duty} is due in {hours:d} hours"))
def due_in(world: World, duty: str, hours: int) -> None:
    task = world.task(duty)
    assert task.due_at == task.opened_at + timedelta(hours=hours)
    _recorded(world, world.clock_of(task.id))


@then(say("{duty:Duty} is due at the end of {day:Day}"))
def due_at_the_end(world: World, duty: str, day: date) -> None:
    due = world.task(duty).due_at
    assert due is not None
    assert due.astimezone(BISHKEK).replace(microsecond=0) == datetime(
        day.year, day.month, day.day, 23, 59, 59, tzinfo=BISHKEK
    )
    _recorded(world, world.clock_of(world.task(duty).id))


def _recorded(world: World, deadline: Deadline) -> None:
    told = [leaf["set"] for leaf in world.leaves() if leaf["subject"] == ["deadline", deadline.id]]
    assert datetime.fromisoformat(told[-1]["due_at"]) == deadline.due_at
    assert told[-1]["state"] == deadline.state


@then(say("{agency:Agency} has {hours:d} hour to answer the offer of {duty:Duty}"))
def to_answer(world: World, agency: str, hours: int, duty: str) -> None:
    offer = world.offer(duty, agency)
    assert offer.answer_by == offer.offered_at + timedelta(hours=hours)
    _recorded(world, world.clock_of(offer.id))


@then(say("the clock of the 18th birthday runs until {day:Day}"))
def majority(world: World, day: date) -> None:
    (running,) = world.running("majority")
    assert running.due_at == at(day, 0)
    assert "under 18" in running.source
    _recorded(world, running)


@then(say("the time to recover runs for another {days:d} days"))
def recovery_runs(world: World, days: int) -> None:
    (running,) = world.running("reflection")
    assert running.due_at == running.started_at + timedelta(days=days)
    assert len(world.leaves("deadline.started", clock="reflection")) == 2


@then(say('the clock of {duty:Duty} comes from "{source}"'))
def comes_from(world: World, duty: str, source: str) -> None:
    assert world.clock_of(world.task(duty).id).source.startswith(source)


@then("every clock of the case names a source or says that it is unconfirmed")
def sources(world: World) -> None:
    clocks = world.rows(Deadline)
    assert len(clocks) > 10
    assert all("unconfirmed" in c.source or "Law" in c.source or "Code" in c.source for c in clocks)


@then("no clock of the case runs any more")
def none_runs(world: World) -> None:
    clocks = world.rows(Deadline)
    assert [c for c in clocks if c.clock == "majority" and c.state is DeadlineState.CANCELLED]
    assert [c for c in clocks if c.state is DeadlineState.RUNNING] == []
    assert world.leaves("deadline.cancelled", clock="majority")


def _extend(world: World, agency: str, days: int, duty: str, why: str) -> None:
    running = world.clock_of(world.task(duty).id)
    world.kept["before"] = running.due_at
    with world.store.transaction() as session:
        cases.extend(session, running.id, days=days, reason=REASONS[why], by=world.actor(agency))


@when(say("{agency:Agency} gives {days:d} more days for {duty:Duty} because of {why}"))
def extends(world: World, agency: str, days: int, duty: str, why: str) -> None:
    _extend(world, agency, days, duty, why)


@when(say("{agency:Agency} tries to give {days:d} more days for {duty:Duty} because of {why}"))
def tries_to_extend(world: World, agency: str, days: int, duty: str, why: str) -> None:
    world.attempt(lambda: _extend(world, agency, days, duty, why))


@then(say("{duty:Duty} is due {days:d} days later than before"))
def later_than_before(world: World, duty: str, days: int) -> None:
    assert world.task(duty).due_at == world.kept["before"] + timedelta(days=days)
    _recorded(world, world.clock_of(world.task(duty).id))


@then("the record shows who gave more time, from when, until when and why")
def extension_recorded(world: World) -> None:
    (leaf,) = world.leaves("deadline.extended")
    before, after = (datetime.fromisoformat(text) for text in (leaf["data"]["before"], leaf["set"]["due_at"]))
    assert leaf["actor"]["agency_name"] == world.agency("coordinator_osh").name
    assert (before, after) == (world.kept["before"], world.kept["before"] + timedelta(days=3))
    assert leaf["data"]["reason"] == "health"


@then(say("only {agency:Agency} is alarmed: a duty is late"))
def only_one_alarmed(world: World, agency: str) -> None:
    told = [leaf["data"]["to"] for leaf in world.leaves("alarm.raised")]
    assert told == [world.agency(agency).name]
    assert [a.kind for a in world.alarms(agency)] == [AlarmKind.OVERDUE]


@then(say("each alarm at {agency:Agency} was repeated"))
def repeated(world: World, agency: str) -> None:
    called = world.alarms(agency)
    assert called
    for alarm in called:
        told = [leaf for leaf in world.leaves("alarm.repeated") if leaf["subject"][1] == alarm.id]
        assert alarm.repeats == len(told) > 0
    world.kept["repeats"] = [alarm.repeats for alarm in called]


@when(say("{agency:Agency} acknowledges every alarm"))
def acknowledges(world: World, agency: str) -> None:
    for alarm in world.alarms(agency):
        with world.store.transaction() as session:
            alarms.acknowledge(session, alarm.id, by=world.actor(agency))


@when(say("{agency:Agency} tries to acknowledge the alarm at {other:Agency}"))
def tries_to_acknowledge(world: World, agency: str, other: str) -> None:
    alarm = world.alarms(other)[0]

    def act() -> None:
        with world.store.transaction() as session:
            alarms.acknowledge(session, alarm.id, by=world.actor(agency))

    world.attempt(act)


@then(say("no alarm at {agency:Agency} was repeated again"))
def not_repeated(world: World, agency: str) -> None:
    called = world.alarms(agency)
    assert all(alarm.acknowledged_at for alarm in called)
    assert [alarm.repeats for alarm in called] == world.kept["repeats"]


@then(say("the record shows that {duty:Duty} was done late"))
def done_late(world: World, duty: str) -> None:
    (leaf,) = world.leaves("task.completed", element=duty)
    assert leaf["data"]["late"] is True
    assert world.leaves("task.late", element=duty)
