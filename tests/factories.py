"""Things for tests to begin with: a case, and a case that stands at a certain step."""

from typing import Any

from sqlmodel import Session, col, select

from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.models.cases import Case
from engine.models.work import OPEN_TASK, PENDING_HANDOFF, Handoff, UserTask
from engine.web import drafting
from tests import kept
from tests.people import actor
from tests.times import today


def make_case(store: Store, login: str = "police_osh", region: str | None = None) -> str:
    """A case that has just been opened; returns its reference."""
    return Story(store, {}).open(login, region)


def case_at(store: Store, *steps: str, login: str = "police_osh", answers: dict[str, Any] | None = None) -> str:
    """A case played forward until nothing but these steps (and what waits for a clock) is left to do."""
    said, rests = WOMAN_IN_OSH | (answers or {}), frozenset(steps)

    def play() -> str:
        story = Story(store, said, rests)
        reference = story.open(login)
        story.play(reference)
        return reference

    return kept.once(store, (login, rests, repr(sorted(said.items()))), play)


def open_task(session: Session, reference: str, element: str) -> UserTask:
    """The open task of a case at this step."""
    query = select(UserTask).join(Case, col(Case.id) == UserTask.case_id)
    found = session.exec(
        query.where(
            Case.reference == reference, UserTask.element == element, col(UserTask.status).in_(OPEN_TASK)
        ).order_by(col(UserTask.opened_at))
    ).first()
    assert found is not None, f"{element} is not open in {reference}"
    return found


def open_offers(session: Session, reference: str, element: str) -> list[Handoff]:
    """The offers of a step that nobody has answered."""
    task = open_task(session, reference, element)
    query = select(Handoff).where(Handoff.task_id == task.id, col(Handoff.state).in_(PENDING_HANDOFF))
    return list(session.exec(query.order_by(Handoff.receiver_name)).all())


def valid_answers(session: Session, task: str, login: str) -> dict[str, Any]:
    """Answers that the form of a task accepts; `task` is its id or the address of its page."""
    row, bundle, _ = drafting.begun(session, task.rsplit("/", 1)[-1], by=actor(session, login))
    return answering.fill(bundle.forms[row.form], WOMAN_IN_OSH, today=today())
