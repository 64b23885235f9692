"""What an agency without an account says of an alarm, an entry made for it or a clock, as somebody heard it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import alarms, cases, deadlines, relays, voices
from ..errors import Invalid, NotFound
from ..models.cases import Channel, Relay, RelayState
from ..models.work import Alarm, Deadline, UserTask
from . import bends
from .behalf import SAID, heard
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()
Shown = Callable[[Desk, dict[str, str]], Response]


@router.get("/alarms/{alarm_id}/relay")
def carry(alarm_id: str, desk: Reader) -> Response:
    """An alarm of an agency without an account: call it, then enter who there acts on it."""
    return _alarm(desk, _carried(desk, alarm_id), {})


@router.post("/alarms/{alarm_id}/relay")
def carried(alarm_id: str, desk: Writer) -> Response:
    """The agency acts on it."""
    alarm = _carried(desk, alarm_id)

    def do() -> str:
        by = relays.alarmed_as(desk.session, alarm_id, heard(desk), by=desk.by)
        alarms.acknowledge(desk.session, alarm_id, by=by)
        return "/alarms?done=relayed"

    return _once(desk, do, lambda d, errors: _alarm(d, alarm, errors))


@router.get("/relays/{relay_id}/relay")
def ask(relay_id: str, desk: Reader) -> Response:
    """Was it so, what another desk entered for this agency?"""
    return _relay(desk, _unsettled(desk, relay_id), {})


@router.post("/relays/{relay_id}/relay")
def settle(relay_id: str, desk: Writer) -> Response:
    """The agency confirms or disputes it."""
    relay = _unsettled(desk, relay_id)

    def do() -> str:
        if desk.text("state") not in (RelayState.CONFIRMED, RelayState.DISPUTED):
            raise Invalid(fields={"state": desk.t.plain("choose.one")})
        by = voices.settling_as(desk.session, relay_id, heard(desk), by=desk.by)
        relays.settle(desk.session, relay_id, RelayState(desk.text("state")), by=by)
        return "/alarms?done=settled"

    return _once(desk, do, lambda d, errors: _relay(d, relay, errors))


@router.get("/tasks/{task_id}/relay/extension")
def need(task_id: str, desk: Reader) -> Response:
    """Does the agency say that its duty needs more time?"""
    return _clock(desk, relays.task_of(desk.session, task_id, by=desk.by), {})


@router.post("/tasks/{task_id}/relay/extension")
def extend(task_id: str, desk: Writer) -> Response:
    """The agency gives its duty more time."""
    task = relays.task_of(desk.session, task_id, by=desk.by)
    row, most = clock_of(desk, task)

    def do() -> str:
        days = desk.text("days")
        number = int(days) if days.isdecimal() and len(days) < 5 else 0
        wrong = {
            "reason": "" if desk.text("reason") in deadlines.REASONS else desk.t.plain("choose.one"),
            "days": "" if 1 <= number <= most else desk.t.plain("choose.days", most=most),
        }
        if missing := {name: text for name, text in wrong.items() if text}:
            raise Invalid(fields=missing)
        by = voices.extending_as(desk.session, row.id, heard(desk), by=desk.by)
        cases.extend(desk.session, row.id, days=number, reason=desk.text("reason"), by=by)
        return "/worklist?done=extended"

    return _once(desk, do, lambda d, errors: _clock(d, task, errors))


def clock_of(desk: Desk, task: UserTask) -> tuple[Deadline, int]:
    """The clock that the agency which holds a task may extend itself, and by how many days; NotFound for none."""
    act = acts.look(desk.session, task.case_id, desk.by)
    row = bends.clock_to_extend(act, task)
    if row is None or not act.bundle.clocks[row.clock].holder_extends:
        raise NotFound()
    act.by = relays.as_agency(act.agency(task.holder_id or ""), desk.by)
    return row, deadlines.longest(act, row)


def carried_list(desk: Desk) -> list[dict[str, Any]]:
    """For the page of alarms: those to be brought to an agency."""
    return [
        _line(desk, row.case_id, row.to_id) | {"id": row.id, "kind": row.kind, "raised_at": row.raised_at}
        for row in alarms.to_carry(desk.session, by=desk.by)
    ]


def unsettled_list(desk: Desk) -> list[dict[str, Any]]:
    """For the page of alarms: what such agencies may yet confirm."""
    return [
        _line(desk, row.case_id, row.agency_id, row.about) | {"id": row.id, "happened_at": row.happened_at}
        for row in voices.unsettled(desk.session, by=desk.by)
    ]


def _line(desk: Desk, case_id: str, agency_id: str, about: str = "") -> dict[str, Any]:
    act = acts.look(desk.session, case_id, desk.by)
    agency = act.agency(agency_id)
    event = f"change.{about}.title"
    what = desk.t(event) if desk.t.knows(event) else Words(act.bundle, desk.t).element(about) if about else ""
    phone = ", ".join(part for part in (agency.phone, agency.hours) if part)
    return {"reference": act.case.reference, "agency": agency.name, "phone": phone, "what": what}


def _carried(desk: Desk, alarm_id: str) -> Alarm:
    found = [alarm for alarm in alarms.to_carry(desk.session, by=desk.by) if alarm.id == alarm_id]
    if not found:
        raise NotFound()
    return found[0]


def _unsettled(desk: Desk, relay_id: str) -> Relay:
    found = [relay for relay in voices.unsettled(desk.session, by=desk.by) if relay.id == relay_id]
    if not found:
        raise NotFound()
    return found[0]


def _once(desk: Desk, do: Callable[[], str], page: Shown) -> Response:
    """Do it once; a field that is wrong is named on the page. That is found before anything is entered."""
    try:
        return desk.once(do)
    except Invalid as refused:
        return page(desk, desk.t.said_all(refused.fields, refused.message))


def _alarm(desk: Desk, alarm: Alarm, errors: dict[str, str]) -> Response:
    about = _line(desk, alarm.case_id, alarm.to_id)
    title, action = desk.t.code("alarm", alarm.kind), f"/alarms/{alarm.id}/relay"
    return _page(desk, about, errors, title=title, action=action, button=desk.t("alarm.acknowledged_there"))


def _relay(desk: Desk, relay: Relay, errors: dict[str, str]) -> Response:
    about = _line(desk, relay.case_id, relay.agency_id, relay.about)
    states = (RelayState.CONFIRMED, RelayState.DISPUTED)
    return _page(
        desk, about, errors, title=desk.t("relay.settle_title"), action=f"/relays/{relay.id}/relay",
        button=desk.t("relay.send"), choice={"name": "state", "family": "relay.state", "codes": states},
    )  # fmt: skip


def _clock(desk: Desk, task: UserTask, errors: dict[str, str]) -> Response:
    _, most = clock_of(desk, task)
    about = _line(desk, task.case_id, task.holder_id or "", task.element)
    return _page(
        desk, about, errors, title=desk.t("extension.title"), action=f"/tasks/{task.id}/relay/extension",
        button=desk.t("extension.button"), days=desk.text("days") or str(most),
        choice={"name": "reason", "family": "extend", "codes": deadlines.REASONS},
    )  # fmt: skip


def _page(
    desk: Desk,
    about: dict[str, Any],
    errors: dict[str, str],
    *,
    title: Any,
    action: str,
    button: Any,
    choice: dict[str, Any] | None = None,
    days: str | None = None,
) -> Response:
    return desk.render(
        "heard.html",
        status=422 if errors else 200,
        about=about,
        title=title,
        action=action,
        button=button,
        choice=choice,
        days=days,
        channels=list(Channel),
        values={name: desk.text(name) for name in (*SAID, choice["name"] if choice else "state")},
        errors=errors,
    )
