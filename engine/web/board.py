"""The coordinator's board: every open stage, who holds it, by when, and what comes next."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from .. import act as acts
from .. import bundles, cases, clock, selections
from ..access import rules
from ..act import Act
from ..cases import Board
from ..errors import NotFound
from ..models.cases import Case
from ..models.work import TaskStatus, UserTask
from . import filters, paging, path, views
from .desk import Desk, Reader
from .filters import Asked
from .words import Words

router = APIRouter()


@router.get("/cases")
def show(desk: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The board of cases; for coordinators only."""
    if not desk.by.is_coordinator:
        raise NotFound()
    return desk.render("case_board.html", **_view(desk, asked))


def _view(desk: Desk, asked: Asked) -> dict[str, Any]:
    known = selections.known(desk.session, by=desk.by)
    chosen, choices = filters.select(desk, "board", asked, known), filters.choices(desk, known)
    board = cases.board(desk.session, by=desk.by, wanted=chosen.board, after=paging.read(asked.after))
    return {
        "cases": [_row(desk, board, case) for case in board.cases],
        "filters": chosen.shown(),
        "selection": filters.name(desk, "board", chosen.query, choices),
        "left_out": chosen.left_out,
        "choices": choices,
        "views": views.of(desk, "board", choices),
        "query": chosen.query,
        "counts": cases.counts(desk.session, by=desk.by),
        "can_open_case": rules.can(rules.check_open_case, desk.by),
        "more": chosen.further("after", paging.write(*board.after)) if board.after else None,
    }


def _row(desk: Desk, board: Board, case: Case) -> dict[str, Any]:
    bundle = bundles.load(desk.session, case.bundle_id)
    act = Act(desk.session, case, bundle, acts.open_facts(desk.session, case), desk.by)
    words = Words(bundle, desk.t)
    tasks = board.tasks[case.id]
    return {
        "reference": case.reference,
        "opened_at": case.opened_at,
        "status": case.status,
        "late": any(task.due_at is not None and task.due_at < clock.now() for task in tasks),
        "risk": act.facts.get("risk_level") or "",
        "stages": [_stage(words, board, task) for task in tasks],
        "next_step": _next(words, tasks),
    }


def _stage(words: Words, board: Board, task: UserTask) -> dict[str, Any]:
    lane = (task.instance_id, task.scope, task.lane)
    offers = [h for h in board.offers[task.case_id] if (h.instance_id, h.scope, h.lane) == lane]
    if task.status is TaskStatus.AWAITING and offers:
        holder, status, family = ", ".join(h.receiver_name for h in offers), str(offers[0].state), "handoff.state"
    else:
        agency = board.agencies.get(task.holder_id or task.accountable_id)
        status = "unasked" if task.status is TaskStatus.AWAITING else str(task.status)
        holder, family = agency.name if agency else "", "task.status"
    return {"name": words.task(task), "holder": holder, "status": status, "family": family, "due_at": task.due_at}


def _next(words: Words, tasks: list[UserTask]) -> str:
    """What follows the stage that is due first."""
    if not tasks:
        return words.t.plain("case.wait")
    following = path.following(words.bundle, tasks[0].element)
    return ", ".join(words.element(element.id) for element in following) or words.t.plain("board.next_none")
