"""Corrections: a completed form gets a new version with author and reason; the old one stays.

Agencies that were shown an old answer are told. Where a gateway was passed on it, the coordinator decides whether what
was decided stands, or the step is done again and the path goes on from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, func, select

from . import alarms, answers, consents, repeats, withdrawals
from .access import rules, visibility
from .act import Act, begin, begin_task
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .forms import Answers, FormDefinition, Question, validate
from .models.answers import Answer, Correction
from .models.cases import CaseStatus, ConsentAnswer
from .models.work import OPEN_TASK, AlarmKind, Handoff, HandoffState, TaskStatus, UserTask
from .process.elements import Element

REASONS = ("typing_error", "misunderstood", "new_information", "wrong_person")
WORKED = (HandoffState.ACCEPTED, HandoffState.IN_WORK, HandoffState.DONE, HandoffState.PARTLY_DONE, HandoffState.FAILED)


class Verdict(StrEnum):
    """What the coordinator says about what was decided on an old answer."""

    OPEN = "open"
    STAND = "stand"
    REDO = "redo"


@dataclass(frozen=True)
class Version:
    """A completed form as it stood from a moment on. `changed` names what differs from the version before."""

    number: int
    since: datetime
    reason: str
    values: dict[str, Any]
    changed: list[str]


def correct(
    session: Session,
    task_id: str,
    raw: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    revision: int | None = None,
) -> Correction:
    """Correct the answers of a completed task. `raw` holds the whole form as it should be, as far as one may see it."""
    act, task = _done(session, task_id, by, revision)
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise Invalid(f"Choose why it is corrected: {known}.", fields={"reason": known})
    before = answers.of_task(act, task)
    old, new = _as_kept(act, task, before), _checked(act, task, _whole(act, task, before, raw))
    changed = _differing(old.values, new.values)
    if not changed:
        raise Conflict("Nothing was changed.")
    _check_interpreter(act, task, changed, new)
    _keep(act, task, old, new)
    facts = {n: v for n, v in new.facts.items() if old.facts.get(n) != v and _still(act, n, old)}
    act.facts = act.facts | facts
    act.seal_facts()
    session.add(act.case)
    _say_consents(act, task, old, new)
    task.revision += 1
    session.add(task)
    act.record("task.corrected", task, element=task.element, fields=changed)
    correction = _written(act, task, changed, _passed(act, set(facts)), reason)
    _tell(act, task, changed)
    return correction


def decide(session: Session, correction_id: str, verdict: Verdict, *, by: Actor) -> Correction:
    """The coordinator lets stand what was decided on the old answer, or has the step done again and decided anew."""
    found = session.get(Correction, correction_id)
    if found is None:
        raise NotFound()
    act = begin(session, found.case_id, by)
    task = visibility.task(session, found.task_id, by=by)
    rules.check_coordinate(by, act.case)
    session.refresh(found)
    if found.verdict != Verdict.OPEN or verdict is Verdict.OPEN:
        raise Conflict("There is nothing to decide here any more.")
    found.verdict, found.decided_at, found.decided_by_id = verdict, act.at, by.user_id
    session.add(found)
    act.record(f"correction.{verdict}", found, element=task.element)
    if not any(other.task_id == task.id for other in waiting(session, act.case.id)):
        alarms.settle(act, task.id, AlarmKind.DECIDED_ON_OLD_ANSWER)
    if verdict is Verdict.REDO:
        repeats.do(act, task)
    return found


def waiting(session: Session, case_id: str) -> list[Correction]:
    """The corrections of a case that wait for the coordinator."""
    query = select(Correction).where(Correction.case_id == case_id, Correction.verdict == Verdict.OPEN)
    return list(session.exec(query.order_by(col(Correction.corrected_at))).all())


def redo(act: Act, task: UserTask) -> repeats.Way | Conflict:
    """How a step would be done again, so that it can be said before; or why it cannot be, and what to do instead."""
    try:
        return repeats.way(act, task)
    except Conflict as refused:
        return refused


def versions(act: Act, task: UserTask) -> list[Version]:
    """A completed form in all its versions, the newest first, cut to what the actor may see of it."""
    check_see(act, task)
    query = select(Answer).where(Answer.task_id == task.id).order_by(col(Answer.version), col(Answer.id))
    rows = list(act.session.exec(query).all())
    if not rows:
        raise NotFound()
    reasons = _reasons(act, task)
    shown = {question.name for question in seen(act, task)}
    found: list[Version] = []
    for number in sorted({row.version for row in rows}):
        upto = answers.newest(row for row in rows if row.version <= number)
        values = {n: v for row in upto for n, v in answers.read(act, row).items() if n in shown}
        changed = _differing(found[-1].values, values) if found else []
        since = next(row.entered_at for row in rows if row.version == number)
        found.append(Version(number, since, reasons.get(number, ""), values, changed))
    return found[::-1]


def seen(act: Act, task: UserTask) -> list[Question]:
    """The questions whose answers the actor may see: of a form of its own all, of another's by its role's domains."""
    stored = act.bundle.forms[task.form].stored
    if task.ended_by_agency_id == act.by.agency_id:
        return list(stored)
    allowed = {domain for role in act.by.roles if role in _roles(act) for domain in _roles(act)[role].domains}
    return [question for question in stored if question.domain in allowed]


def check_see(act: Act, task: UserTask) -> None:
    """Who completed a form sees it while the case is open, and the coordinator what its role may see."""
    if task.status is not TaskStatus.DONE:
        raise Conflict("Only a completed form can be corrected. This one can still be changed.")
    if act.by.is_coordinator:
        return
    if task.ended_by_agency_id != act.by.agency_id:
        raise NotAllowed("Only the agency that completed this form, or the coordinator, can correct it.")
    if act.case.status is not CaseStatus.OPEN:
        raise NotAllowed("This case is closed. The coordinator can still see and correct this form.")


def as_of(act: Act, task: UserTask) -> date:
    """The day a completed form is checked against: a date that was right then is not wrong because time went by."""
    return act.bundle.country.day(task.ended_at or act.at)


def form_of(act: Act, task: UserTask) -> FormDefinition:
    """The form of a task, of the law the case runs under."""
    return act.bundle.forms[task.form]


def _roles(act: Act) -> Mapping[str, Any]:
    return act.bundle.country.roles


def _done(session: Session, task_id: str, by: Actor, revision: int | None) -> tuple[Act, UserTask]:
    act = begin_task(session, task_id, by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    check_see(act, task)
    act.cause = task
    return act, task


def _whole(act: Act, task: UserTask, before: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it should be: what the actor may not see of it stays as it was, and cannot be sent."""
    shown = {question.name for question in seen(act, task)}
    hidden = {question.name for question in form_of(act, task).stored} - shown
    if strangers := sorted(hidden & set(raw)):
        raise Invalid(fields=dict.fromkeys(strangers, "Your role does not see this answer, so it cannot correct it."))
    return {name: value for name, value in before.items() if name in hidden} | dict(raw)


def _checked(act: Act, task: UserTask, raw: Mapping[str, Any]) -> Answers:
    return validate(form_of(act, task), raw, today=as_of(act, task), language=act.by.language)


def _as_kept(act: Act, task: UserTask, before: Mapping[str, Any]) -> Answers:
    """What was kept, read again; where the form would refuse it now, as it stands."""
    try:
        return _checked(act, task, before)
    except Invalid:
        return validate(form_of(act, task), before, today=as_of(act, task), language="en", partial=True)


def _check_interpreter(act: Act, task: UserTask, changed: list[str], new: Answers) -> None:
    """A correction of what the person agreed to, or of how it was said, names an interpreter as the form did."""
    properties = act.bundle.elements[task.element].properties
    asked = {question.name for question in form_of(act, task).stored if question.consent}
    if set(changed) & {*asked, properties.get("nrm:interpreter"), properties.get("nrm:language")}:
        consents.check_interpreter(act, task, new.values)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _keep(act: Act, task: UserTask, old: Answers, new: Answers) -> None:
    """A new version of every domain in which something differs, an emptied one included."""
    version = act.session.exec(select(func.max(Answer.version)).where(Answer.task_id == task.id)).one() or 1
    domains = sorted(old.by_domain.keys() | new.by_domain.keys())
    touched = {d: new.by_domain.get(d, {}) for d in domains if old.by_domain.get(d, {}) != new.by_domain.get(d, {})}
    answers.keep(act, task, touched, version=version + 1, action="corrected")


def _still(act: Act, name: str, old: Answers) -> bool:
    """Whether a fact still is what this form made it: what was found out since is not overwritten."""
    was = old.facts.get(name)
    initial = act.bundle.facts[name].initial
    return bool(act.facts.get(name) == (initial if was is None else act.bundle.facts[name].read(was)))


def _say_consents(act: Act, task: UserTask, old: Answers, new: Answers) -> None:
    """What the form says of consents now. What is no yes any longer is taken back with all that follows.

    Where something was said since, or the agency works on the strength of it, a no is a report: the coordinator asks.
    """
    before, after = dict(old.consents), dict(new.consents)
    for purpose in sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p)):
        answer, now = after.get(purpose), consents.newest(act, purpose)
        given = [now] if now is not None and now.answer is ConsentAnswer.GIVEN else []
        latest = now is None or now.task_id == task.id
        if given and answer != ConsentAnswer.GIVEN and not (latest and withdrawals.may_enter(act, given)):
            withdrawals.report(act, purpose)
        elif latest and (answer or given):
            withdrawals.hear(act, task, purpose, ConsentAnswer(answer or ConsentAnswer.WITHDRAWN))


def _written(act: Act, task: UserTask, changed: list[str], gateways: list[str], reason: str) -> Correction:
    undecided = bool(gateways) and act.case.status is CaseStatus.OPEN
    correction = Correction(
        case_id=act.case.id,
        task_id=task.id,
        fields=changed,
        gateways=gateways,
        reason=reason,
        corrected_by_id=act.by.user_id,
        corrected_at=act.at,
        verdict=Verdict.OPEN if undecided else "",
    )
    act.session.add(correction)
    act.record("correction.made", correction, element=task.element, fields=changed, gateways=gateways, reason=reason)
    if undecided:
        alarms.call(act, AlarmKind.DECIDED_ON_OLD_ANSWER, act.case.lead_agency_id, task_id=task.id)
    return correction


def _reasons(act: Act, task: UserTask) -> dict[int, str]:
    """Why each version after the first was made."""
    query = select(Correction).where(Correction.task_id == task.id).order_by(col(Correction.corrected_at))
    return {number: row.reason for number, row in enumerate(act.session.exec(query).all(), 2)}


def _passed(act: Act, facts: set[str]) -> list[str]:
    """The gateways and tables that ask about these facts, in processes of which this case has already done a task."""
    if not facts:
        return []
    query = select(UserTask.process).where(UserTask.case_id == act.case.id, UserTask.status == TaskStatus.DONE)
    begun = set(act.session.exec(query.distinct()).all())
    return sorted(e.id for e in act.bundle.elements.values() if e.process in begun and _asks(act, e, facts))


def _asks(act: Act, element: Element, facts: set[str]) -> bool:
    """Whether a gateway or a decision table asks about one of these facts."""
    if element.decision and facts & set(act.bundle.decisions[element.decision].names):
        return True
    conditions = (e for site, e in element.expressions.items() if site.startswith("condition:"))
    return any(facts & set(condition.names) for condition in conditions)


def _tell(act: Act, task: UserTask, changed: list[str]) -> None:
    """Who was shown an old answer must know: receivers of a handoff that shared it, and holders of a task with it."""
    paths = {(task.form, name) for name in changed}
    query = select(Handoff).where(Handoff.case_id == act.case.id, col(Handoff.state).in_(WORKED))
    given = {".".join(path) for path in paths}
    told = {h.receiver_id for h in act.session.exec(query).all() if given & set(h.shared)}
    held = select(UserTask).where(
        UserTask.case_id == act.case.id, col(UserTask.status).in_((*OPEN_TASK, TaskStatus.DONE))
    )
    for other in act.session.exec(held).all():
        if other.id != task.id and paths & set(act.bundle.forms[other.form].borrowed):
            told.add(other.holder_id)
    for agency_id in sorted(a for a in told if a and a != act.by.agency_id):
        alarms.call(act, AlarmKind.ACTED_ON_OLD_ANSWER, agency_id, task_id=task.id)
