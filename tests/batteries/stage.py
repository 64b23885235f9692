"""Cases brought to the point at which a battery begins."""

from typing import Any

from sqlmodel import col, select

from engine import audit, bundles, clock, handoffs, tasks, worker
from engine.actor import SYSTEM
from engine.database import Store
from engine.demo import answering, story
from engine.models.cases import Case
from engine.models.people import Place, User
from engine.models.work import PENDING_HANDOFF, Deadline, DeadlineState, Handoff, TaskStatus, UserTask
from tests.batteries.race import Act
from tests.times import today

CALM = story.WOMAN_IN_OSH | {"shelter_now": "no", "urgent_needs": []}


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

    def accept(self, reference: str, element: str) -> None:
        """Accept the first offer of this step, if it is offered."""
        for offer in self.offers(reference, element)[:1]:
            with self.store.transaction() as session:
                handoffs.accept(session, offer.id, by=story.actor(session, self.login(offer.receiver_id)))

    def completion(self, task: UserTask, **about: Any) -> Act:
        """Claim the task; the act that completes it."""
        login = self.login(task.holder_id)
        with self.store.transaction() as session:
            claimed = tasks.claim(session, task.id, by=story.actor(session, login))
            bundle = bundles.load(session, session.get_one(Case, task.case_id).bundle_id)
            raw = answering.fill(bundle.forms[task.form], CALM, today=today())
        act = {"verb": "complete", "id": task.id, "login": login, "raw": raw, "revision": claimed.revision}
        return act | about

    def answer(self, verb: str, offer: Handoff) -> Act:
        """Accept or decline as the receiver."""
        return {"verb": verb, "id": offer.id, "login": self.login(offer.receiver_id)}


def leave_places(store: Store, place_id: str | None, free: int) -> None:
    """Let so many places be free."""
    with store.transaction() as session:
        place = session.get_one(Place, place_id)
        place.total = place.taken + free
        session.add(place)
        audit.record(session, "place.changed", place, by=SYSTEM)


def fire_all_before(store: Store, about_id: str) -> None:
    """Let every clock that is due act, up to the one about this."""
    while True:
        with store.reading() as session:
            query = select(Deadline.about_id).where(
                Deadline.state == DeadlineState.RUNNING, col(Deadline.next_at) <= clock.now()
            )
            first = session.exec(query.order_by(col(Deadline.next_at), col(Deadline.id))).first()
        if first in (None, about_id):
            return
        worker.fire_one_deadline(store)
