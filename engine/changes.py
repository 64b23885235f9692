"""What happens to the person at any time: she changes her mind, declines, leaves, is missing, is in danger, dies.

Each is a verb for whoever may see the case. Each starts or stops exactly what it should; what accompanies the path is
drawn (`missing`, `danger`, `withdrawal`), what ends is ended with a code that tells the person's wish from ours.
"""

from sqlmodel import Session, col, select

from . import alarms, consents, instances
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid
from .models.cases import CaseStatus, Consent, ConsentAnswer
from .models.work import HELD_HANDOFF, OPEN_TASK, AlarmKind, Handoff, ProcessInstance, TaskStatus, UserTask

EVERYTHING = "everything"
ENDS = {"left": "declined_help", "died": "died"}
MISTAKES = ("opened_in_error", "duplicate")


def withdraw(session: Session, reference: str, purpose: str, *, by: Actor) -> list[Consent]:
    """The person takes back a consent, or all of them (`everything`). No reason is asked.

    An agency that works on the strength of a consent cannot alone say that it was taken back: the coordinator is called
    and asks. Unstarted tasks end as withdrawn by the person; other services are untouched; somebody independent asks
    about pressure.
    """
    act = _open(session, reference, by)
    given = [c for c in _given(act) if purpose in (EVERYTHING, c.purpose)]
    if not given:
        raise Conflict("There is no consent of this purpose that the person could take back.")
    if _is_recipient(act, given):
        alarms.call(act, AlarmKind.WITHDRAWAL_REPORTED, act.case.lead_agency_id)
        act.record("consent.withdrawal_reported", act.case, purpose=purpose)
        return []
    rows = [consents.give(act, c.purpose, ConsentAnswer.WITHDRAWN, recipient_id=c.recipient_id) for c in given]
    act.withdrawn = True
    _end_unstarted(act, {c.purpose for c in given})
    act.withdrawn = False
    instances.send(act, "consent_withdrawn", {})
    return rows


def decline_service(session: Session, task_id: str, *, by: Actor) -> UserTask:
    """The person does not want this service, started or not. Others are untouched."""
    act = begin(session, select(UserTask.case_id).where(UserTask.id == task_id).scalar_subquery(), by)
    task = visibility.task(session, task_id, by=by)
    act.cause = task
    if task.status not in OPEN_TASK or not task.scope:
        raise Conflict("Only a service that is offered or under way can be declined.")
    act.record("service.declined", task, element=task.element, service=task.service)
    act.withdrawn = True
    instances.leave(act, session.get_one(ProcessInstance, task.instance_id), task.scope)
    return task


def leave(session: Session, reference: str, *, by: Actor) -> None:
    """The person has left the mechanism: everything on the path ends as withdrawn, closure is prepared."""
    _end_path(_open(session, reference, by), "left")


def died(session: Session, reference: str, *, by: Actor) -> None:
    """The person has died: everything ends, the coordinator and the national desk are called, closure is prepared."""
    act = _open(session, reference, by)
    for desk in sorted({act.case.lead_agency_id, alarms.duty_desk(act)}):
        alarms.call(act, AlarmKind.DEATH, desk)
    _end_path(act, "died")


def missing(session: Session, reference: str, *, by: Actor) -> None:
    """Nobody knows where the person is: a search begins beside the path, with an alarm at the national desk."""
    _begin(session, reference, "person_missing", AlarmKind.MISSING, by)


def danger(session: Session, reference: str, *, by: Actor) -> None:
    """The person is in danger: a safety task begins beside the path, with an alarm at the national desk."""
    _begin(session, reference, "person_in_danger", AlarmKind.DANGER, by)


def opened_in_error(session: Session, reference: str, *, reason: str, by: Actor) -> None:
    """This case should not exist. A coordinator ends it at once; the record stays."""
    act = _open(session, reference, by)
    rules.check_coordinate(by, act.case)
    if reason not in MISTAKES:
        known = ", ".join(MISTAKES)
        raise Invalid(f"Choose what the mistake was: {known}.", fields={"reason": known})
    for instance in session.exec(instances.running(act)).all():
        instances.cancel(act, instance, reason)
    instances.close(act, reason)


def _begin(session: Session, reference: str, message: str, kind: AlarmKind, by: Actor) -> None:
    act = _open(session, reference, by)
    process = act.bundle.started_by(message)
    present = {p.process for p in session.exec(instances.running(act)).all()}
    if any(p.id in present for p in process):
        raise Conflict("This is already known and under way. Look at the open tasks of the case.")
    alarms.call(act, kind, alarms.duty_desk(act))
    instances.send(act, message, {})


def _end_path(act: Act, what: str) -> None:
    act.withdrawn = what == "left"
    for instance in act.session.exec(instances.running(act)).all():
        instances.cancel(act, instance, what)
    act.withdrawn = False
    act.facts = act.facts | {"closure_reason": ENDS[what]}
    act.seal_facts()
    act.session.add(act.case)
    act.record(f"person.{what}", act.case)
    instances.start(act, act.bundle.country.closing)


def _open(session: Session, reference: str, by: Actor) -> Act:
    case = visibility.case(session, reference, by=by)
    act = begin(session, case.id, by)
    if act.case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed. What happened since belongs to a new episode of the person.")
    return act


def _given(act: Act) -> list[Consent]:
    query = select(Consent).where(Consent.case_id == act.case.id).order_by(col(Consent.entered_at), Consent.id)
    newest = {c.purpose: c for c in act.session.exec(query).all()}
    return [c for c in newest.values() if c.answer is ConsentAnswer.GIVEN]


def _is_recipient(act: Act, given: list[Consent]) -> bool:
    """Whether the actor works on the strength of one of these consents, and is not the coordinator."""
    if act.by.is_coordinator:
        return False
    query = select(Handoff.id).where(
        Handoff.case_id == act.case.id,
        Handoff.receiver_id == act.by.agency_id,
        col(Handoff.state).in_(HELD_HANDOFF),
        col(Handoff.consent_id).in_([c.id for c in given]),
    )
    return act.session.exec(query).first() is not None


def _end_unstarted(act: Act, purposes: set[str]) -> None:
    """Leave every called process all of whose open tasks rest on these purposes and which nobody has begun."""
    query = select(UserTask).where(UserTask.case_id == act.case.id, col(UserTask.status).in_(OPEN_TASK))
    scopes: dict[tuple[str, str], list[UserTask]] = {}
    for task in act.session.exec(query).all():
        scopes.setdefault((task.instance_id, task.scope), []).append(task)
    for (instance_id, scope), tasks in scopes.items():
        rests = any(task.purpose in purposes for task in tasks)
        begun = any(task.status is TaskStatus.CLAIMED or _has_begun(act, task) for task in tasks)
        if scope and rests and not begun:
            instances.leave(act, act.session.get_one(ProcessInstance, instance_id), scope)


def _has_begun(act: Act, task: UserTask) -> bool:
    done = select(UserTask.id).where(
        UserTask.instance_id == task.instance_id,
        UserTask.scope == task.scope,
        UserTask.status == TaskStatus.DONE,
        UserTask.purpose != "",
    )
    return act.session.exec(done).first() is not None
