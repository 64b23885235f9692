"""Corrections: a completed form gets a new version with author and reason; the old one stays.

Agencies that were shown an old answer are told. Where a gateway was passed on it, the coordinator decides whether what
was decided stands, or the stage is done again beside the path.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from . import alarms, answers, instances
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .forms import Answers, validate
from .models.answers import Answer, Correction
from .models.cases import Participation
from .models.work import AlarmKind, Handoff, HandoffState, TaskStatus, UserTask
from .process.elements import Element

REASONS = ("typing_error", "misunderstood", "new_information", "wrong_person")
UNTOLD = (HandoffState.EXHAUSTED, HandoffState.DECLINED, HandoffState.EXPIRED)


class Verdict(StrEnum):
    """What the coordinator says about what was decided on an old answer."""

    OPEN = "open"
    STAND = "stand"
    REDO = "redo"


def correct(
    session: Session,
    task_id: str,
    raw: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    revision: int | None = None,
) -> Correction:
    """Correct the answers of a completed task. `raw` holds the whole form as it should be."""
    act, task = _done(session, task_id, by, revision)
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise Invalid(f"Choose why it is corrected: {known}.", fields={"reason": known})
    before = answers.of_task(act, task)
    old, new = _checked(act, task, before), _checked(act, task, raw)
    changed = sorted(n for n in old.values.keys() | new.values.keys() if old.values.get(n) != new.values.get(n))
    if not changed:
        raise Conflict("Nothing was changed.")
    _keep(act, task, new, changed)
    facts = {
        n: v for n, v in new.facts.items() if old.facts.get(n) != v and act.facts.get(n) == _kept(old.facts.get(n))
    }
    act.facts = act.facts | facts
    act.seal_facts()
    session.add(act.case)
    task.revision += 1
    session.add(task)
    act.record("task.corrected", task, element=task.element, fields=changed)
    gateways = _passed(act, set(facts))
    correction = Correction(
        case_id=act.case.id,
        task_id=task.id,
        fields=changed,
        gateways=gateways,
        reason=reason,
        corrected_by_id=by.user_id,
        corrected_at=act.at,
        verdict=Verdict.OPEN if gateways else "",
    )
    session.add(correction)
    act.record("correction.made", correction, element=task.element, fields=changed, gateways=gateways)
    _tell(act, task, changed)
    if gateways:
        alarms.call(act, AlarmKind.DECIDED_ON_OLD_ANSWER, act.case.lead_agency_id, task_id=task.id)
    return correction


def decide(session: Session, correction_id: str, verdict: Verdict, *, by: Actor) -> Correction:
    """The coordinator lets stand what was decided on the old answer, or has the stage done again beside the path."""
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
    alarms.settle(act, task.id)
    if verdict is Verdict.REDO:
        _redo(act, task)
    return found


def waiting(session: Session, case_id: str) -> list[Correction]:
    """The corrections of a case that wait for the coordinator."""
    query = select(Correction).where(Correction.case_id == case_id, Correction.verdict == Verdict.OPEN)
    return list(session.exec(query.order_by(col(Correction.corrected_at))).all())


def _done(session: Session, task_id: str, by: Actor, revision: int | None) -> tuple[Act, UserTask]:
    act = begin(session, select(UserTask.case_id).where(UserTask.id == task_id).scalar_subquery(), by)
    task = visibility.task(session, task_id, by=by)
    rules.check_revision(task, revision)
    if task.status is not TaskStatus.DONE:
        raise Conflict("Only a completed form can be corrected. This one can still be changed.")
    if task.ended_by_agency_id != by.agency_id and not by.is_coordinator:
        raise NotAllowed("Only the agency that completed this form, or the coordinator, can correct it.")
    act.cause = task
    return act, task


def _checked(act: Act, task: UserTask, raw: Mapping[str, Any]) -> Answers:
    today = act.at.astimezone(ZoneInfo(act.bundle.country.time_zone)).date()
    return validate(act.bundle.forms[task.form], raw, today=today, language=act.by.language)


def _keep(act: Act, task: UserTask, new: Answers, changed: list[str]) -> None:
    version = act.session.exec(select(func.max(Answer.version)).where(Answer.task_id == task.id)).one() or 1
    touched = {d: v for d, v in new.by_domain.items() if set(v) & set(changed)} or new.by_domain
    answers.keep(act, task, touched, version=version + 1, action="corrected")


def _kept(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


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
    """Who was shown an old answer must know."""
    paths = {f"{task.form}.{name}" for name in changed}
    query = select(Handoff).where(Handoff.case_id == act.case.id, col(Handoff.state).not_in(UNTOLD))
    told = {h.receiver_id for h in act.session.exec(query).all() if paths & set(h.shared)}
    for agency_id in sorted(a for a in told if a and a != act.by.agency_id):
        alarms.call(act, AlarmKind.ACTED_ON_OLD_ANSWER, agency_id)


def _redo(act: Act, task: UserTask) -> None:
    """Begin the task's process again beside the path, with the agencies that filled its lanes."""
    if task.process == act.bundle.country.spine:
        raise Conflict("A step of the path itself is not done again as a whole. Start the stage that must be repeated.")
    query = select(Participation).where(
        Participation.instance_id == task.instance_id, Participation.scope == task.scope
    )
    lanes = {p.lane: p.agency_id for p in act.session.exec(query.order_by(col(Participation.since))).all()}
    instances.start(act, task.process, inputs=task.inputs, lanes=lanes)
