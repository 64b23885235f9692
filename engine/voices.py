"""Voices: what an agency says beyond the duties on its desk, entered for it by the coordinator of the case.

It says what happened to the person, that a form it completed was wrong, that it hands over or takes back. Whoever
handed the person on may enter for an agency without an account what it does with an offer or a duty (`relays`), but
none of this: under its name nobody ends what protects her. Such a giver reports as itself; the coordinator is called.
"""

from sqlmodel import Session, col, select

from . import relays
from .access import visibility
from .actor import Actor
from .errors import NotAllowed, NotFound
from .models.cases import Case, Participation, Relay, RelayState
from .models.people import Agency, Reach
from .models.work import Deadline, Handoff, TaskStatus, UserTask
from .relays import Said


def agency_as(session: Session, case_id: str, agency_id: str, said: Said, *, by: Actor, about: str = "") -> Actor:
    """Any agency with a part in the case that says what happened to the person, as the coordinator heard it.

    What that agency may not know, the verb does not find. `about` is the code of what it says.
    """
    _check_coordinator(by)
    return relays.speak(session, case_id, agency_id, about, said, by)


def author_as(session: Session, task: UserTask, said: Said, *, by: Actor) -> Actor:
    """The agency that completed a form and now says what is wrong with it."""
    _check_coordinator(by)
    if task.ended_by_agency_id is None:
        raise NotFound()
    relays.check_independent(session, task, by)
    return relays.speak(session, task.case_id, task.ended_by_agency_id, task.element, said, by)


def holder_as(session: Session, task: UserTask, said: Said, *, by: Actor) -> Actor:
    """The agency that holds a task and hands it over to another."""
    _check_coordinator(by)
    return relays.holder_as(session, task, said, by=by)


def giver_as(session: Session, handoff: Handoff, said: Said, *, by: Actor) -> Actor:
    """The giver of a handoff that takes it back."""
    _check_coordinator(by)
    return relays.speak(session, handoff.case_id, handoff.giver_id, handoff.element, said, by)


def settling_as(session: Session, relay_id: str, said: Said, *, by: Actor) -> Actor:
    """The agency without an account that says whether what was entered for it is right, as somebody else heard it."""
    _check_coordinator(by)
    relay = session.get(Relay, relay_id)
    if relay is None or session.get_one(Agency, relay.agency_id).reach is Reach.SYSTEM:
        raise NotFound()
    if relay.entered_by_id == by.user_id:
        raise NotAllowed("You entered this act. Another coordinator must enter what the agency says of it.")
    return relays.speak(session, relay.case_id, relay.agency_id, relays.ANSWERED, said, by)


def unsettled(session: Session, *, by: Actor) -> list[Relay]:
    """Acts others entered for agencies without an account, of which this coordinator may enter what they say of it."""
    if not by.is_coordinator:
        return []
    unreached = select(Agency.id).where(Agency.reach != Reach.SYSTEM)
    query = select(Relay).where(
        col(Relay.agency_id).in_(unreached),
        Relay.state == RelayState.UNCONFIRMED,
        Relay.entered_by_id != by.user_id,
        col(Relay.about).not_in((relays.ANSWERED, relays.ALARMED)),
        visibility.seen(by, col(Relay.case_id)),
    )
    return list(session.exec(query.order_by(col(Relay.entered_at))).all())


def extending_as(session: Session, deadline_id: str, said: Said, *, by: Actor) -> Actor:
    """The agency that holds the task of a clock and gives it more time itself."""
    _check_coordinator(by)
    deadline = session.get(Deadline, deadline_id)
    task = session.get(UserTask, deadline.task_id) if deadline is not None and deadline.task_id else None
    if task is None or not relays.may_enter(session, task, by):
        raise NotFound("There is no such clock.")
    return relays.holder_as(session, task, said, by=by)


def voice(session: Session, case_id: str, agency_id: str, *, by: Actor) -> Actor:
    """The agency as a page must know it that asks what it says; as this actor nothing can be entered."""
    agency, case = session.get(Agency, agency_id), session.get_one(Case, case_id)
    if agency is None or not (by.is_coordinator and relays.may_speak(session, by, case, agency)):
        raise NotFound()
    return relays.as_agency(agency, by)


def heard_from(session: Session, case_id: str, *, by: Actor) -> list[Agency]:
    """The agencies with a part in a case for which the actor may enter what they say, by name."""
    case = session.get_one(Case, case_id)
    if not by.is_coordinator:
        return []
    has_part = select(Participation.agency_id).where(
        Participation.case_id == case_id, col(Participation.until).is_(None)
    )
    query = select(Agency).where(col(Agency.id).in_(has_part)).order_by(Agency.name)
    return [agency for agency in session.exec(query).all() if relays.may_speak(session, by, case, agency)]


def done_by_another(session: Session, task_id: str, *, by: Actor) -> UserTask:
    """A form another agency completed, which the coordinator may correct as that agency says."""
    found = session.get(UserTask, task_id)
    if found is None or found.status is not TaskStatus.DONE or found.ended_by_agency_id in (None, by.agency_id):
        raise NotFound()
    author = session.get_one(Agency, found.ended_by_agency_id)
    if not (by.is_coordinator and relays.may_speak(session, by, session.get_one(Case, found.case_id), author)):
        raise NotFound()
    return found


def _check_coordinator(by: Actor) -> None:
    if not by.is_coordinator:
        raise NotAllowed("Only a coordinator may enter this for another agency. Report it as your own.")
