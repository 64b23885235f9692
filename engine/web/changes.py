"""What happened to the person: changed her mind, declined, left, is missing, in danger, has died; or a mistake."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import col, select

from .. import act as acts
from .. import cases, changes, consents, voices, withdrawals
from ..access import rules, visibility
from ..act import Act
from ..actor import Actor
from ..errors import Conflict, Invalid
from ..models.cases import CaseStatus, Channel
from ..models.work import OPEN_TASK, UserTask
from . import behalf, bends
from .desk import Desk, Reader, Writer, store
from .words import Words

router = APIRouter()
WHOLE = ("left", "missing", "danger", "died")  # what is said of the person, with nothing to choose
VERBS: dict[str, Callable[..., bool | None]] = {
    "left": changes.leave,
    "missing": changes.missing,
    "danger": changes.danger,
    "died": changes.died,
}
TYPED = (*behalf.SAID, "_happened_at")
BEGINS = {"missing": changes.MISSING, "danger": changes.DANGER}


class Unsaid(Exception):
    """What was said could not be entered: the page is shown again with everything typed, and nothing has happened."""

    def __init__(self, refused: Invalid, reference: str, about: str) -> None:
        self.refused = refused
        self.reference = reference
        self.about = about
        super().__init__(refused.message)


@router.get("/cases/{reference}/changes")
def show(reference: str, desk: Reader, agency: str = "") -> Response:
    """What one can say here, each with what it will start and stop; with `agency`, what that agency says."""
    return _page(desk, reference, agency)


@router.post("/cases/{reference}/withdrawal")
def withdraw(reference: str, desk: Writer) -> Response:
    """The person takes a consent back, or all of them."""

    def do(by: Actor) -> str:
        rows = withdrawals.withdraw(desk.session, reference, desk.text("purpose"), by=by)
        return back(desk, reference, "withdrawn" if rows else "reported")

    return say(desk, reference, "withdraw", do, needs={"purpose": bool(desk.text("purpose"))})


@router.post("/cases/{reference}/waiver")
def decline(reference: str, desk: Writer) -> Response:
    """The person does not want one of the services."""

    def do(by: Actor) -> str:
        withdrawals.decline_service(desk.session, desk.text("service"), by=by)
        return back(desk, reference, "changed")

    return say(desk, reference, "decline", do, needs={"service": bool(desk.text("service"))})


@router.post("/cases/{reference}/mistake")
def mistake(reference: str, desk: Writer) -> Response:
    """This case should not exist."""

    def do(by: Actor) -> str:
        changes.opened_in_error(desk.session, reference, reason=desk.text("reason"), by=by)
        return back(desk, reference, "changed")

    return say(desk, reference, "mistake", do, needs={"reason": desk.text("reason") in changes.MISTAKES})


@router.post("/cases/{reference}/changes/{what}")
def happened(reference: str, what: str, desk: Writer) -> Response:
    """The person left, is missing, is in danger, or has died."""
    if what not in VERBS:
        return _page(desk, reference, status=404)

    def do(by: Actor) -> str:
        reported = VERBS[what](desk.session, reference, by=by) is False
        return back(desk, reference, "reported" if reported else "changed")

    return say(desk, reference, what, do)


def say(
    desk: Desk, reference: str, about: str, do: Callable[[Actor], str], *, needs: Mapping[str, bool] | None = None
) -> Response:
    """Enter what somebody says of the person: who, and when, is on the form with it."""
    case_id = cases.read(desk.session, reference, by=desk.by).case.id
    try:
        if missing := [name for name, given in (needs or {}).items() if not given]:
            raise Invalid(fields=dict.fromkeys(missing, desk.t.plain("choose.one")))
        return desk.once(lambda: do(behalf.reporting(desk, case_id, about)))
    except Invalid as refused:
        raise Unsaid(refused, reference, about) from refused


def again(request: Request, unsaid: Unsaid) -> Response:
    """The page once more, with what was typed and what is wrong. What was done has been undone."""
    by, row = request.state.signed_in
    with store(request).reading() as session:
        desk = Desk(request, session, by, row, request.state.form)
        told = desk.t.said_all(unsaid.refused.fields, unsaid.refused.message)
        errors = {f"{name}-{unsaid.about}" if name in TYPED else name: text for name, text in told.items()}
        return _page(desk, unsaid.reference, desk.text("_for"), said=unsaid.about, errors=errors, status=422)


def back(desk: Desk, reference: str, done: str) -> str:
    """To the case, or to the worklist where the case is no longer this agency's."""
    desk.session.flush()
    seen = rules.can(bends.look_for, desk, reference)
    return f"/cases/{reference}?done={done}" if seen else f"/worklist?done={done}"


def _page(
    desk: Desk,
    reference: str,
    agency: str = "",
    *,
    said: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    act = cases.read(desk.session, reference, by=desk.by)
    if act.case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed. What happened since belongs to a new episode of the person.")
    speaker = voices.voice(desk.session, act.case.id, agency, by=desk.by) if agency else None
    others = [] if speaker else voices.heard_from(desk.session, act.case.id, by=desk.by)
    act = acts.look(desk.session, act.case.id, speaker or desk.by)
    words = Words(act.bundle, desk.t)
    return desk.render(
        "case_changes.html",
        status=status,
        case={"reference": act.case.reference},
        withdrawals=_withdrawals(act, words),
        services=_services(act, words),
        consents=_consents(act, words),
        events=[_event(act, words, what) for what in WHOLE],
        mistakes=list(changes.MISTAKES) if rules.can(rules.check_coordinate, act.by, act.case) else [],
        speaker={"id": agency, "name": speaker.agency_name} if speaker else None,
        others=[{"id": one.id, "name": one.name} for one in others],
        said=said,
        interpreter=desk.text("interpreter"),
        values={name: desk.text(name) for name in TYPED},
        blank=dict.fromkeys(TYPED, ""),
        channels=list(Channel),
        errors=errors or {},
    )


def _consents(act: Act, words: Words) -> dict[str, Any] | None:
    """What may be entered of a purpose here: a consent that is taken back has a form of its own."""
    engaged = {present.agency_id for present in act.participations()}
    if not rules.can(rules.check_consent, act.by, act.case, engaged):
        return None
    purposes = [{"code": code, "name": words.purpose(code)} for code in act.bundle.country.purposes]
    return {"purposes": purposes, "answers": list(consents.ANSWERS)}


def _withdrawals(act: Act, words: Words) -> list[dict[str, Any]]:
    """Every purpose the person may speak of; what each stops is said to who may enter it, others only report."""
    given = {c.purpose: c for c in withdrawals.given_now(act)}
    may = {c.purpose for c in withdrawals.may_enter(act, given.values())}
    shown = [p for p in act.bundle.country.purposes if p in given or not act.by.is_coordinator]
    rows = [
        {
            "code": purpose,
            "name": words.purpose(purpose),
            "enters": purpose in may,
            "stops": _stops(act, words, [given[purpose]]) if purpose in may else [],
        }
        for purpose in shown
    ]
    everything = bool(given) and len(withdrawals.may_enter(act, given.values())) == len(given)
    enters = act.by.is_coordinator or everything
    last = {
        "code": withdrawals.EVERYTHING,
        "name": words.t("change.everything"),
        "enters": enters,
        "stops": _stops(act, words, list(given.values())) if enters else [],
    }
    return [*rows, last] if rows else []


def _stops(act: Act, words: Words, given: list[Any]) -> list[str]:
    """What ends, by name; an agency does not learn from this what others do."""
    if not act.by.is_coordinator:
        return [str(words.t("change.stops_unbegun"))]
    return _names(words, (task for service in withdrawals.resting_on(act, given) for task in service.tasks))


def _services(act: Act, words: Words) -> list[dict[str, Any]]:
    """The services the person may not want: for the coordinator all, for an agency those on its own desk."""
    found = []
    for service in withdrawals.services(act):
        seen = [task for task in service.tasks if visibility.may_see_task(act.session, task, act.by)]
        if seen:
            names = _names(words, seen)
            found.append({"id": seen[0].id, "name": ", ".join(names)})
    return found


def _event(act: Act, words: Words, what: str) -> dict[str, Any]:
    ends = what in changes.ENDS
    begun = act.bundle.started_by(BEGINS[what]) if what in BEGINS else []
    starts = [*begun, act.bundle.processes[act.bundle.country.closing]] if ends else begun
    if ends and not changes.may_end(act):
        return {"code": what, "stops": [], "starts": [], "reports": True, "known": False}
    return {
        "code": what,
        "reports": False,
        "stops": _names(words, _open(act)) if ends else [],
        "starts": [str(words.process(process.id)) for process in starts],
        "known": _under_way(act, [process.id for process in begun]),
    }


def _open(act: Act) -> list[UserTask]:
    """What is open in the case, as far as the reader may know of it."""
    query = select(UserTask).where(UserTask.case_id == act.case.id, col(UserTask.status).in_(OPEN_TASK))
    rows = act.session.exec(query.order_by(col(UserTask.opened_at))).all()
    return [task for task in rows if visibility.may_see_task(act.session, task, act.by)]


def _under_way(act: Act, processes: list[str]) -> bool:
    """Whether it is already known: of interest to who steers only, others are told when they say it."""
    query = select(UserTask.id).where(
        UserTask.case_id == act.case.id, col(UserTask.process).in_(processes), col(UserTask.status).in_(OPEN_TASK)
    )
    return act.by.is_coordinator and bool(processes) and act.session.exec(query).first() is not None


def _names(words: Words, tasks: Iterable[UserTask]) -> list[str]:
    return list(dict.fromkeys(str(words.task(task)) for task in tasks))
