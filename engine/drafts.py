"""Drafts: what somebody has typed is kept on the server, sealed, until the task is completed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from . import clock, vault
from .access import rules, visibility
from .act import Act, begin_task
from .actor import Actor
from .models.answers import Draft
from .models.columns import new_id
from .models.work import UserTask

DOMAIN = "draft"


def save(session: Session, task_id: str, section: str, values: dict[str, Any], *, by: Actor) -> datetime:
    """Keep what was typed in one section, unchecked; only this person sees it again. Returns when.

    Under the lock of the case: two tabs save one draft, and none is saved behind a form that was sent.
    """
    begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_complete(by, task)
    draft = _row(session, task, section, by) or Draft(
        id=new_id(),
        case_id=task.case_id,
        task_id=task.id,
        user_id=by.user_id or "",
        section=section,
        sealed=b"",
    )
    return _write(session, draft, values)


def fill_in(act: Act, task: UserTask, values: Mapping[str, Any], user_ids: Iterable[str]) -> None:
    """Answers that are known already, for whichever of these people takes the task: it begins with them."""
    for section in act.bundle.forms[task.form].sections:
        known = {q.name: values[q.name] for q in section.questions if q.name in values}
        for user_id in user_ids if known else ():
            _write(
                act.session,
                Draft(
                    id=new_id(),
                    case_id=task.case_id,
                    task_id=task.id,
                    user_id=user_id,
                    section=section.name,
                    sealed=b"",
                ),
                known,
            )


def load(session: Session, task: UserTask, *, by: Actor) -> tuple[dict[str, Any], datetime | None]:
    """Everything this person has typed for this task, and when it was last saved."""
    query = select(Draft).where(Draft.task_id == task.id, Draft.user_id == by.user_id)
    drafts = list(session.exec(query).all())
    return together(session, drafts), max((draft.saved_at for draft in drafts), default=None)


def together(session: Session, drafts: Iterable[Draft]) -> dict[str, Any]:
    """What these drafts hold; of a question that is in two, the later."""
    values: dict[str, Any] = {}
    for draft in sorted(drafts, key=lambda draft: draft.saved_at):
        values |= vault.of(session).open_json(
            draft.sealed, case_id=draft.case_id, domain=DOMAIN, place=f"draft.sealed:{draft.id}"
        )
    return values


def discard(act: Act, task: UserTask) -> None:
    """The task is complete: nobody's half-typed words are kept."""
    present = delete(Draft).where(col(Draft.task_id) == task.id)
    act.session.exec(present.execution_options(autoflush=False, synchronize_session=False))


def _row(session: Session, task: UserTask, section: str, by: Actor) -> Draft | None:
    query = select(Draft).where(Draft.task_id == task.id, Draft.user_id == by.user_id, Draft.section == section)
    return session.exec(query).first()


def _write(session: Session, draft: Draft, values: Mapping[str, Any]) -> datetime:
    draft.sealed = vault.of(session).seal_json(
        dict(values), case_id=draft.case_id, domain=DOMAIN, place=f"draft.sealed:{draft.id}"
    )
    draft.saved_at = clock.now()
    session.add(draft)
    return draft.saved_at
