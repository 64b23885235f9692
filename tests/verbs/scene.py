"""A case, who acts on it, what is open in it afterwards, and what was recorded."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from engine import act as acts
from engine import answers
from engine.actor import Actor
from engine.audit import reconcile
from engine.database import Store
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.models.cases import Case, DecisionMade, Participation
from engine.models.people import Agency
from engine.models.records import AuditEntry
from engine.models.work import OPEN_TASK, Alarm, Handoff, TaskStatus, UserTask
from tests.people import actor

Leaf = dict[str, Any]


@dataclass
class Scene:
    """One case in one store."""

    store: Store
    reference: str
    seen: int = 0

    def act(self, login: str, do: Callable[[Session, Actor], Any]) -> Any:
        """Something this person does; what was recorded before is no longer told."""
        with self.store.transaction() as session:
            self.seen = len(_leaves(session, self._case(session).id))
            return do(session, actor(session, login))

    def play(self, *rests: str) -> None:
        """Everybody does their part until nothing but these steps is left."""
        Story(self.store, WOMAN_IN_OSH, frozenset(rests)).play(self.reference)

    def case(self) -> Case:
        with self.store.reading() as session:
            return self._case(session)

    def open(self) -> dict[str, str]:
        """What is open, by element: who is accountable for it."""
        return {task.element: self.code(task.accountable_id) for task in self.tasks() if task.status in OPEN_TASK}

    def tasks(self, element: str = "") -> list[UserTask]:
        """Every task of the case, or of one step, the oldest first."""
        with self.store.reading() as session:
            query = select(UserTask).where(UserTask.case_id == self._case(session).id)
            rows = session.exec(query.order_by(col(UserTask.opened_at), UserTask.id)).all()
            return [row for row in rows if element in ("", row.element)]

    def task(self, element: str) -> UserTask:
        """The newest task of a step."""
        return self.tasks(element)[-1]

    def parts(self, code: str) -> list[Participation]:
        """The lanes this agency fills now, by name."""
        with self.store.reading() as session:
            query = select(Participation).where(
                Participation.case_id == self._case(session).id,
                Participation.agency_id == self.agency(code),
                col(Participation.until).is_(None),
            )
            return sorted(session.exec(query).all(), key=lambda part: part.lane)

    def handoff(self, element: str, receiver: str) -> Handoff:
        """The newest handoff of a step to this agency."""
        with self.store.reading() as session:
            query = select(Handoff).join(Agency, col(Agency.id) == Handoff.receiver_id)
            found = session.exec(
                query.where(
                    Handoff.case_id == self._case(session).id, Handoff.element == element, Agency.code == receiver
                ).order_by(col(Handoff.offered_at))
            ).all()
            return found[-1]

    def alarms(self) -> set[tuple[str, str]]:
        """The alarms nobody has answered: what, and at which desk."""
        with self.store.reading() as session:
            query = select(Alarm).where(
                Alarm.case_id == self._case(session).id,
                col(Alarm.acknowledged_at).is_(None),
                col(Alarm.settled_at).is_(None),
            )
            return {(alarm.kind.value, session.get_one(Agency, alarm.to_id).code) for alarm in session.exec(query)}

    def recorded(self) -> list[tuple[str, Leaf]]:
        """What the last act recorded: action and data, in order."""
        with self.store.reading() as session:
            return [(leaf["action"], leaf["data"]) for leaf in _leaves(session, self._case(session).id)[self.seen :]]

    def actions(self) -> list[str]:
        """The actions of the last act."""
        return [action for action, _ in self.recorded()]

    def answers(self, element: str) -> dict[str, Any]:
        """What was answered at a step, as it stands now."""
        with self.store.reading() as session:
            by = actor(session, "coordinator_national")
            return answers.of_task(acts.look(session, self._case(session).id, by), self.task(element))

    def answers_given(self, element: str) -> dict[str, Any]:
        """What was answered the last time a step was done."""
        return self.answers_of([task for task in self.tasks(element) if task.status is TaskStatus.DONE][-1])

    def answers_of(self, task: UserTask) -> dict[str, Any]:
        """What was answered in one task."""
        with self.store.reading() as session:
            by = actor(session, "coordinator_national")
            return answers.of_task(acts.look(session, self._case(session).id, by), task)

    def decisions(self) -> list[DecisionMade]:
        """The decisions made in the case."""
        with self.store.reading() as session:
            return list(session.exec(select(DecisionMade).where(DecisionMade.case_id == self._case(session).id)).all())

    def facts(self) -> dict[str, Any]:
        with self.store.reading() as session:
            return acts.open_facts(session, self._case(session))

    def code(self, agency_id: str) -> str:
        with self.store.reading() as session:
            return session.get_one(Agency, agency_id).code

    def agency(self, code: str) -> str:
        """The id of an agency."""
        with self.store.reading() as session:
            return session.exec(select(Agency.id).where(Agency.code == code)).one()

    def check_record(self) -> None:
        """The record agrees with the live tables."""
        with self.store.reading() as session:
            assert reconcile.verify(session).wrong == []

    def _case(self, session: Session) -> Case:
        return session.exec(select(Case).where(Case.reference == self.reference)).one()


def _leaves(session: Session, case_id: str) -> list[Leaf]:
    query = select(AuditEntry.leaf).where(AuditEntry.case_id == case_id).order_by(col(AuditEntry.index))
    return [json.loads(text) for text in session.exec(query).all()]
