"""Relays: acts entered for an agency that has no account, or cannot reach it: by phone, by letter, in person.

Every verb works on behalf of somebody: `stand_in` gives the actor. The record shows who acted, who entered it and
both times; the agency can confirm or dispute it later.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from . import alarms, offers, tasks, vault
from .access import visibility
from .act import begin, look
from .actor import Actor, Behalf
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case, Channel, Relay, RelayState
from .models.columns import new_id
from .models.people import Agency, Duty, Reach
from .models.records import AuditEntry
from .models.work import HELD_HANDOFF, PENDING_HANDOFF, Alarm, AlarmKind, Handoff, TaskStatus, UserTask

DETAIL = "relay.detail"
ALARMED, ANSWERED = "alarm_heard", "relay_answer"  # about what an agency spoke, where it is no step of the path
OLDEST = timedelta(days=365)
ON_DESK = (TaskStatus.OPEN, TaskStatus.CLAIMED)
_UNREACHED = select(Agency.id).where(Agency.reach != Reach.SYSTEM)  # few: what they are asked for is found by them


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was heard from somebody without an account: who said it, how, when it happened, where the paper is."""

    channel: Channel
    said_by: str
    happened_at: datetime
    paper: str = ""


def stand_in(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    agency_id: str,
    channel: Channel,
    said_by: str,
    paper: str,
    happened_at: datetime,
    about: str = "",
) -> Actor:
    """The actor that is this agency, entered by `by`. Only who steers the case or has handed it to that agency may.

    `said_by` names who said it, `paper` where the paper is (may be empty for a call); both are sealed.
    """
    agency = session.get(Agency, agency_id)
    case = session.get(Case, case_id)
    if agency is None or case is None or not may_speak(session, by, case, agency):
        raise NotFound()
    act = begin(session, case_id, by)
    happened_at = _checked(happened_at, case.opened_at - OLDEST, act.at)
    check_words(channel, said_by, paper)
    detail, promised = _sealed(session, case_id, relay_id := new_id(), said_by, paper)
    relay = Relay(
        id=relay_id,
        case_id=case_id,
        agency_id=agency_id,
        entered_by_id=by.user_id,
        entered_by_agency_id=by.agency_id or "",
        channel=channel,
        detail=detail,
        commitment=promised,
        about=about,
        happened_at=happened_at,
        entered_at=act.at,
    )
    session.add(relay)
    act.record("relay.entered", relay, agency=agency.name, channel=channel)
    return _speaking_for(agency, relay, by)


def check_words(channel: Channel, said_by: str, paper: str) -> None:
    """Who said it is named, and where a letter is kept."""
    if not said_by.strip():
        raise Invalid(fields={"said_by": "Say who said it: a name or a function."})
    if channel is Channel.LETTER and not paper.strip():
        raise Invalid(fields={"paper": "Say where the letter is kept."})


def _sealed(session: Session, case_id: str, relay_id: str, said_by: str, paper: str) -> tuple[bytes, str]:
    """The words sealed, and what the record may hold of them."""
    words = {"said_by": said_by[:200], "paper": paper[:200]}
    place, salt = f"{DETAIL}:{relay_id}", vault.new_salt()
    plain = orjson.dumps(words, option=orjson.OPT_SORT_KEYS)
    promised = vault.commitment(plain, case_id=case_id, place=place, salt=salt)
    kept = {"salt": salt.hex(), "words": words}
    sealed = vault.of(session).seal_json(kept, case_id=case_id, domain="operational", place=place)
    return sealed, promised


def _speaking_for(agency: Agency, relay: Relay, by: Actor) -> Actor:
    behalf = Behalf(relay_id=relay.id, agency_id=by.agency_id or "", agency_name=by.agency_name)
    return replace(as_agency(agency, by), happened_at=relay.happened_at, behalf=behalf)


def as_agency(agency: Agency, by: Actor) -> Actor:
    """The agency acting through this person; as such it enters nothing."""
    return Actor(
        user_id=by.user_id,
        agency_id=agency.id,
        name=by.name,
        agency_name=agency.name,
        roles=frozenset(agency.roles),
        duties=frozenset({Duty.CASEWORKER}),
        region=agency.region,
        takes_part=agency.active,
        language=by.language,
    )


def answer_as(session: Session, handoff: Handoff, said: Said, *, by: Actor) -> Actor:
    """The receiver of a handoff, as `by` heard it."""
    if handoff.receiver_id is None:
        raise NotFound()
    return speak(session, handoff.case_id, handoff.receiver_id, handoff.element, said, by)


def alarmed_as(session: Session, alarm_id: str, said: Said, *, by: Actor) -> Actor:
    """The agency without an account that was told of an alarm and says that it acts on it, as `by` heard it."""
    alarm = session.get(Alarm, alarm_id)
    if alarm is None or alarm.id not in {one.id for one in alarms.to_carry(session, by=by)}:
        raise NotFound()
    return speak(session, alarm.case_id, alarm.to_id, ALARMED, said, by)


def holder_as(session: Session, task: UserTask, said: Said, *, by: Actor) -> Actor:
    """The agency that holds a task, as `by` heard it. What another agency must do, an excluded one cannot enter."""
    if task.holder_id is None:
        raise NotFound()
    check_independent(session, task, by)
    return speak(session, task.case_id, task.holder_id, task.element, said, by)


def check_independent(session: Session, task: UserTask, by: Actor) -> None:
    """What another agency must do, an excluded one cannot enter."""
    if by.agency_id in offers.excluded(look(session, task.case_id, by), task):
        raise NotAllowed("Your agency did the earlier step. Somebody else must enter this one: ask the coordinator.")


def giver_as(session: Session, task: UserTask, said: Said, *, by: Actor) -> Actor:
    """The agency from which the person sets out for this task, as `by` heard it."""
    return speak(session, task.case_id, task.giver_id, task.element, said, by)


def speak(session: Session, case_id: str, agency_id: str, about: str, said: Said, by: Actor) -> Actor:
    """`stand_in` for what was heard at once: who said it, how, when, and where the paper is."""
    return stand_in(
        session,
        by=by,
        case_id=case_id,
        agency_id=agency_id,
        channel=said.channel,
        said_by=said.said_by,
        paper=said.paper,
        happened_at=said.happened_at,
        about=about,
    )


def complete(
    session: Session,
    task_id: str,
    raw: Mapping[str, Any],
    *,
    said: Said,
    by: Actor,
    revision: int | None = None,
    form_id: str = "",
    sheet: str = "",
) -> tasks.Completion:
    """Enter the form of a task for the agency that holds it: taken and completed in one act."""
    holder = holder_as(session, task_of(session, task_id, by=by), said, by=by)
    tasks.claim(session, task_id, by=holder, revision=revision)
    return tasks.complete(session, task_id, raw, by=holder, form_id=form_id, sheet=sheet)


def task_of(session: Session, task_id: str, *, by: Actor) -> UserTask:
    """A task another agency holds, for which the actor may enter what that agency did."""
    found = session.get(UserTask, task_id)
    if found is None or not may_enter(session, found, by):
        raise NotFound()
    return found


def may_enter(session: Session, task: UserTask, by: Actor) -> bool:
    """Whether the actor may enter what the holder of this task did: who steers the case, or gave it without account."""
    if task.status not in ON_DESK or task.holder_id in (None, by.agency_id) or by.agency_id is None:
        return False
    agency = session.get_one(Agency, task.holder_id)
    return may_speak(session, by, session.get_one(Case, task.case_id), agency, pending=False)


def entered_late(session: Session, *, by: Actor, case_id: str, happened_at: datetime) -> Actor:
    """The same person, entering an act that happened earlier. Whether the case is visible is decided before."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound()
    act = begin(session, case_id, by)
    return replace(by, happened_at=_checked(happened_at, case.opened_at - OLDEST, act.at))


def _checked(moment: datetime, earliest: datetime, latest: datetime) -> datetime:
    if moment.tzinfo is None or not earliest <= moment <= latest:
        raise Invalid(
            "Give the time at which it happened: not in the future, and not longer ago than a year before the case.",
            fields={"happened_at": ""},
        )
    return moment.astimezone(UTC)


def may_speak(session: Session, by: Actor, case: Case, agency: Agency, *, pending: bool = True) -> bool:
    """Who steers the case; the giver for an open offer, and for what follows where the receiver has no account.

    An agency that can speak for itself is not spoken for by whoever handed the person over: "accepted is not arrived".
    """
    if by.agency_id in (None, agency.id):
        return False
    if by.is_coordinator:
        return session.exec(visibility.visible_cases(by).where(Case.id == case.id)).first() is not None
    held = () if agency.reach is Reach.SYSTEM else HELD_HANDOFF
    given = select(Handoff.id).where(
        Handoff.case_id == case.id,
        Handoff.giver_id == by.agency_id,
        Handoff.receiver_id == agency.id,
        col(Handoff.state).in_((*held, *(PENDING_HANDOFF if pending else ()))),
    )
    return session.exec(given).first() is not None


def settle(session: Session, relay_id: str, state: RelayState, *, by: Actor) -> Relay:
    """The agency an act was entered for confirms it, or says that it was not so. The act stays."""
    relay = session.get(Relay, relay_id)
    if relay is None or by.agency_id not in (relay.agency_id, relay.entered_by_agency_id):
        raise NotFound()
    act = begin(session, relay.case_id, by)
    session.refresh(relay)
    if by.agency_id != relay.agency_id:
        raise NotAllowed("Only the agency it was entered for can confirm or dispute it.")
    if relay.state is not RelayState.UNCONFIRMED or state is RelayState.UNCONFIRMED:
        raise Conflict("This has already been confirmed or disputed.")
    relay.state = state
    relay.settled_at = act.at
    relay.settled_by_id = by.user_id
    session.add(relay)
    act.record(f"relay.{state}", relay, agency=by.agency_name)
    if state is RelayState.DISPUTED:
        alarms.call(act, AlarmKind.DISPUTED, act.case.lead_agency_id)
    return relay


def unconfirmed(session: Session, *, by: Actor) -> list[Relay]:
    """What others entered for this agency and it has not yet confirmed or disputed, oldest first."""
    query = select(Relay).where(Relay.agency_id == by.agency_id, Relay.state == RelayState.UNCONFIRMED)
    return list(session.exec(query.order_by(col(Relay.entered_at))).all())


def detail(session: Session, relay: Relay) -> dict[str, str]:
    """Who said it, and where the paper is."""
    opened = vault.of(session).open_json(
        relay.detail, case_id=relay.case_id, domain="operational", place=f"{DETAIL}:{relay.id}"
    )
    words: dict[str, str] = opened["words"]
    return words


def acts_of(session: Session, relays: Collection[Relay]) -> dict[str, list[dict[str, Any]]]:
    """What was entered under each of these relays: the entries of the record, oldest first, by relay."""
    found: dict[str, list[dict[str, Any]]] = {relay.id: [] for relay in relays}
    query = select(AuditEntry.leaf).where(
        col(AuditEntry.case_id).in_({relay.case_id for relay in relays}), col(AuditEntry.on_behalf).is_(True)
    )
    for text in session.exec(query.order_by(col(AuditEntry.index))).all() if found else ():
        leaf = json.loads(text)
        if leaf.get("relay") in found:
            found[leaf["relay"]].append(leaf)
    return found


def of_case(session: Session, case_id: str) -> list[Relay]:
    """Everything that was entered for somebody else in a case, oldest first."""
    query = select(Relay).where(Relay.case_id == case_id)
    return list(session.exec(query.order_by(col(Relay.entered_at))).all())


def to_carry(session: Session, *, by: Actor) -> list[Handoff]:
    """Open offers to agencies without an account: somebody of the giver, or the coordinator, must call or write."""
    mine = _given(by)
    query = select(Handoff).where(
        col(Handoff.receiver_id).in_(_UNREACHED),
        col(Handoff.state).in_(PENDING_HANDOFF),
        or_(mine, visibility.seen(by, col(Handoff.case_id))) if by.is_coordinator else mine,
    )
    return list(session.exec(query.order_by(col(Handoff.answer_by))).all())


def to_enter(session: Session, *, by: Actor) -> list[UserTask]:
    """Duties of agencies without an account: who gave them, or the coordinator, hears what was done and enters it."""
    handed = select(Handoff.id).where(
        _given(by),
        Handoff.receiver_id == UserTask.holder_id,
        Handoff.instance_id == UserTask.instance_id,
        Handoff.scope == UserTask.scope,
        Handoff.lane == UserTask.lane,
        col(Handoff.state).in_(HELD_HANDOFF),
    )
    mine: ColumnElement[bool] = handed.exists()
    query = select(UserTask).where(
        col(UserTask.holder_id).in_(_UNREACHED),
        UserTask.holder_id != by.agency_id,
        col(UserTask.status).in_(ON_DESK),
        or_(mine, visibility.seen(by, col(UserTask.case_id))) if by.is_coordinator else mine,
    )
    return list(session.exec(query.order_by(col(UserTask.due_at))).all())


def _given(by: Actor) -> ColumnElement[bool]:
    return col(Handoff.giver_id) == by.agency_id
