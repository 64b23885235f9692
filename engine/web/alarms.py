"""Alarms: what somebody must look at now."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import col, select

from .. import alarms, bundles
from ..access import visibility
from ..models.cases import Case
from ..models.people import Agency, User
from ..models.work import OPEN_TASK, Alarm, UserTask
from . import heard
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()


@router.get("/alarms")
def show(desk: Reader) -> Response:
    """The alarms of this desk: those that wait, and those it has answered lately."""
    waiting, answered = alarms.waiting(desk.session, by=desk.by), alarms.answered(desk.session, by=desk.by)
    cases = _cases(desk, [*waiting, *answered])
    about = _about(desk, waiting, cases)
    return desk.render(
        "alarms.html",
        alarms=[_waiting(desk, alarm, cases, about) for alarm in waiting],
        settled=_settled(desk, answered, cases),
        carried=heard.carried_list(desk),
        unsettled=heard.unsettled_list(desk),
    )


@router.post("/alarms/{alarm_id}/acknowledgement")
def acknowledge(alarm_id: str, desk: Writer) -> Response:
    """This desk has seen it and acts on it."""

    def do() -> str:
        alarms.acknowledge(desk.session, alarm_id, by=desk.by)
        return "/alarms?done=acknowledged"

    return desk.once(do)


def _cases(desk: Desk, rows: list[Alarm]) -> dict[str, Case]:
    wanted = {alarm.case_id for alarm in rows}
    query = select(Case).where(col(Case.id).in_(wanted))
    return {case.id: case for case in desk.session.exec(query).all()} if wanted else {}


@dataclass(frozen=True)
class _About:
    """What alarms are told with, looked up at once. `agencies` may be read by whoever steers; `seen` are cases."""

    tasks: dict[str, UserTask]
    seen: set[str]
    agencies: dict[str, Agency]


def _about(desk: Desk, rows: list[Alarm], cases: dict[str, Case]) -> _About:
    wanted = {alarm.task_id for alarm in rows if alarm.task_id}
    query = select(UserTask).where(col(UserTask.id).in_(wanted))
    tasks = {t.id: t for t in desk.session.exec(query).all()} if wanted else {}
    visible = visibility.visible_cases(desk.by).where(col(Case.id).in_(cases))
    seen = {case.id for case in desk.session.exec(visible).all()} if cases else set()
    known = [task for task in tasks.values() if desk.by.is_coordinator and task.case_id in seen]
    involved = {agency_id for task in known for agency_id in (task.holder_id, task.accountable_id) if agency_id}
    held = select(Agency).where(col(Agency.id).in_(involved))
    agencies = {agency.id: agency for agency in desk.session.exec(held).all()} if involved else {}
    return _About(tasks, seen, agencies)


def _waiting(desk: Desk, alarm: Alarm, cases: dict[str, Case], about: _About) -> dict[str, Any]:
    case, task = cases[alarm.case_id], about.tasks.get(alarm.task_id or "")
    words = Words(bundles.load(desk.session, case.bundle_id), desk.t)
    own = task is not None and task.status in OPEN_TASK and desk.by.agency_id in (task.holder_id, task.accountable_id)
    steers = case.id in about.seen and desk.by.is_coordinator
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "reference": case.reference,
        "case_href": f"/cases/{case.reference}" if case.id in about.seen else None,
        "task_name": words.task(task) if task else "",
        "task_href": f"/tasks/{task.id}" if task and (own or steers) else None,
        "own": own,
        "calls": _calls(desk, task, about) if task else [],
        "raised_at": alarm.raised_at,
        "repeats": alarm.repeats,
        "mine": True,
    }


def _calls(desk: Desk, task: UserTask, about: _About) -> list[dict[str, str]]:
    """Who answers for the duty, and who has accepted it; nobody calls themselves."""
    wanted = dict.fromkeys(one for one in (task.accountable_id, task.holder_id) if one != desk.by.agency_id)
    found = [about.agencies[agency_id] for agency_id in wanted if agency_id in about.agencies]
    return [{"name": agency.name, "phone": agency.phone, "hours": agency.hours} for agency in found]


def _settled(desk: Desk, rows: list[Alarm], cases: dict[str, Case]) -> list[dict[str, Any]]:
    people = {a.acknowledged_by_id for a in rows if a.acknowledged_by_id}
    query = select(User).where(col(User.id).in_(people))
    names = {user.id: user.name for user in desk.session.exec(query).all()} if people else {}
    return [
        {
            "kind": alarm.kind,
            "reference": cases[alarm.case_id].reference,
            "raised_at": alarm.raised_at,
            "acknowledged_at": alarm.acknowledged_at,
            "by": names.get(alarm.acknowledged_by_id or "", ""),
        }
        for alarm in rows
    ]
