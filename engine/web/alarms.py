"""Alarms: what somebody must look at now."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import col, select

from .. import alarms, bundles
from ..access import visibility
from ..models.cases import Case
from ..models.people import Agency, User
from ..models.work import Alarm, UserTask
from . import heard
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()


@router.get("/alarms")
def show(desk: Reader) -> Response:
    """The alarms of this desk: those that wait, and those it has answered lately."""
    waiting, answered = alarms.waiting(desk.session, by=desk.by), alarms.answered(desk.session, by=desk.by)
    cases = _cases(desk, [*waiting, *answered])
    wanted = {a.task_id for a in waiting if a.task_id}
    query = select(UserTask).where(col(UserTask.id).in_(wanted))
    tasks = {t.id: t for t in desk.session.exec(query).all()} if wanted else {}
    visible = visibility.visible_cases(desk.by).where(col(Case.id).in_(cases))
    seen = {case.id for case in desk.session.exec(visible).all()} if cases else set()
    agency = desk.session.get_one(Agency, desk.by.agency_id)
    return desk.render(
        "alarms.html",
        alarms=[_waiting(desk, alarm, cases, tasks, seen, agency) for alarm in waiting],
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


def _waiting(
    desk: Desk, alarm: Alarm, cases: dict[str, Case], tasks: dict[str, UserTask], seen: set[str], agency: Agency
) -> dict[str, Any]:
    case = cases[alarm.case_id]
    words = Words(bundles.load(desk.session, case.bundle_id), desk.t)
    task = tasks.get(alarm.task_id or "")
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "reference": case.reference,
        "case_href": f"/cases/{case.reference}" if case.id in seen else None,
        "task_name": words.task(task) if task else "",
        "raised_at": alarm.raised_at,
        "repeats": alarm.repeats,
        "to": agency.name,
        "phone": agency.phone,
        "mine": True,
    }


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
