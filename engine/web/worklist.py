"""The worklist: what is offered to an agency, what it owes, and what it has handed on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import col, select

from .. import bundles, clock, handoffs, tasks
from ..access import rules, visibility
from ..models.cases import Case
from ..models.people import Agency
from ..models.records import Outbox, OutboxState
from ..models.work import HELD_HANDOFF, PENDING_HANDOFF, Handoff, HandoffState, TaskStatus, UserTask
from . import behalf, filters, paging, relays, views
from .desk import Desk, Reader, see_other
from .filters import AskedOfWorklist
from .words import Words

router = APIRouter()
RETURNED = (HandoffState.DONE, HandoffState.PARTLY_DONE, HandoffState.FAILED, HandoffState.WITHDRAWN)
TOLD_FOR = timedelta(days=14)  # how long an outcome stays in the giver's list


@router.get("/")
def home(desk: Reader) -> Response:
    """Where a person's day begins."""
    if desk.by.is_auditor:
        return see_other("/audit")
    return see_other("/cases" if desk.by.is_coordinator else "/worklist")


@router.get("/worklist")
def show(desk: Reader, asked: Annotated[AskedOfWorklist, Query()]) -> Response:
    """The worklist. Offers in it are delivered by being shown."""
    offers = handoffs.offered(desk.session, by=desk.by)
    if any(offer.state is HandoffState.OFFERED for offer in offers):
        with desk.writing() as session:
            handoffs.deliver(session, by=desk.by)
        offers = handoffs.offered(desk.session, by=desk.by)
    after = paging.read(asked.after)
    duties = tasks.worklist(desk.session, by=desk.by, wanted=asked.wanted, after=after, limit=tasks.PAGE + 1)
    return desk.render("worklist.html", **_view(desk, offers, duties, asked))


def _view(desk: Desk, offers: list[Handoff], duties: list[UserTask], asked: AskedOfWorklist) -> dict[str, Any]:
    first = not asked.after
    chosen = asked.words()
    more, duties = duties[tasks.PAGE :], duties[: tasks.PAGE]
    unplaced = tasks.unplaced(desk.session, by=desk.by) if first and not chosen else []
    given = _shown(handoffs.awaiting_outcome(desk.session, by=desk.by)) if first else []
    names = _names(desk, [*duties, *unplaced], [*offers, *given])
    choices = filters.choices(desk)
    last = paging.write(duties[-1].opened_at, duties[-1].id) if more else ""
    return {
        "offers": [_offer(names, offer) for offer in offers],
        "duties": [_duty(desk, names, duty) for duty in [*unplaced, *duties]],
        "awaiting": [_awaited(names, handoff) for handoff in given],
        "relays": relays.waiting(desk) if first else [],
        **(behalf.waiting(desk) if first else {}),
        "filters": asked.shown(),
        "choices": choices,
        "views": views.of(desk, "worklist"),
        "query": asked.query(),
        "more": f"/worklist?after={last}{'&' if chosen else ''}{asked.query()}" if more else None,
        "can_open_case": rules.can(rules.check_open_case, desk.by),
        "here": next((region for region in choices["region"] if region["code"] == desk.by.region), None),
    }


def _shown(given: list[Handoff]) -> list[Handoff]:
    """What is still awaited, and the outcomes of the last weeks."""
    since = clock.now() - TOLD_FOR
    return [
        h
        for h in given
        if h.state in PENDING_HANDOFF + HELD_HANDOFF or (h.state in RETURNED and h.ended_at and h.ended_at > since)
    ]


@dataclass(frozen=True)
class _Names:
    """Everything the rows of a worklist are told with, looked up at once."""

    words: dict[str, Words]  # by case
    references: dict[str, str]
    tasks: dict[str, UserTask]
    people: dict[str, str]
    agencies: dict[str, Agency]
    undelivered: set[str | None]
    named: set[str]  # the handoffs of which one may read the receiver


def _names(desk: Desk, duties: Iterable[UserTask], passed: list[Handoff]) -> _Names:
    session = desk.session
    known = {task.id: task for task in duties}
    wanted = {h.task_id for h in passed} - known.keys()
    if wanted:
        known |= {t.id: t for t in session.exec(select(UserTask).where(col(UserTask.id).in_(wanted))).all()}
    case_ids = {t.case_id for t in known.values()}
    cases = list(session.exec(select(Case).where(col(Case.id).in_(case_ids))).all()) if case_ids else []
    receivers = {h.receiver_id for h in passed if h.receiver_id}
    agencies = session.exec(select(Agency).where(col(Agency.id).in_(receivers))).all() if receivers else []
    lost = select(Outbox.handoff_id).where(
        col(Outbox.handoff_id).in_([h.id for h in passed]), Outbox.state == OutboxState.FAILED
    )
    return _Names(
        words={case.id: Words(bundles.load(session, case.bundle_id), desk.t) for case in cases},
        references={case.id: case.reference for case in cases},
        tasks=known,
        people={user.id: user.name for user in tasks.colleagues(session, agency_id=desk.by.agency_id)},
        agencies={agency.id: agency for agency in agencies},
        undelivered=set(session.exec(lost).all()) if passed else set(),
        named=visibility.naming_receiver(session, passed, by=desk.by),
    )


def _offer(names: _Names, offer: Handoff) -> dict[str, Any]:
    return {
        "id": offer.id,
        "task_name": names.words[offer.case_id].task(names.tasks[offer.task_id]),
        "reference": "",  # whoever is only asked does not learn which case it is
        "giver": offer.giver_name,
        "urgent": offer.urgent,
        "service": offer.service,
        "offered_at": offer.offered_at,
        "answer_by": offer.answer_by,
    }


def _duty(desk: Desk, names: _Names, task: UserTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "task_name": names.words[task.case_id].task(task),
        "owed": names.words[task.case_id].owed(task.element),
        "reference": names.references[task.case_id],
        "status": task.status,
        "holder": names.people.get(task.claimed_by_id or ""),
        "mine": task.claimed_by_id is not None and task.claimed_by_id == desk.by.user_id,
        "due_at": task.due_at,
        "opened_at": task.opened_at,
        "returned": task.status is TaskStatus.AWAITING,
    }


def _awaited(names: _Names, handoff: Handoff) -> dict[str, Any]:
    agency = names.agencies.get(handoff.receiver_id or "") if handoff.id in names.named else None
    return {
        "id": handoff.id,
        "task_name": names.words[handoff.case_id].task(names.tasks[handoff.task_id]),
        "reference": names.references[handoff.case_id],
        "receiver": handoff.receiver_name if handoff.id in names.named else "",
        "state": handoff.state,
        "since": handoff.ended_at or handoff.answered_at or handoff.offered_at,
        "outcome": handoff.outcome,
        "undelivered": handoff.id in names.undelivered and handoff.state in PENDING_HANDOFF,
        "phone": agency.phone if agency else "",
    }
