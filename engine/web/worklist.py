"""The worklist: what is offered to an agency, what it owes, and what it has handed on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import col, select

from .. import bundles, handoffs, selections, tasks
from ..access import rules, visibility
from ..models.cases import Case
from ..models.people import Agency, Reach
from ..models.records import Outbox, OutboxState
from ..models.work import PENDING_HANDOFF, Handoff, HandoffState, TaskStatus, UserTask
from ..selections import Known
from . import behalf, filters, paging, relays, views
from .desk import Desk, Reader, see_other
from .filters import Asked, Selection
from .words import Words

router = APIRouter()


@router.get("/")
def home(desk: Reader) -> Response:
    """Where a person's day begins."""
    if desk.by.is_auditor:
        return see_other("/audit")
    return see_other("/cases" if desk.by.is_coordinator else "/worklist")


@router.get("/worklist")
def show(desk: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The worklist. Offers in it are delivered by being shown."""
    whole = not (asked.after or asked.given)  # the first page holds everything, the others go on with one list
    known = selections.known(desk.session, by=desk.by)
    chosen = filters.select(desk, "worklist", asked, known)
    offers = handoffs.offered(desk.session, by=desk.by, agency=chosen.worklist.agency) if whole else []
    if any(offer.state is HandoffState.OFFERED for offer in offers):
        with desk.writing() as session:
            handoffs.deliver(session, by=desk.by)
        offers = handoffs.offered(desk.session, by=desk.by, agency=chosen.worklist.agency)
    return desk.render("worklist.html", **_view(desk, known, chosen, asked, offers))


def _view(desk: Desk, known: Known, chosen: Selection, asked: Asked, offers: list[Handoff]) -> dict[str, Any]:
    whole = not (asked.after or asked.given)
    duties, more = _duties(desk, chosen, asked)
    given, older = _given(desk, chosen, asked)
    unplaced = tasks.unplaced(desk.session, by=desk.by, wanted=chosen.worklist) if whole else []
    names = _names(desk, known, [*duties, *unplaced], [*offers, *given])
    choices = filters.choices(desk, known)
    return {
        "part": "given" if asked.given else "duties" if asked.after else "",
        "offers": [_offer(names, offer) for offer in offers],
        "duties": [_duty(desk, names, duty) for duty in [*unplaced, *duties]],
        "awaiting": [_awaited(names, handoff) for handoff in given],
        "urgent": _urgent(given),
        "relays": relays.waiting(desk) if whole else [],
        **(behalf.waiting(desk) if whole and _spoken_for(known) else {}),
        "filters": chosen.shown(),
        "selection": filters.name(desk, "worklist", chosen.query, choices),
        "left_out": chosen.left_out,
        "choices": choices,
        "views": views.of(desk, "worklist", choices),
        "query": chosen.query,
        "more": more,
        "older": older,
        "can_open_case": rules.can(rules.check_open_case, desk.by),
        "here": next((region for region in choices["region"] if region["code"] == desk.by.region), None),
    }


def _spoken_for(known: Known) -> bool:
    """Whether any agency is without an account, so that there may be something to carry or to enter."""
    return any(agency.reach is not Reach.SYSTEM for agency in known.agencies)


def _duties(desk: Desk, chosen: Selection, asked: Asked) -> tuple[list[UserTask], str | None]:
    """A page of what is owed, and where the next one is."""
    if asked.given:
        return [], None
    after, most = paging.read(asked.after), tasks.PAGE
    rows = tasks.worklist(desk.session, by=desk.by, wanted=chosen.worklist, after=after, limit=most + 1)
    if len(rows) <= most:
        return rows, None
    return rows[:most], chosen.further("after", paging.write(rows[most - 1].opened_at, rows[most - 1].id))


def _given(desk: Desk, chosen: Selection, asked: Asked) -> tuple[list[Handoff], str | None]:
    """A page of what was handed on, and where the older ones are; a selection of duties is about nothing else."""
    if asked.after or chosen.words.keys() - {"waiting"}:
        return [], None
    after, most, waiting = paging.read(asked.given), handoffs.PAGE, chosen.worklist.waiting
    rows = handoffs.awaiting_outcome(desk.session, by=desk.by, waiting=waiting, after=after, limit=most + 1)
    if len(rows) <= most:
        return rows, None
    return rows[:most], chosen.further("given", paging.write(rows[most - 1].offered_at, rows[most - 1].id))


@dataclass(frozen=True)
class _Names:
    """Everything the rows of a worklist are told with, looked up at once."""

    words: dict[str, Words]  # by case
    references: dict[str, str]
    tasks: dict[str, UserTask]
    people: dict[str, str]
    undelivered: dict[str | None, str]  # the handoffs nobody could be told of, with the number to call
    named: set[str]  # the handoffs of which one may read the receiver


def _names(desk: Desk, known: Known, duties: Iterable[UserTask], passed: list[Handoff]) -> _Names:
    """The cases with those of their tasks that were passed on, in one statement."""
    shown = {task.id: task for task in duties}
    wanted = {h.task_id for h in passed} - shown.keys()
    query = (
        select(Case, UserTask)
        .outerjoin(UserTask, (col(UserTask.case_id) == Case.id) & col(UserTask.id).in_(wanted))
        .where(col(Case.id).in_({task.case_id for task in shown.values()} | {h.case_id for h in passed}))
    )
    rows = desk.session.exec(query).all() if shown or passed else []
    return _Names(
        words={case.id: Words(bundles.load(desk.session, case.bundle_id), desk.t) for case, _ in rows},
        references={case.id: case.reference for case, _ in rows},
        tasks=shown | {task.id: task for _, task in rows if task},
        people={user.id: user.name for user in known.colleagues},
        undelivered=_undelivered(desk, [h for h in passed if h.state in PENDING_HANDOFF]),
        named=visibility.naming_receiver(desk.session, passed, by=desk.by),
    )


def _undelivered(desk: Desk, pending: list[Handoff]) -> dict[str | None, str]:
    query = (
        select(Outbox.handoff_id, Agency.phone)
        .join(Agency, col(Agency.id) == Outbox.to_id)
        .where(col(Outbox.handoff_id).in_([h.id for h in pending]), Outbox.state == OutboxState.FAILED)
    )
    return dict(desk.session.exec(query).all()) if pending else {}


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


def _urgent(given: list[Handoff]) -> dict[str, Any] | None:
    """How many urgent offers of this agency nobody has answered yet, and by when the first is to be answered."""
    asked = [h.answer_by for h in given if h.urgent and h.state in PENDING_HANDOFF and h.answer_by]
    return {"number": len(asked), "first": min(asked)} if asked else None


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
    return {
        "id": handoff.id,
        "task_name": names.words[handoff.case_id].task(names.tasks[handoff.task_id]),
        "reference": names.references[handoff.case_id],
        "receiver": handoff.receiver_name if handoff.id in names.named else "",
        "state": handoff.state,
        "since": handoff.ended_at or handoff.answered_at or handoff.offered_at,
        "outcome": handoff.outcome,
        "ended": handoff.state in handoffs.RETURNED,
        "undelivered": handoff.id in names.undelivered,
        "phone": names.undelivered.get(handoff.id, ""),
    }
