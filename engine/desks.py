"""Desks: who is there now, who stands in for whom, and who is called where nobody is."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func
from sqlmodel import Session, and_, col, or_, select

from . import alarms
from .act import Act, begin
from .actor import SYSTEM, Actor
from .errors import Conflict
from .models.cases import Case, CaseStatus
from .models.people import Agency, Duty, Reach, User, at_desk
from .models.work import Alarm, AlarmKind, TaskStatus, UserTask

ON_DESK = (TaskStatus.OPEN, TaskStatus.CLAIMED)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # nobody has been at a desk for as long as anybody remembers


def is_away(user: User, now: datetime) -> bool:
    """Whether a person is on leave at this moment."""
    return user.away_from is not None and user.away_until is not None and user.away_from <= now < user.away_until


def deputy_of(session: Session, user: User, now: datetime) -> User | None:
    """Who stands in for a person at this moment, if the person is away and the deputy is there."""
    deputy = session.get(User, user.deputy_id) if user.deputy_id and is_away(user, now) else None
    return deputy if deputy is not None and deputy.active and not is_away(deputy, now) else None


def others(session: Session, user: User) -> list[User]:
    """The other active people of the same agency."""
    query = select(User).where(col(User.active).is_(True), User.id != user.id, User.agency_id == user.agency_id)
    return list(session.exec(query).all())


def check_may_go(session: Session, user: User, now: datetime) -> None:
    """A coordinating desk keeps a coordinator who is there, and a coordinator on leave the deputy."""
    there = others(session, user)
    left = [other for other in there if Duty.COORDINATOR in other.duties]
    for absent in left:
        if absent.deputy_id == user.id and absent.away_until is not None and absent.away_until > now:
            raise Conflict(
                f"This person is the deputy of {absent.name}, who is or will be on leave. "
                "End that leave, or enter it with another deputy, first."
            )
    if Duty.COORDINATOR not in user.duties:
        return
    if not left:
        raise Conflict("This is the last active coordinator. Add another one first.")
    if all(is_away(other, now) for other in left):
        raise Conflict("Every other coordinator of your agency is on leave. End a leave, or add a coordinator, first.")


def coordinating(session: Session, now: datetime | None) -> list[Agency]:
    """The desks that can lead a case: somebody with the coordinator's duty is there now, or at all. By code."""
    query = select(Agency).where(col(Agency.active).is_(True), _coordinator(now).exists())
    return [desk for desk in session.exec(query.order_by(Agency.code)).all() if Duty.COORDINATOR in desk.roles]


def _coordinator(now: datetime | None) -> Any:
    """A coordinator of an agency who is there."""
    here = at_desk(now) if now else col(User.active).is_(True)
    return select(User.id).where(User.agency_id == Agency.id, here, _has(User.duties, Duty.COORDINATOR))


def _has(words: Any, word: str) -> ColumnElement[bool]:
    """Whether a list of words, as either store keeps it, holds this one."""
    return cast(words, String).like(f'%"{word}"%')


def waiting_unseen(session: Session, now: datetime, agency_id: str | None = None) -> list[str]:
    """The cases that wait at a desk where nobody is who could see to them, and about which nobody else was called.

    They wait there by a duty, by an alarm nobody has acknowledged, or because the desk leads them: a desk that leads
    needs a coordinator. Where no coordinator is there in the whole country, nobody can be called.
    """
    if not (there := coordinating(session, now)):
        return []
    found: set[str] = set()
    for desk, since in session.exec(_empty(now)).all():
        if agency_id in (None, desk) and desk not in {one.id for one in there}:
            found |= _waiting_at(session, desk, since or LONG_AGO)
    return sorted(found)


def _empty(now: datetime) -> Any:
    """The desks where nobody is, or nobody who coordinates where the desk does, and since when."""
    leads = _has(Agency.roles, Duty.COORDINATOR)
    gone = select(func.max(col(User.away_from))).where(
        User.agency_id == Agency.id, col(User.active).is_(True), col(User.away_from) <= now, col(User.away_until) > now
    )
    there = select(User.id).where(User.agency_id == Agency.id, at_desk(now))
    nobody = or_(~there.exists(), and_(leads, ~_coordinator(now).exists()))
    return select(Agency.id, gone.scalar_subquery()).where(
        col(Agency.active).is_(True), Agency.reach == Reach.SYSTEM, nobody
    )


def _waiting_at(session: Session, desk: str, since: datetime) -> set[str]:
    def called(case_id: Any) -> ColumnElement[bool]:
        return select(Alarm.id).where(
            Alarm.case_id == case_id,
            Alarm.kind == AlarmKind.DESK_EMPTY,
            Alarm.to_id != desk,
            or_(col(Alarm.raised_at) >= since, col(Alarm.acknowledged_at).is_(None)),
        ).exists()  # fmt: skip

    owed = select(UserTask.case_id).where(
        UserTask.holder_id == desk, col(UserTask.status).in_(ON_DESK), ~called(UserTask.case_id)
    )
    led = select(Case.id).where(Case.lead_agency_id == desk, Case.status == CaseStatus.OPEN, ~called(Case.id))
    unseen = select(Alarm.case_id).where(
        Alarm.to_id == desk,
        col(Alarm.acknowledged_at).is_(None),
        col(Alarm.settled_at).is_(None),
        ~called(Alarm.case_id),
    )
    return {case_id for query in (owed, led, unseen) for case_id in session.exec(query).all()}


def call_about_empty(session: Session, case_id: str, *, by: Actor = SYSTEM) -> None:
    """Nobody is at the desk at which this case waits: the coordinator must see to it, or take it back."""
    act = begin(session, case_id, by)
    alarms.call(act, AlarmKind.DESK_EMPTY, _called(act))


def _called(act: Act) -> str:
    """The desk that leads the case, the national one, or any other: the first at which a coordinator is."""
    there = [desk.id for desk in coordinating(act.session, act.at)]
    wanted = (act.case.lead_agency_id, alarms.duty_desk(act))
    return next((desk for desk in (*wanted, *there) if desk in there), wanted[1])
