"""Separation of duties, as drawn: steps that another person, another agency, or somebody with no part must do."""

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from .act import Act
from .errors import NotAllowed
from .models.cases import Participation
from .models.work import TaskStatus, UserTask

PERSON, AGENCY, INDEPENDENT = "nrm:not_same_person_as", "nrm:not_same_agency_as", "nrm:independent"


def excluded(act: Act, task: UserTask) -> set[str]:
    """The agencies that may not be asked to do a task."""
    independent = act.bundle.elements[task.element].properties.get(INDEPENDENT) == "yes"
    return did_before(act, task) | (_took_part(act) if independent else set())


def did_before(act: Act, task: UserTask) -> set[str]:
    """The agencies that did the step which another agency must follow."""
    query = select(UserTask.ended_by_agency_id)
    done = _step(act, task, AGENCY)
    return {found for found in act.session.exec(query.where(*done)).all() if found} if done else set()


def check(act: Act, task: UserTask) -> None:
    """Refuse who did the step that another one must follow: at claim and completion too, for lanes change hands."""
    check_person(act, task)
    check_agency(act, task)


def check_person(act: Act, task: UserTask) -> None:
    """Refuse the person who did the step that another person must follow."""
    done = _step(act, task, PERSON)
    if done and act.by.user_id in act.session.exec(select(UserTask.ended_by_id).where(*done)).all():
        name = act.bundle.elements[act.bundle.elements[task.element].properties[PERSON]].name
        raise NotAllowed(f"You did “{name}” in this case; this step needs a second person.")


def check_agency(act: Act, task: UserTask) -> None:
    """Refuse the agency that did the step which another agency must follow."""
    if act.by.agency_id in did_before(act, task):
        raise NotAllowed("Your agency did the step that this one checks; another agency must do it. Hand it over.")


def _step(act: Act, task: UserTask, rule: str) -> list[ColumnElement[bool]]:
    """Which tasks this one must be kept apart from by a rule; empty where the drawing has no such rule."""
    element = act.bundle.elements[task.element].properties.get(rule)
    if not element:
        return []
    return [
        col(UserTask.instance_id) == task.instance_id,
        col(UserTask.element) == element,
        col(UserTask.status) == TaskStatus.DONE,
    ]


def _took_part(act: Act) -> set[str]:
    """Every agency that has, or ever had, a part in this case."""
    query = select(Participation.agency_id).where(Participation.case_id == act.case.id).distinct()
    return {*act.session.exec(query).all(), act.case.opened_by_id, act.case.lead_agency_id}
