"""Keeping what was typed: a posted page of a form becomes the draft of one of its sections."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from starlette.datastructures import FormData

from .. import bundles, drafts
from ..access import visibility
from ..actor import Actor
from ..errors import NotFound
from ..forms import Section, read_post
from ..models.answers import Draft
from ..models.cases import Case
from ..models.work import UserTask
from ..process.definitions import Bundle

# Fields that belong to the page and are no answers.
OWN_FIELDS = frozenset({"csrf", "form_id", "revision", "action", "section"})


def pairs(form: FormData) -> list[tuple[str, str]]:
    """What was posted, without the page's own fields."""
    return [(key, value) for key, value in form.multi_items() if key not in OWN_FIELDS and isinstance(value, str)]


def answers_of(section: Section, raw: dict[str, Any]) -> dict[str, Any]:
    """The part of posted answers that belongs to one section."""
    here = {question.name for question in section.questions}
    return {name: value for name, value in raw.items() if name in here}


def begun(session: Session, task_id: str, *, by: Actor) -> tuple[UserTask, Bundle, list[Draft]]:
    """A task, the law its case began under, and this person's drafts: read at once, for every completion."""
    query = (
        select(UserTask, Case.bundle_id, Draft)
        .join(Case, col(Case.id) == UserTask.case_id)
        .outerjoin(Draft, (col(Draft.task_id) == UserTask.id) & (col(Draft.user_id) == by.user_id))
        .where(UserTask.id == task_id)
    )
    found = session.exec(query).all()
    if not found:
        raise NotFound()
    task = visibility.task(session, task_id, by=by)
    kept = [draft for _, _, draft in found if draft is not None]
    return task, bundles.load(session, found[0][1]), kept


def keep(session: Session, task_id: str, section: str, posted: list[tuple[str, str]], *, by: Actor) -> datetime:
    """Save what was posted from the page of one section, unchecked. NotFound for a section that is not there."""
    task, bundle, _ = begun(session, task_id, by=by)
    form = bundle.forms[task.form]
    part = form.section(section)
    if part is None:
        raise NotFound()
    return drafts.save(session, task_id, section, answers_of(part, read_post(form, posted)), by=by)
