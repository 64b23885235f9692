"""Several people, programs and the clock act on one case at once: one is first, the others get a clear answer."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine import bundles, clock, vault
from engine.audit import reconcile
from engine.database import Store
from engine.models.answers import Draft
from engine.models.cases import Case
from engine.models.people import Place
from engine.models.work import Handoff, HandoffState, ProcessInstance, TaskStatus, UserTask
from engine.process import runtime
from tests.batteries import race
from tests.batteries.race import Act
from tests.batteries.stage import CALM, Stage, fire_all_before, leave_places

LATE = {"Conflict", "Stale"}
Racers = Callable[[list[Act]], list[str]]


@pytest.fixture(params=["threads", "processes"])
def at_once(request: pytest.FixtureRequest, country: Store, database_url: str) -> Iterator[Racers]:
    """Do several acts at the same instant; their answers in the same order."""
    if request.param == "threads":
        yield lambda acts: race.in_threads(country, acts)
        return
    command = [sys.executable, "-m", "tests.batteries.race", database_url]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(acts: list[Act]) -> list[str]:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps({"acts": acts, "ahead": clock.offset().total_seconds()}) + "\n")
        server.stdin.flush()
        return list(json.loads(server.stdout.readline()))

    yield ask
    server.kill()
    server.communicate()


@pytest.fixture(autouse=True)
def intact(country: Store) -> Iterator[None]:
    """After every race the record is whole, and each case's tokens and tasks agree."""
    yield
    clock.set_offset(timedelta())  # the record is read as it is now
    with country.reading() as session:
        assert reconcile.verify(session).wrong == []
        for instance in session.exec(select(ProcessInstance).where(col(ProcessInstance.ended_at).is_(None))).all():
            _agree(session, instance)


def _agree(session: Session, instance: ProcessInstance) -> None:
    """The engine's open tasks are exactly the open user tasks: no update was lost."""
    case = session.get_one(Case, instance.case_id)
    state = vault.of(session).open(
        instance.state, case_id=case.id, domain="operational", place=f"process_instance.state:{instance.id}"
    )
    facts = vault.of(session).open_json(
        case.facts, case_id=case.id, domain="operational", place=f"episode.facts:{case.id}"
    )
    bundle = bundles.load(session, case.bundle_id)
    open_tasks, _, _ = runtime.open_work(bundle, instance.process, instance.id, state, facts)
    ended = (TaskStatus.DONE, TaskStatus.CANCELLED)
    query = select(UserTask.id).where(UserTask.instance_id == instance.id, col(UserTask.status).not_in(ended))
    assert {task.id for task in open_tasks} == set(session.exec(query).all())


@pytest.fixture
def stage(country: Store) -> Stage:
    """Cases at the point of a race."""
    return Stage(country)


@pytest.fixture
def rounds(size: Callable[[int, int], int]) -> range:
    """How often each race is run."""
    return range(size(1, 60))


def one_first(answers: list[str], first: str) -> None:
    """Exactly one came first; everybody else was told so."""
    assert sorted(answers).count(first) == 1, answers
    assert set(answers) - {first} <= LATE, answers


@pytest.mark.battery
def test_two_complete_one_task(stage: Stage, at_once: Racers, rounds: range, proof: Callable[..., None]) -> None:
    """Two tabs send two different submissions; then one submission is sent four times."""
    for _ in rounds:
        task = stage.task(stage.case("intake"), "intake")
        act = stage.completion(task)
        one_first(at_once([act, act, act | {"revision": None}]), "done")
        task = stage.task(stage.case("intake"), "intake")
        act = stage.completion(task, form_id="same")
        assert sorted(at_once([act] * 4)) == ["done", "repeated", "repeated", "repeated"]
    proof("Two submissions of one task at once, and one sent four times", rounds=len(rounds), lost_updates=0)


@pytest.mark.battery
def test_one_key_is_one_act(stage: Stage, at_once: Racers, rounds: range) -> None:
    """The same request sent four times at once, before any answer came back."""
    for number in rounds:
        task = stage.task(stage.case("intake"), "intake")
        act = stage.completion(task) | {"verb": "once", "key": f"key-{number}", "revision": None}
        answers = at_once([act] * 4)
        assert sorted(answers) == ["done True", "repeated True", "repeated True", "repeated True"], answers


@pytest.mark.battery
def test_a_draft_saved_while_the_form_is_sent(stage: Stage, country: Store, at_once: Racers, rounds: range) -> None:
    """The page saves by itself in two tabs while the form is sent: no error, and no half-typed words stay behind."""
    for _ in range(len(rounds) * 2):
        task = stage.task(stage.case("intake"), "intake")
        act = stage.completion(task)
        save = act | {"verb": "draft", "section": "one"}
        answers = at_once([save, save, act, save])
        assert answers[2] == "done", answers
        assert {answers[0], answers[1], answers[3]} <= {"saved", *LATE}, answers
        with country.reading() as session:
            assert session.exec(select(Draft).where(Draft.task_id == task.id)).all() == []


@pytest.mark.battery
def test_two_colleagues_claim_one_task(stage: Stage, at_once: Racers, rounds: range) -> None:
    """One has it; the other is told that a colleague was first."""
    for _ in rounds:
        task = stage.task(stage.case("intake"), "intake")
        acts = [{"verb": "claim", "id": task.id, "login": who} for who in ("police_osh", "police_osh_2")]
        one_first(at_once(acts), "claimed")


@pytest.mark.battery
def test_first_acceptance_of_an_urgent_offer_wins(
    stage: Stage, at_once: Racers, rounds: range, proof: Callable[..., None]
) -> None:
    """Everybody asked accepts at once: one holds the task, the other offers are recalled."""
    for _ in rounds:
        reference = stage.case("service_first_contact rights_and_consent", shelter_now="no")
        offers = stage.offers(reference, "service_first_contact")
        assert len(offers) >= 2
        one_first(at_once([stage.answer("accept", offer) for offer in offers]), "accepted")
        assert stage.offers(reference, "service_first_contact") == []
    proof("Urgent offers accepted by everybody at once", rounds=len(rounds), two_holders=0)


@pytest.mark.battery
def test_the_last_place_is_taken_once(
    stage: Stage, country: Store, at_once: Racers, rounds: range, proof: Callable[..., None]
) -> None:
    """Two cases, one place: the second acceptance is told that the place has gone."""
    for _ in rounds:
        references = [stage.case("shelter_arrival rights_and_consent", urgent_needs=[]) for _ in range(2)]
        offers = [o for ref in references for o in stage.offers(ref, "shelter_arrival")]
        place_id = offers[0].place_id
        offers = [offer for offer in offers if offer.place_id == place_id]
        assert len(offers) == 2
        leave_places(country, place_id, 1)
        one_first(at_once([stage.answer("accept", offer) for offer in offers]), "accepted")
        with country.reading() as session:
            place = session.get_one(Place, place_id)
            assert place.taken == place.total
        leave_places(country, place_id, 2)  # a full house is not asked in the next round
    proof("Two acceptances of the last place at once", rounds=len(rounds), overbooked=0)


@pytest.mark.battery
def test_parallel_tasks_of_one_case(stage: Stage, at_once: Racers, rounds: range, proof: Callable[..., None]) -> None:
    """Different tasks of one case are completed at once: nobody sees a conflict, nothing is lost."""
    for _ in rounds:
        reference = stage.case(
            "service_report rights_and_consent shelter_arrival", urgent_needs=["medical", "psychological"]
        )
        open_tasks = [*stage.tasks(reference, "service_report"), stage.task(reference, "rights_and_consent")]
        acts = [stage.completion(task) for task in open_tasks]
        assert len(acts) == 3
        answers = at_once([*acts, *(stage.answer("accept", o) for o in stage.offers(reference, "shelter_arrival"))])
        assert answers[:3] == ["done"] * 3, answers
        one_first(answers[3:], "accepted")
    proof("Parallel tasks of one case completed at once", rounds=len(rounds), conflicts=0, lost_updates=0)


@pytest.mark.battery
def test_the_clock_fires_while_a_person_answers(
    stage: Stage, country: Store, at_once: Racers, rounds: range, proof: Callable[..., None]
) -> None:
    """An offer is accepted and expires at one instant: it is one of the two, never both."""
    for _ in rounds:
        reference = stage.case("second_opinion", **CALM)
        offer = stage.offers(reference, "second_opinion")[0]
        assert offer.answer_by is not None
        clock.set_offset(clock.offset() + (offer.answer_by - clock.now()) + timedelta(seconds=1))
        fire_all_before(country, offer.id)
        answers = at_once([stage.answer("accept", offer), {"verb": "fire"}, {"verb": "fire"}])
        assert answers[0] in {"accepted", *LATE}, answers
        assert set(answers[1:]) <= {"fired", "nothing due"}, answers
        with country.reading() as session:
            state = session.get_one(Handoff, offer.id).state
        assert state is (HandoffState.ACCEPTED if answers[0] == "accepted" else HandoffState.EXPIRED)
    proof("An offer accepted in the instant in which it expires", rounds=len(rounds), both=0)
