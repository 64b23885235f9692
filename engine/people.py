"""People of an agency: they come, go on leave, have a deputy, and go; their tasks never go with them."""

import secrets
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from . import audit, clock, desks, succession
from .access import signin
from .act import begin
from .actor import SYSTEM, Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.people import Agency, Duty, Reach, User
from .models.work import TaskStatus, UserTask

SPOKEN = ("ky", "ru", "en")


def of_agency(session: Session, *, by: Actor) -> list[User]:
    """The colleagues of the actor, the active ones first."""
    query = select(User).where(User.agency_id == by.agency_id)
    return list(session.exec(query.order_by(col(User.active).desc(), User.login)).all())


def in_hand(session: Session, *, by: Actor) -> dict[str, int]:
    """How many tasks each colleague has in hand, by person."""
    query = select(UserTask.claimed_by_id, func.count()).where(
        UserTask.holder_id == by.agency_id, UserTask.status == TaskStatus.CLAIMED
    )
    return {user_id: number for user_id, number in session.exec(query.group_by(UserTask.claimed_by_id)) if user_id}


def add(session: Session, *, login: str, name: str, duties: list[str], language: str, by: Actor) -> tuple[User, str]:
    """A manager adds a colleague; returns the person and a first password, shown once."""
    check_manager(by)
    wrong = _wrong(session, login, name, language)
    if not set(duties) <= may_give(by) or not duties:
        wrong["duties"] = "Choose from the duties of your own agency."
    if wrong:
        raise Invalid(fields=wrong)
    return _join(session, session.get_one(Agency, by.agency_id), login, name, duties, language, by)


def add_first(session: Session, agency: Agency, *, login: str, name: str, language: str, by: Actor) -> tuple[User, str]:
    """The first person of an agency at which nobody can sign in: its manager, who adds the others.

    Who may keep the directory is decided before. Nobody is added from outside to a desk that has people.
    """
    if somebody(session, agency.id):
        raise Conflict("Somebody of this agency can sign in already. Its manager adds colleagues.")
    if wrong := _wrong(session, login, name, language):
        raise Invalid(fields=wrong)
    leads = Duty.COORDINATOR in agency.roles
    duties = [Duty.COORDINATOR] if leads else [Duty.CASEWORKER, Duty.MANAGER]
    return _join(session, agency, login, name, [str(duty) for duty in duties], language, by)


def somebody(session: Session, agency_id: str) -> bool:
    """Whether anybody of an agency can sign in."""
    query = select(User.id).where(User.agency_id == agency_id, col(User.active).is_(True)).limit(1)
    return session.exec(query).first() is not None


def _wrong(session: Session, login: str, name: str, language: str) -> dict[str, str]:
    login = login.strip().lower()
    wrong = {}
    if not login.replace("_", "").isalnum() or not 3 <= len(login) <= 64:
        wrong["login"] = "Use 3 to 64 letters, digits or underscores."
    elif session.exec(select(User).where(User.login == login)).first() is not None:
        wrong["login"] = "This name is taken. Choose another."
    if not 2 <= len(name.strip()) <= 200:
        wrong["name"] = "Give the person's name."
    if language not in SPOKEN:
        wrong["language"] = "Choose ky, ru or en."
    return wrong


def _join(
    session: Session, agency: Agency, login: str, name: str, duties: list[str], language: str, by: Actor
) -> tuple[User, str]:
    password = secrets.token_urlsafe(12)
    user = User(
        agency_id=agency.id,
        login=login.strip().lower(),
        name=name.strip(),
        password_hash=signin.hash_password(password),
        duties=sorted(duties),
        language=language,
    )
    session.add(user)
    audit.record(session, "person.added", user, by=by, agency=agency.name)
    return user, password


def deactivate(session: Session, user_id: str, *, by: Actor) -> User:
    """A person has gone: the tasks in hand go back to the desk; where nobody is left there, others are asked.

    The last coordinator who is there stays, the deputy of one who is not, and the last manager while there is anybody
    to manage.
    """
    user = _colleague(session, user_id, by)
    check_manager(by)
    _lock_desk(session, user)
    if not user.active:
        raise Conflict("This person is no longer active.")
    desks.check_may_go(session, user, clock.now())
    others = desks.others(session, user)
    if others and _keeps(user) and not any(_keeps(other) for other in others):
        raise Conflict("This is the last manager of your agency. Add another one first.")
    user.active = False
    session.add(user)
    audit.record(session, "person.deactivated", user, by=by, agency=by.agency_name)
    signin.end_all(session, user)
    move_tasks(session, user, None, by=by)
    agency = session.get_one(Agency, user.agency_id)
    if not others and agency.active and agency.reach is Reach.SYSTEM:
        succession.release(session, agency, "desk_empty", by=by)
    return user


def reactivate(session: Session, user_id: str, *, by: Actor) -> User:
    """A person who had gone is here again, with the old name, password and duties, and without a leave."""
    user = _colleague(session, user_id, by)
    check_manager(by)
    _lock_desk(session, user)
    if user.active:
        raise Conflict("This person is active already.")
    if Duty.COORDINATOR in user.duties and not by.is_coordinator:
        raise NotAllowed("Only a coordinator may give a coordinator access again.")
    user.active = True
    user.away_from = user.away_until = user.deputy_id = None
    session.add(user)
    audit.record(session, "person.reactivated", user, by=by, agency=by.agency_name)
    return user


def away(
    session: Session, user_id: str, *, start: datetime, until: datetime, deputy_id: str | None = None, by: Actor
) -> User:
    """Somebody is away from one moment to another: a deputy of the same agency gets the duties and alarms.

    Without a deputy they go back to the desk; where nobody is at the desk then, the coordinators of its cases are
    called. A coordinator always has a deputy, who is a coordinator.
    """
    user = _colleague(session, user_id, by)
    _lock_desk(session, user)
    deputy = session.get(User, deputy_id, populate_existing=True) if deputy_id else None
    wrong = _wrong_deputy(user, deputy_id, deputy, start, until)
    if not start < until or until < clock.now():
        wrong["until"] = "The leave must end after it begins, and not in the past."
    if wrong:
        raise Invalid(fields=wrong)
    user.away_from, user.away_until, user.deputy_id = start, until, deputy_id
    session.add(user)
    audit.record(session, "person.away", user, by=by, agency=by.agency_name)
    if start <= clock.now():
        move_tasks(session, user, deputy, by=by)
        session.flush()
        for case_id in desks.waiting_unseen(session, clock.now(), user.agency_id):
            desks.call_about_empty(session, case_id, by=by)
    return user


def _wrong_deputy(
    user: User, deputy_id: str | None, deputy: User | None, start: datetime, until: datetime
) -> dict[str, str]:
    leads = Duty.COORDINATOR in user.duties
    if deputy_id is None:
        return {"deputy": "A coordinator's desk is never left alone. Choose who stands in."} if leads else {}
    if deputy is None or deputy.agency_id != user.agency_id or not deputy.active or deputy.id == user.id:
        return {"deputy": "Choose an active colleague of the same agency."}
    if leads and Duty.COORDINATOR not in deputy.duties:
        return {"deputy": "Only a coordinator stands in for a coordinator. Choose another colleague."}
    if _overlaps(deputy, start, until):
        return {"deputy": "This colleague is away too at that time. Choose another."}
    return {}


def back(session: Session, user_id: str, *, by: Actor) -> User:
    """The leave is over, or was entered by mistake."""
    user = _colleague(session, user_id, by)
    if user.away_from is None:
        raise Conflict("No leave is entered for this person.")
    user.away_from = user.away_until = user.deputy_id = None
    session.add(user)
    audit.record(session, "person.back", user, by=by, agency=by.agency_name)
    return user


def hand_all(session: Session, user_id: str, to_id: str, *, by: Actor) -> int:
    """Give everything one person has in hand to a colleague; returns how many tasks moved."""
    user = _colleague(session, user_id, by)
    receiver = session.get(User, to_id)
    if receiver is None or receiver.agency_id != user.agency_id or not receiver.active or receiver.id == user.id:
        raise Invalid(fields={"to": "Choose an active colleague of the same agency."})
    if desks.is_away(receiver, clock.now()):
        raise Conflict(f"{receiver.name} is away. Give it to whoever stands in, or to another colleague.")
    return move_tasks(session, user, receiver, by=by)


def move_tasks(
    session: Session, user: User, receiver: User | None, *, by: Actor, before: datetime | None = None
) -> int:
    """Move the tasks a person has in hand to a colleague, or back to the desk. Returns how many.

    `before` leaves with the person what was taken in hand later.
    """
    query = select(UserTask.id, UserTask.case_id).where(
        UserTask.claimed_by_id == user.id, UserTask.status == TaskStatus.CLAIMED
    )
    moved = 0
    for task_id, case_id in session.exec(query.order_by(col(UserTask.case_id))).all():
        act = begin(session, case_id, by)
        task = session.get_one(UserTask, task_id, populate_existing=True)
        if task.claimed_by_id != user.id or task.status is not TaskStatus.CLAIMED:
            continue
        if before is not None and task.claimed_at is not None and task.claimed_at >= before:
            continue
        task.claimed_by_id = receiver.id if receiver else None
        task.status = TaskStatus.CLAIMED if receiver else TaskStatus.OPEN
        task.claimed_at = act.at if receiver else None
        task.revision += 1
        session.add(task)
        act.record("task.reassigned" if receiver else "task.released", task, element=task.element)
        moved += 1
    return moved


def _overlaps(user: User, start: datetime, until: datetime) -> bool:
    return (
        user.away_from is not None and user.away_until is not None and user.away_from < until > start < user.away_until
    )


def leaves_beginning(session: Session, now: datetime) -> list[User]:
    """People whose leave has begun with tasks still in hand. What they take up during the leave stays with them."""
    before = select(UserTask.id).where(
        UserTask.claimed_by_id == User.id,
        UserTask.status == TaskStatus.CLAIMED,
        UserTask.holder_id == User.agency_id,
        col(UserTask.claimed_at) < User.away_from,
    )
    query = select(User).where(col(User.away_from) <= now, col(User.away_until) > now, before.exists())
    return list(session.exec(query.order_by(User.id)).all())


def begin_leave(session: Session, user_id: str) -> int:
    """A leave has begun: what the person has in hand goes to the deputy, or to the desk where there is none."""
    user = session.get_one(User, user_id)
    deputy = desks.deputy_of(session, user, clock.now())
    return move_tasks(session, user, deputy, by=SYSTEM, before=user.away_from)


def check_manager(by: Actor) -> None:
    """Managers keep their own agency; coordinators keep theirs."""
    if Duty.MANAGER not in by.duties and not by.is_coordinator:
        raise NotAllowed("Only a manager of your agency may do this.")


def may_give(by: Actor) -> set[str]:
    """The duties this person may give to a colleague."""
    given = {Duty.CASEWORKER, Duty.MANAGER}
    return {str(d) for d in (given | {Duty.COORDINATOR} if by.is_coordinator else given)}


def _colleague(session: Session, user_id: str, by: Actor) -> User:
    user = session.get(User, user_id)
    if user is None or user.agency_id != by.agency_id:
        raise NotFound()
    if user.id != by.user_id:
        check_manager(by)
    return user


def _lock_desk(session: Session, user: User) -> None:
    """One change of a desk at a time: two managers must not each send away the other of the last two."""
    session.exec(select(Agency.id).where(Agency.id == user.agency_id).with_for_update(key_share=True)).one()
    session.refresh(user)


def _keeps(user: User) -> bool:
    """Whether a person keeps the people and places of the agency."""
    return Duty.MANAGER in user.duties or Duty.COORDINATOR in user.duties
