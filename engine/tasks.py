"""User tasks: what a person of one agency does with a duty on the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists
from sqlmodel import Session, col, select

from . import (
    alarms,
    answers,
    clock,
    consents,
    deadlines,
    desks,
    drafts,
    finding,
    instances,
    papers,
    separation,
    withdrawals,
)
from .access import rules, visibility
from .act import Act, begin_task
from .actor import Actor
from .errors import Conflict, NotAllowed
from .finding import WorklistFilter
from .forms import validate
from .models.answers import Draft
from .models.cases import ConsentAnswer
from .models.people import User, at_desk
from .models.work import (
    OPEN_TASK,
    PENDING_HANDOFF,
    DeadlineState,
    Handoff,
    HandoffState,
    Movement,
    ProcessInstance,
    TaskStatus,
    UserTask,
)
from .transitions import move

PAGE = 50
EVERYTHING = WorklistFilter()
_WORK = (
    select(UserTask, ProcessInstance, Movement, exists().where(col(Draft.task_id) == UserTask.id))
    .join(ProcessInstance, col(ProcessInstance.id) == UserTask.instance_id)
    .outerjoin(
        Movement,
        (col(Movement.task_id) == UserTask.id)
        & (col(Movement.to_id) == UserTask.holder_id)
        & col(Movement.arrived_at).is_(None),
    )
    .where(UserTask.id == bindparam("id"))
    .limit(1)
)


def worklist(
    session: Session,
    *,
    by: Actor,
    wanted: WorklistFilter = EVERYTHING,
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[UserTask]:
    """The duties on the agency's desk, newest first. `after` is the last row of the page before."""
    query = (
        select(UserTask)
        .where(
            UserTask.holder_id == by.agency_id,
            col(UserTask.status).in_((TaskStatus.OPEN, TaskStatus.CLAIMED)),
            *wanted.conditions(by),
            *finding.after(after, col(UserTask.opened_at), col(UserTask.id)),
        )
        .order_by(col(UserTask.opened_at).desc(), col(UserTask.id).desc())
        .limit(limit)
    )
    return list(session.exec(query).all())


def unplaced(session: Session, *, by: Actor, wanted: WorklistFilter = EVERYTHING, limit: int = PAGE) -> list[UserTask]:
    """The duties nobody has taken and nobody is being asked for: the accountable agency must find a place."""
    asked = select(Handoff.id).where(
        Handoff.instance_id == UserTask.instance_id,
        Handoff.scope == UserTask.scope,
        Handoff.lane == UserTask.lane,
        col(Handoff.state).in_(PENDING_HANDOFF),
    )
    query = select(UserTask).where(
        UserTask.accountable_id == by.agency_id,
        UserTask.status == TaskStatus.AWAITING,
        ~asked.exists(),
        *wanted.conditions(by),
    )
    return list(session.exec(query.order_by(col(UserTask.opened_at).desc()).limit(limit)).all())


def colleagues(session: Session, *, agency_id: str | None) -> list[User]:
    """The people of an agency who can be given a task: those who are here."""
    query = select(User).where(User.agency_id == agency_id, at_desk(clock.now()))
    return list(session.exec(query.order_by(User.name)).all())


def claim(session: Session, task_id: str, *, by: Actor, revision: int | None = None) -> UserTask:
    """Take a task from the desk. The first claim of an accepted handoff puts it in work."""
    act, task = _open(session, task_id, by, revision)
    rules.check_claim(by, task)
    separation.check(act, task)
    if task.status is TaskStatus.CLAIMED:
        return task
    _change(act, task, TaskStatus.CLAIMED, by.user_id)
    act.record("task.claimed", task, element=task.element)
    _put_in_work(act, task)
    return task


def release(session: Session, task_id: str, *, by: Actor, revision: int | None = None) -> UserTask:
    """Hand a claimed task back to the agency's desk. Its drafts stay."""
    act, task = _open(session, task_id, by, revision)
    rules.check_release(by, task)
    _change(act, task, TaskStatus.OPEN, None)
    act.record("task.released", task, element=task.element)
    return task


def reassign(session: Session, task_id: str, user_id: str, *, by: Actor, revision: int | None = None) -> UserTask:
    """A coordinator, or a colleague of the same agency, gives a task to a named colleague."""
    act, task = _open(session, task_id, by, revision)
    user = session.get(User, user_id)
    if task.status not in OPEN_TASK or task.status is TaskStatus.AWAITING:
        raise Conflict("Only a task on an agency's desk can be given to a person.")
    if user is None or not user.active or user.agency_id != task.holder_id:
        raise NotAllowed("Choose an active person of the agency that holds this task.")
    if by.agency_id != task.holder_id:
        rules.check_coordinate(by, act.case)
    if desks.is_away(user, act.at):
        raise Conflict(f"{user.name} is away. Give it to whoever stands in, or to another colleague.")
    _change(act, task, TaskStatus.CLAIMED, user.id)
    act.record("task.reassigned", task, element=task.element)
    _put_in_work(act, task)
    return task


@dataclass(frozen=True)
class Completion:
    """What came of a submission: done now, or already received at an earlier time."""

    task: UserTask
    repeated: bool = False


def complete(
    session: Session,
    task_id: str,
    raw: Mapping[str, Any],
    *,
    by: Actor,
    revision: int | None = None,
    form_id: str = "",
    sheet: str = "",
) -> Completion:
    """Complete a task with a form's answers; the process goes on in the same transaction.

    Sending the same `form_id` again is the same act. `sheet` is the code of the paper it was written on. Errors:
    Invalid per field, Conflict where the task is not claimed by the actor or the person has not arrived yet, Stale for
    an old `revision`.
    """
    work = _begin(session, task_id, by)
    act, task = work.act, work.task
    if form_id and task.status is TaskStatus.DONE and task.form_id == form_id:
        return Completion(task, repeated=True)
    rules.check_complete(by, task)
    rules.check_revision(task, revision)
    separation.check(act, task)
    _check_journey(work.journey)
    today = act.bundle.country.day(act.at)
    given = validate(act.bundle.forms[task.form], raw, today=today, language=by.language)
    consents.check_interpreter(act, task, given.values)
    check_last(act, task)
    answers.keep(act, task, given.by_domain)
    act.facts = act.facts | given.facts
    for purpose, answer in given.consents:
        withdrawals.hear(act, task, purpose, ConsentAnswer(answer))
    papers.enter(act, task, sheet)
    _end(work, form_id)
    if given.facts:
        act.seal_facts()
        session.add(act.case)
    instances.complete(act, work.instance, task)
    return Completion(task)


def _open(session: Session, task_id: str, by: Actor, revision: int | None) -> tuple[Act, UserTask]:
    work = _begin(session, task_id, by)
    rules.check_revision(work.task, revision)
    return work.act, work.task


class _Work(NamedTuple):
    """A task under the lock of its case, its process, a journey that has not ended, and whether anybody has typed."""

    act: Act
    task: UserTask
    instance: ProcessInstance
    journey: Movement | None
    drafted: bool


def _begin(session: Session, task_id: str, by: Actor) -> _Work:
    """Lock the case of a task, and find the task among what the actor may see."""
    act = begin_task(session, task_id, by)
    _, instance, journey, drafted = session.exec(_WORK, params={"id": task_id}).one()
    act.cause = visibility.task(session, task_id, by=by)
    return _Work(act, act.cause, instance, journey, drafted)


def _change(act: Act, task: UserTask, status: TaskStatus, user_id: str | None) -> None:
    task.status = status
    task.claimed_by_id = user_id
    task.claimed_at = act.at if user_id else None
    task.revision += 1
    act.session.add(task)


def _put_in_work(act: Act, task: UserTask) -> None:
    query = select(Handoff).where(
        Handoff.instance_id == task.instance_id,
        Handoff.scope == task.scope,
        Handoff.lane == task.lane,
        Handoff.state == HandoffState.ACCEPTED,
    )
    for handoff in act.session.exec(query).all():
        move(act, handoff, HandoffState.IN_WORK)


def check_last(act: Act, task: UserTask) -> None:
    """Some step is the last of a case: while anything else is owed, the case is not closed."""
    if act.bundle.elements[task.element].properties.get("nrm:last") != "yes":
        return
    query = select(UserTask).where(
        UserTask.case_id == act.case.id, UserTask.id != task.id, col(UserTask.status).in_(OPEN_TASK)
    )
    owed = act.session.exec(query.order_by(col(UserTask.opened_at))).all()
    if owed:
        names = "; ".join(dict.fromkeys(other.name for other in owed))
        raise Conflict(f"Not everything owed to the person is done: {names}. Do it, or skip it with a reason, first.")


def check_arrived(act: Act, task: UserTask) -> None:
    """Accepted is not arrived: a task of a person who travels waits for the arrival."""
    query = select(Movement).where(Movement.task_id == task.id, col(Movement.arrived_at).is_(None))
    _check_journey(act.session.exec(query).first())


def _check_journey(journey: Movement | None) -> None:
    if journey is not None:
        raise Conflict("The person has not arrived yet. Record the arrival first, then complete this task.")


def _end(work: _Work, form_id: str) -> None:
    act, task = work.act, work.task
    task.status = TaskStatus.DONE
    task.ended_at = act.at
    task.ended_by_id = act.by.user_id
    task.ended_by_agency_id = act.by.agency_id
    task.form_id = form_id
    task.revision += 1
    act.session.add(task)
    late = task.due_at is not None and act.by.acted_at() > task.due_at
    act.record("task.completed", task, element=task.element, form=task.form, late=late or None)
    deadlines.stop(act, DeadlineState.MET, task.id)
    alarms.settle(act, task.id)
    if work.drafted:
        drafts.discard(act, task)
