"""A step done again because its answers were corrected: the path goes back to it, or it is done beside the path."""

from dataclasses import dataclass

from sqlmodel import col, select

from . import answers, consents, drafts, instances, offers, participations
from .act import Act
from .errors import Conflict
from .models.cases import Participation
from .models.people import User
from .models.work import OPEN_TASK, ProcessInstance, UserTask
from .process.runtime import NullResult, PassedBy, Stalled, Step


@dataclass(frozen=True)
class Way:
    """How a step would be done again: on the path (`step`), where the tasks `ends` would end, or else beside it."""

    instance: ProcessInstance
    step: Step | None
    ends: list[UserTask]


def way(act: Act, task: UserTask) -> Way:
    """How this step can be done again; Conflict, with what to do instead, where it cannot.

    The path goes back to it where it still can and no help that has begun would end with it. A step of a called
    process can else be done again beside the path; what followed from it on the path is then left as it is.
    """
    instance = act.session.get_one(ProcessInstance, task.instance_id)
    try:
        if instance.ended_at is None:
            step = instances.foresee_reopening(act, instance, task)
            _check_begun(act, instance, step)
            return Way(instance, step, _tasks(act, step.closed))
    except (PassedBy, NullResult, Stalled) as refused:
        if instance.process == task.process:
            raise refused if isinstance(refused, PassedBy) else PassedBy() from refused
    if task.process == act.bundle.country.spine:
        raise PassedBy()
    return Way(instance, None, [])


def do(act: Act, task: UserTask) -> UserTask:
    """Do a step again. Whoever has its part now, or had it last, is asked again.

    Who answered it before begins with the answers as they stand now.
    """
    found, again_by = way(act, task), _again_by(act, task)
    act.staying = True
    if found.step is None:
        lanes = {} if participations.of_path(act, task.lane) else again_by
        instance = instances.start(act, task.process, inputs=task.inputs, lanes=lanes, at=task.element)
    else:
        instance = found.instance
        for scope in [opened.scope for opened in found.step.scopes_opened if opened.process == task.process]:
            for lane, agency_id in {} if _inherits(act, instance, task) else again_by.items():
                participations.join(act, instance.id, scope, lane, agency_id)
        instances.reopen(act, instance, found.step)
    again = _opened(act, instance, task)
    if again.holder_id == task.ended_by_agency_id:
        people = select(User.id).where(User.agency_id == again.holder_id, col(User.active).is_(True))
        drafts.fill_in(act, again, answers.of_task(act, task), act.session.exec(people).all())
    return again


def _check_begun(act: Act, instance: ProcessInstance, step: Step) -> None:
    """Nobody loses help that somebody has begun to give because an answer was wrong."""
    inherits = {e.calls for e in act.bundle.elements.values() if e.calls and e.inherits}
    for ended in step.scopes_ended:
        for present in act.participations():
            if (present.instance_id, present.scope) != (instance.id, ended.scope):
                continue
            if present.handoff_id or present.place_id or ended.process not in inherits:
                raise _Begun(
                    f"“{act.bundle.processes[ended.process].name}” has begun and would end. "
                    "Let it stand, and start the stage that is missing."
                )


class _Begun(PassedBy):
    """Help that somebody gives would end."""


def _again_by(act: Act, task: UserTask) -> dict[str, str]:
    """Who had this part last and may simply do it again: there is a ground, and nobody has to move or give a bed.

    Whoever leads the case does the coordinator's part.
    """
    query = select(Participation).where(
        Participation.instance_id == task.instance_id,
        Participation.scope == task.scope,
        Participation.lane == task.lane,
    )
    last = act.session.exec(query.order_by(col(Participation.since).desc())).first()
    there = act.agencies().get(last.agency_id) if last else None
    if task.lane == participations.COORDINATOR or there is None:
        return {}
    if not there.active or there.id not in act.staffed():
        return {}
    basis = consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent)
    moves = offers.needs_place(act, task) or bool(offers.journey_clock(act, task))
    return {task.lane: there.id} if basis is not None and basis.covers(there) and not moves else {}


def _inherits(act: Act, instance: ProcessInstance, task: UserTask) -> bool:
    """Whether the lane is filled from above when the call begins again."""
    calls = [e for e in act.bundle.processes[instance.process].elements.values() if e.calls == task.process]
    return any(call.inherits for call in calls) and bool(participations.above(act, instance, task.lane, ("",)))


def _tasks(act: Act, ids: list[str]) -> list[UserTask]:
    query = select(UserTask).where(col(UserTask.id).in_(ids)).order_by(col(UserTask.opened_at), UserTask.id)
    return list(act.session.exec(query).all()) if ids else []


def _opened(act: Act, instance: ProcessInstance, task: UserTask) -> UserTask:
    query = select(UserTask).where(
        UserTask.instance_id == instance.id,
        UserTask.element == task.element,
        UserTask.opened_at == act.at,
        col(UserTask.status).in_(OPEN_TASK),
    )
    found = act.session.exec(query).first()
    if found is None:
        raise Conflict()
    return found
