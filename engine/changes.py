"""What happens to the person at any time: she leaves, is missing, is in danger, dies; or the case is a mistake.

Each is a verb for whoever may see the case. Each starts or stops exactly what it should; what accompanies the path is
drawn (`missing`, `danger`, `withdrawal`), what ends is ended with a code that tells the person's wish from ours.
"""

from sqlmodel import Session, col, select

from . import alarms, instances
from .access import rules
from .act import Act
from .actor import Actor
from .errors import Conflict, Invalid
from .models.work import AlarmKind, ProcessInstance, TaskStatus, UserTask
from .withdrawals import WITHDRAWN, begin_open, doubt

ENDS = {"left": "declined_help", "died": "died"}
MISTAKES = ("opened_in_error", "duplicate")
MISSING, DANGER = "person_missing", "person_in_danger"
PATH_ENDED = "The path of this case has already ended; its closure is under way."
SAFETY_FIRST = (
    "Somebody sees to the safety of the person in this case. Finish that first; if it is a second case of the same "
    "person, link the two."
)
SAFETY = (MISSING, DANGER, WITHDRAWN)  # what these begin protects the person, and outlives the path


def leave(session: Session, reference: str, *, by: Actor) -> bool:
    """The person leaves the mechanism: whatever is open ends as the person's wish, and closure is prepared.

    The coordinator enters this, or whoever answers for the person now; then the coordinator is called and somebody
    independent asks about pressure. From anybody else it is a report, nothing ends, and False comes back.
    """
    act = begin_open(session, reference, by)
    if not may_end(act):
        alarms.call(act, AlarmKind.LEFT_REPORTED, act.case.lead_agency_id)
        act.record("person.left_reported", act.case)
        return False
    closing = act.bundle.country.closing
    if all(instance.process == closing for instance in _path(act)):
        raise Conflict(PATH_ENDED)
    _end_path(act, "left", _path(act))
    doubt(act, AlarmKind.LEFT_REPORTED)
    return True


def died(session: Session, reference: str, *, by: Actor) -> bool:
    """The person has died: everything ends, the coordinator and the national desk are called, closure is prepared.

    From somebody who does not answer for the person it is a report: both desks are called, nothing ends, and False
    comes back. What keeps the person safe ends only when the coordinator has said so.
    """
    act = begin_open(session, reference, by)
    enters = may_end(act)
    if by.is_coordinator:
        alarms.settle_all(act)
    for desk in sorted({act.case.lead_agency_id, alarms.duty_desk(act)}):
        alarms.call(act, AlarmKind.DEATH, desk)
    if enters:
        _end_path(act, "died", _running(act) if by.is_coordinator else _path(act))
    else:
        act.record("person.death_reported", act.case)
    return enters


def missing(session: Session, reference: str, *, by: Actor) -> None:
    """Nobody knows where the person is: a search begins beside the path, and the desks the country names are alarmed.

    Said again while the search is on, the desks are alarmed again, and whoever says it learns nothing from that.
    """
    instances.send(begin_open(session, reference, by), MISSING, {})


def danger(session: Session, reference: str, *, by: Actor) -> None:
    """The person is in danger: a safety task begins beside the path, and the desks the country names are alarmed.

    Said again while that is under way, the desks are alarmed again, and whoever says it learns nothing from that.
    """
    instances.send(begin_open(session, reference, by), DANGER, {})


def opened_in_error(session: Session, reference: str, *, reason: str, by: Actor) -> None:
    """This case should not exist. A coordinator ends it at once; the record stays.

    Refused while somebody sees to the person's safety in it: nobody ends that by a word.
    """
    act = begin_open(session, reference, by)
    rules.check_coordinate(by, act.case)
    if reason not in MISTAKES:
        known = ", ".join(MISTAKES)
        raise Invalid(f"Choose what the mistake was: {known}.", fields={"reason": known})
    running = _running(act)
    if len(_path(act)) < len(running):
        raise Conflict(SAFETY_FIRST)
    for instance in running:
        instances.cancel(act, instance, reason)
    alarms.settle_all(act)
    instances.close(act, reason)


def may_end(act: Act) -> bool:
    """Whether the actor may enter that the path has ended: the coordinator, or who answers for the person now.

    That is an agency with a task of the path on its desk for which it is accountable; where somebody has taken the
    person in, or the person is on the way there, nobody but that house. Everybody else reports it.
    """
    if act.by.is_coordinator:
        return True
    houses = {present.agency_id for present in act.participations() if present.place_id}
    if houses and act.by.agency_id not in houses:
        return False
    query = select(UserTask.process).where(
        UserTask.case_id == act.case.id,
        UserTask.holder_id == act.by.agency_id,
        UserTask.accountable_id == act.by.agency_id,
        col(UserTask.status).in_((TaskStatus.OPEN, TaskStatus.CLAIMED)),
    )
    return any(not act.bundle.processes[process].start_message for process in act.session.exec(query).all())


def _running(act: Act) -> list[ProcessInstance]:
    return list(act.session.exec(instances.running(act)).all())


def _path(act: Act) -> list[ProcessInstance]:
    """What runs in this case, without what keeps the person safe whether or not the path goes on."""
    safety = {process.id for message in SAFETY for process in act.bundle.started_by(message)}
    return [instance for instance in _running(act) if instance.process not in safety]


def _end_path(act: Act, what: str, ending: list[ProcessInstance]) -> None:
    """End these and prepare closure; where the same was said before, its closure goes on."""
    said = act.facts.get("closure_reason") == ENDS[what]
    closing = [instance for instance in ending if said and instance.process == act.bundle.country.closing]
    if closing and closing == ending:
        raise Conflict(PATH_ENDED)
    act.withdrawn = what == "left"
    for instance in ending:
        if instance not in closing:
            instances.cancel(act, instance, what)
    act.withdrawn = False
    act.facts = act.facts | {"closure_reason": ENDS[what]}
    act.seal_facts()
    act.session.add(act.case)
    act.record(f"person.{what}", act.case)
    if not closing:
        instances.start(act, act.bundle.country.closing)
