"""Several people, programs and the clock act on one case at once: one is first, the others get a clear answer."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine import bundles, clock, tasks, vault
from engine.audit import reconcile
from engine.database import Store
from engine.demo import answering, story
from engine.models.cases import Case
from engine.models.people import Place, User
from engine.models.work import PENDING_HANDOFF, Handoff, HandoffState, ProcessInstance, TaskStatus, UserTask
from engine.process import runtime
from tests.batteries import race
from tests.batteries.race import Act

CALM = story.WOMAN_IN_OSH | {"shelter_now": "no", "urgent_needs": []}
LATE = {"Conflict", "Stale"}
Racers = Callable[[list[Act]], list[str]]


@pytest.fixture(params=["threads", "processes"])
def at_once(request: pytest.FixtureRequest, country: Store, empty_database_url: str) -> Iterator[Racers]:
    """Do several acts at the same instant; their answers in the same order."""
    if request.param == "threads":
        yield lambda acts: race.in_threads(country, acts)
        return
    command = [sys.executable, "-m", "tests.batteries.race", empty_database_url]
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
    before = clock.offset()
    yield
    clock.set_offset(before)
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


class Stage:
    """Brings cases to the point of the race."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def case(self, rests: str, who: str = "police_osh", **differs: Any) -> str:
        """The reference of a case that rests before these steps."""
        told = story.Story(self.store, dict(story.WOMAN_IN_OSH) | differs, frozenset(rests.split()))
        reference = told.open(who)
        told.play(reference)
        return reference

    def task(self, reference: str, element: str) -> UserTask:
        """The open task of this step."""
        return self.tasks(reference, element)[0]

    def tasks(self, reference: str, element: str) -> list[UserTask]:
        """The open tasks of this step."""
        ended = (TaskStatus.DONE, TaskStatus.CANCELLED)
        query = select(UserTask).join(Case, col(Case.id) == UserTask.case_id)
        query = query.where(Case.reference == reference, UserTask.element == element)
        with self.store.reading() as session:
            return list(session.exec(query.where(col(UserTask.status).not_in(ended))).all())

    def offers(self, reference: str, element: str) -> list[Handoff]:
        """The unanswered offers of this step."""
        with self.store.reading() as session:
            query = select(Handoff).where(
                col(Handoff.task_id).in_([t.id for t in self.tasks(reference, element)]),
                col(Handoff.state).in_(PENDING_HANDOFF),
            )
            return list(session.exec(query).all())

    def login(self, agency_id: str | None) -> str:
        """The first person of an agency."""
        with self.store.reading() as session:
            query = select(User.login).where(User.agency_id == agency_id).order_by(User.login)
            return str(session.exec(query).first())

    def completion(self, task: UserTask, **about: Any) -> Act:
        """Claim the task; the act that completes it."""
        login = self.login(task.holder_id)
        with self.store.transaction() as session:
            claimed = tasks.claim(session, task.id, by=story.actor(session, login))
            bundle = bundles.load(session, session.get_one(Case, task.case_id).bundle_id)
            raw = answering.fill(bundle.forms[task.form], CALM, today=clock.now().date())
        act = {"verb": "complete", "id": task.id, "login": login, "raw": raw, "revision": claimed.revision}
        return act | about

    def answer(self, verb: str, offer: Handoff) -> Act:
        """Accept or decline as the receiver."""
        return {"verb": verb, "id": offer.id, "login": self.login(offer.receiver_id)}


@pytest.fixture
def stage(country: Store) -> Stage:
    """Cases at the point of a race."""
    return Stage(country)


@pytest.fixture
def rounds(size: Callable[[int, int], int]) -> range:
    """How often each race is run."""
    return range(size(2, 60))


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
        _one_place_left(country, place_id)
        one_first(at_once([stage.answer("accept", offer) for offer in offers]), "accepted")
        with country.reading() as session:
            place = session.get_one(Place, place_id)
            assert place.taken == place.total
    proof("Two acceptances of the last place at once", rounds=len(rounds), overbooked=0)


def _one_place_left(store: Store, place_id: str | None) -> None:
    from engine import audit
    from engine.actor import SYSTEM

    with store.transaction() as session:
        place = session.get_one(Place, place_id)
        place.total = place.taken + 1
        session.add(place)
        audit.record(session, "place.changed", place, by=SYSTEM)


@pytest.mark.battery
def test_parallel_tasks_of_one_case(
    stage: Stage, at_once: Racers, rounds: range, proof: Callable[..., None]
) -> None:
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
        _only_due(country, offer.id)
        answers = at_once([stage.answer("accept", offer), {"verb": "fire"}, {"verb": "fire"}])
        assert answers[0] in {"accepted", *LATE}, answers
        assert set(answers[1:]) <= {"fired", "nothing due"}, answers
        with country.reading() as session:
            state = session.get_one(Handoff, offer.id).state
        assert state is (HandoffState.ACCEPTED if answers[0] == "accepted" else HandoffState.EXPIRED)
    proof("An offer accepted in the instant in which it expires", rounds=len(rounds), both=0)


def _only_due(store: Store, about_id: str) -> None:
    """Let everything else that is due be done first."""
    from engine import worker
    from engine.models.work import Deadline, DeadlineState

    while True:
        with store.reading() as session:
            query = select(Deadline.about_id).where(
                Deadline.state == DeadlineState.RUNNING, col(Deadline.next_at) <= clock.now()
            )
            first = session.exec(query.order_by(col(Deadline.next_at), col(Deadline.id))).first()
        if first in (None, about_id):
            return
        worker.fire_one_deadline(store)
