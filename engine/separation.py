"""Separation of duties, as drawn: steps that another person, another agency, or somebody with no part must do."""

from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import select

from .act import Act
from .errors import NotAllowed
from .models.cases import Participation
from .models.work import TaskStatus, UserTask

PERSON, AGENCY, INDEPENDENT = "nrm:not_same_person_as", "nrm:not_same_agency_as", "nrm:independent"
_DONE = select(UserTask.ended_by_id, UserTask.ended_by_agency_id).where(
    UserTask.instance_id == bindparam("instance"),
    UserTask.element == bindparam("element"),
    UserTask.status == TaskStatus.DONE,
)


def excluded(act: Act, task: UserTask) -> set[str]:
    """The agencies that may not be asked to do a task."""
    independent = act.bundle.elements[task.element].properties.get(INDEPENDENT) == "yes"
    return did_before(act, task) | (_took_part(act) if independent else set())


def did_before(act: Act, task: UserTask) -> set[str]:
    """The agencies that did the step which another agency must follow."""
    return {agency_id for _, agency_id in _done(act, task, AGENCY) if agency_id}


def check(act: Act, task: UserTask) -> None:
    """Refuse who did the step that another one must follow: at claim and completion too, for lanes change hands."""
    check_person(act, task)
    check_agency(act, task)


def check_person(act: Act, task: UserTask) -> None:
    """Refuse the person who did the step that another person must follow."""
    if any(act.by.user_id == user_id for user_id, _ in _done(act, task, PERSON)):
        name = act.bundle.elements[act.bundle.elements[task.element].properties[PERSON]].name
        raise NotAllowed(f"You did “{name}” in this case; this step needs a second person.")


def check_agency(act: Act, task: UserTask) -> None:
    """Refuse the agency that did the step which another agency must follow."""
    if act.by.agency_id in did_before(act, task):
        raise NotAllowed("Your agency did the step that this one checks; another agency must do it. Hand it over.")


def _done(act: Act, task: UserTask, rule: str) -> Sequence[tuple[str | None, str | None]]:
    """Who did the step that this one must be kept apart from by a rule, each time: the person and the agency."""
    element = act.bundle.elements[task.element].properties.get(rule)
    if not element:
        return ()
    return act.session.exec(_DONE, params={"instance": task.instance_id, "element": element}).all()


def _took_part(act: Act) -> set[str]:
    """Every agency that has, or ever had, a part in this case."""
    query = select(Participation.agency_id).where(Participation.case_id == act.case.id).distinct()
    return {*act.session.exec(query).all(), act.case.opened_by_id, act.case.lead_agency_id}
