"""What one completion costs: one write transaction, and few statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from engine import bundles, tasks
from engine.database import Store
from engine.demo import answering, story
from engine.models.cases import Case
from engine.models.work import UserTask
from tests.batteries.stage import Stage
from tests.times import today

MOST = 15


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements sent inside, and "COMMIT" for each transaction that wrote."""
    said: list[str] = []

    def statement(link: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        said.append(text.strip().split("\n")[0] if not text.startswith(("BEGIN", "PRAGMA")) else "")

    def commit(link: Any) -> None:
        said.append("COMMIT")

    event.listen(store.database, "before_cursor_execute", statement)
    event.listen(store.database, "commit", commit)
    try:
        yield said
    finally:
        event.remove(store.database, "before_cursor_execute", statement)
        event.remove(store.database, "commit", commit)


def cost(store: Store, stage: Stage, task: UserTask, **differs: Any) -> list[str]:
    """The statements of completing this task, as its page does: find the actor before, then one transaction."""
    login = stage.login(task.holder_id)
    with store.transaction() as session:
        by = story.actor(session, login)
        tasks.claim(session, task.id, by=by)
        bundle = bundles.load(session, session.get_one(Case, task.case_id).bundle_id)
    told = story.WOMAN_IN_OSH | differs
    raw = answering.fill(bundle.forms[task.form], told, today=today())
    with counted(store) as said, store.transaction() as session:
        tasks.complete(session, task.id, raw, by=by, form_id="cost")
    return [line for line in said if line]


# each with the steps before which its case rests
QUIET = {
    "rights_and_consent": "rights_and_consent",
    "stay_care_plan": "stay_care_plan rights_and_consent",
    "stay_review": "stay_review rights_and_consent",
    "service_first_contact": "rights_and_consent shelter_arrival",
    "needs_and_risk": "needs_and_risk",
}
OFFERING = {
    "intake": "intake",
    "screening": "screening",
    "case_plan": "case_plan",
}


@pytest.mark.battery
def test_a_completion_is_one_small_transaction(country: Store, proof: Callable[..., None]) -> None:
    """At most fifteen statements where nothing is offered; the others are counted for comparison."""
    stage = Stage(country)
    counts: dict[str, int] = {}
    for element, rests in (QUIET | OFFERING).items():
        reference = stage.case(f"{element} {rests}")
        stage.accept(reference, element)
        told = cost(country, stage, stage.task(reference, element))
        assert told.count("COMMIT") == 1
        counts[element] = len(told) - 1
        print(element, counts[element], *(line[:110] for line in told), sep="\n  ")
    quiet = {element: counts[element] for element in QUIET}
    proof("SQL statements of one completion", **counts)
    assert max(quiet.values()) <= MOST, quiet
