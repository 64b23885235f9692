"""Withdrawals: the person takes a consent back or declines a service, and what follows from that.

Unstarted services end with a code that tells the person's wish from ours, who has begun is told, others go on, and
somebody independent asks about pressure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from . import alarms, consents, instances, offers
from . import reference as references
from .access import visibility
from .act import Act, begin, begin_task
from .actor import Actor
from .errors import Conflict, Invalid
from .models.cases import CaseStatus, Consent, ConsentAnswer
from .models.work import (
    HELD_HANDOFF,
    OPEN_TASK,
    PENDING_HANDOFF,
    AlarmKind,
    Handoff,
    ProcessInstance,
    TaskStatus,
    UserTask,
)

EVERYTHING = "everything"
WITHDRAWN = "consent_withdrawn"  # the message that begins the independent question


@dataclass(frozen=True)
class Service:
    """A process of the case that the person may not want: where it stands, and its open tasks."""

    instance_id: str
    scope: str
    tasks: list[UserTask]


def withdraw(session: Session, reference: str, purpose: str, *, by: Actor) -> list[Consent]:
    """The person takes back a consent, or all of them (`everything`). No reason is asked.

    Only the coordinator, or an agency that took the consent and does not itself work on the strength of it, can enter
    this; from any other agency it is a report, and the coordinator is called and asks the person. Unstarted services
    end as withdrawn by the person; others are untouched; who has begun is told to stop using what it was given;
    somebody independent asks about pressure. An empty list: it was only reported.
    """
    act = begin_open(session, reference, by)
    if purpose != EVERYTHING and purpose not in act.bundle.country.purposes:
        raise Invalid(fields={"purpose": ", ".join((*act.bundle.country.purposes, EVERYTHING))})
    given = [c for c in given_now(act) if purpose in (EVERYTHING, c.purpose)]
    if not _may_enter(act, given):
        report(act, purpose)
        return []
    if not given:
        raise Conflict("There is no consent of this purpose that the person could take back.")
    rows = [consents.give(act, c.purpose, ConsentAnswer.WITHDRAWN, recipient_id=c.recipient_id) for c in given]
    _take_back(act, given)
    return rows


def report(act: Act, purpose: str) -> None:
    """Somebody says that the person took a consent back, who cannot enter it: the coordinator asks the person."""
    alarms.call(act, AlarmKind.WITHDRAWAL_REPORTED, act.case.lead_agency_id)
    act.record("consent.withdrawal_reported", act.case, purpose=purpose)


def hear(act: Act, task: UserTask, purpose: str, answer: ConsentAnswer) -> None:
    """Keep what the person says about a purpose to a form. A yes that is no yes any longer is a consent taken back.

    An agency that would work on the strength of a yes only reports that the person agrees again to what was taken
    back.
    """
    if answer is ConsentAnswer.GIVEN and not consents.may_agree(act, purpose):
        alarms.call(act, AlarmKind.AGREEMENT_REPORTED, act.case.lead_agency_id)
        act.record("consent.agreement_reported", act.case, purpose=purpose)
        return
    now = None if answer is ConsentAnswer.GIVEN else consents.newest(act, purpose)
    consents.give(act, purpose, answer, task_id=task.id)
    if now is None or now.answer is not ConsentAnswer.GIVEN:
        return
    if act.case.status is CaseStatus.OPEN:
        _take_back(act, [now])


def decline_service(session: Session, task_id: str, *, by: Actor) -> UserTask:
    """The person does not want this service, started or not. Others are untouched.

    Where not the coordinator says so, the coordinator is called, and somebody independent asks about pressure.
    """
    act = begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    act.cause = task
    if task.status not in OPEN_TASK or not is_service(act, task):
        raise Conflict("Only a service that is offered or under way can be declined.")
    act.record("service.declined", task, element=task.element, service=task.service)
    _leave(act, Service(task.instance_id, task.scope, [task]))
    doubt(act, AlarmKind.WITHDRAWAL_REPORTED)
    return task


def given_now(act: Act) -> list[Consent]:
    """The consents that hold at this moment: of each purpose the newest answer, where it is yes."""
    newest = {c.purpose: c for c in act.consents()}
    return [c for c in newest.values() if c.answer is ConsentAnswer.GIVEN]


def may_enter(act: Act, given: Iterable[Consent]) -> list[Consent]:
    """Those of these consents whose withdrawal the actor may enter; of the others it may only report."""
    return [consent for consent in given if _may_enter(act, [consent])]


def services(act: Act) -> list[Service]:
    """Every service that is offered or under way, with its open tasks."""
    query = select(UserTask).where(UserTask.case_id == act.case.id, col(UserTask.status).in_(OPEN_TASK))
    found: dict[tuple[str, str], Service] = {}
    for task in act.session.exec(query.order_by(col(UserTask.opened_at), UserTask.id)).all():
        if is_service(act, task):
            key = (task.instance_id, task.scope)
            found.setdefault(key, Service(*key, [])).tasks.append(task)
    return list(found.values())


def is_service(act: Act, task: UserTask) -> bool:
    """Whether a task belongs to a process beside the path's own steps that rests on a consent somewhere.

    That is what a person may decline, whether the path called it or a coordinator began it.
    """
    process = act.bundle.processes[task.process]
    beside = task.process != act.bundle.country.spine
    return beside and any("purpose" in element.expressions for element in process.elements.values())


def resting_on(act: Act, given: list[Consent]) -> list[Service]:
    """The services nobody has begun that have no ground left once these consents are taken back.

    Asked before the withdrawal as well, so that a page can say what it will stop.
    """
    if not given:
        return []
    purposes = {c.purpose for c in given}
    taken_back = [Consent(case_id=act.case.id, purpose=p, answer=ConsentAnswer.WITHDRAWN) for p in purposes]
    with act.supposing(taken_back):
        return [s for s in services(act) if not _has_begun(act, s) and _rests(act, s, purposes)]


def doubt(act: Act, kind: AlarmKind) -> None:
    """Not the coordinator says that something ends by the person's wish: others ask whether it is."""
    if not act.by.is_coordinator:
        alarms.call(act, kind, act.case.lead_agency_id)
        _ask_about_pressure(act)


def begin_open(session: Session, reference: str, by: Actor) -> Act:
    """Lock a case the actor may see, to enter what has happened to the person; refused where it is closed."""
    case = visibility.case(session, references.read(reference) or "", by=by)
    act = begin(session, case.id, by)
    if act.case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed. What happened since belongs to a new episode of the person.")
    return act


def _rests(act: Act, service: Service, purposes: set[str]) -> bool:
    rows = _rows(act, purposes)
    held = {
        handoff.consent_id for task in service.tasks for handoff in act.handoffs_of(task) if handoff.ended_at is None
    }
    return any(
        (task.purpose in purposes or held & rows)
        and consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent) is None
        for task in service.tasks
    )


def _has_begun(act: Act, service: Service) -> bool:
    if any(task.status is TaskStatus.CLAIMED for task in service.tasks):
        return True
    done = select(UserTask.id).where(
        UserTask.instance_id == service.instance_id,
        UserTask.scope == service.scope,
        UserTask.status == TaskStatus.DONE,
        UserTask.purpose != "",
    )
    return act.session.exec(done).first() is not None


def _leave(act: Act, service: Service) -> None:
    act.withdrawn = True
    instances.leave(act, act.session.get_one(ProcessInstance, service.instance_id), service.scope)
    act.withdrawn = False


def _tell_recipients(act: Act, given: list[Consent]) -> None:
    """Who has begun to work on the strength of a consent must stop using what it was given for it."""
    for handoff in _resting_handoffs(act, given):
        if handoff.receiver_id:
            alarms.call(act, AlarmKind.CONSENT_WITHDRAWN, handoff.receiver_id, handoff_id=handoff.id)


def _resting_handoffs(act: Act, given: list[Consent]) -> list[Handoff]:
    return list(act.session.exec(_resting(act, given).where(col(Handoff.state).in_(HELD_HANDOFF))).all())


def _resting(act: Act, given: list[Consent]) -> SelectOfScalar[Handoff]:
    rows = _rows(act, {consent.purpose for consent in given})
    query = select(Handoff).where(Handoff.case_id == act.case.id, col(Handoff.consent_id).in_(rows))
    return query.order_by(col(Handoff.id))


def _rows(act: Act, purposes: set[str]) -> set[str]:
    """Every time the person said something about these purposes: a handoff may rest on an earlier yes."""
    return {consent.id for consent in act.consents() if consent.purpose in purposes}


def _may_enter(act: Act, given: list[Consent]) -> bool:
    """The coordinator may; else whoever took every one of these consents and works on the strength of none."""
    if act.by.is_coordinator:
        return True
    if {consent.taken_at_id for consent in given} != {act.by.agency_id}:
        return False
    return all(handoff.receiver_id != act.by.agency_id for handoff in _resting_handoffs(act, given))


def _take_back(act: Act, given: list[Consent]) -> None:
    """What follows where the person no longer agrees: for what is not begun, for who has begun, and for the person."""
    for service in resting_on(act, given):
        _leave(act, service)
    _end_offers(act, given)
    _tell_recipients(act, given)
    if not act.by.is_coordinator:
        alarms.call(act, AlarmKind.WITHDRAWAL_REPORTED, act.case.lead_agency_id)
    _ask_about_pressure(act)


def _end_offers(act: Act, given: list[Consent]) -> None:
    """What was offered on these consents ends as the person's wish; what has another ground is offered on that."""
    query = _resting(act, given).where(col(Handoff.state).in_(PENDING_HANDOFF))
    ended = list(act.session.exec(query).all())
    act.withdrawn = True
    for handoff in ended:
        offers.end_pending(act, handoff)
    act.withdrawn = False
    for handoff in {(h.instance_id, h.scope, h.lane): h for h in ended}.values():
        if (waiting := offers.waiting(act, handoff)) is not None:
            offers.make(act, waiting)


def _ask_about_pressure(act: Act) -> None:
    """Somebody independent asks; while nobody has taken that up yet, nobody else is sent with the same question.

    The coordinator gives this, whoever acts: the agency that may have pressed her cannot see who asks, or recall it.
    """
    query = select(UserTask.id).where(
        UserTask.case_id == act.case.id,
        col(UserTask.process).in_([process.id for process in act.bundle.started_by(WITHDRAWN)]),
        UserTask.status == TaskStatus.AWAITING,
    )
    if act.session.exec(query).first() is None:
        act.given_by = act.case.lead_agency_id
        instances.send(act, WITHDRAWN, {})
        act.given_by = ""
