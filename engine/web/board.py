"""The coordinator's board: every open stage, who holds it, by when, and what comes next."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from .. import act as acts
from .. import bundles, cases, clock
from ..access import rules
from ..act import Act
from ..cases import Board
from ..errors import NotFound
from ..models.cases import Case, CaseStatus
from ..models.work import TaskStatus, UserTask
from . import paging, path
from .desk import Desk, Reader
from .words import Words

router = APIRouter()


class Asked(BaseModel):
    """What the board is asked for, as it stands in the address."""

    status: str = CaseStatus.OPEN.value
    region: str = ""
    late: str = ""
    unopened: str = ""
    after: str = ""

    @property
    def filters(self) -> dict[str, Any]:
        """The same, read leniently: a word that is none of ours asks for nothing."""
        status = CaseStatus.CLOSED if self.status == CaseStatus.CLOSED else CaseStatus.OPEN
        return {
            "status": status,
            "region": self.region[:32],
            "late": self.late == "1",
            "unopened": self.unopened == "1",
        }


@router.get("/cases")
def show(desk: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The board of cases; for coordinators only."""
    if not desk.by.is_coordinator:
        raise NotFound()
    board = cases.board(desk.session, by=desk.by, after=paging.read(asked.after), **asked.filters)
    return desk.render(
        "case_board.html",
        cases=[_row(desk, board, case) for case in board.cases],
        filters=asked.filters,
        regions=_regions(desk),
        counts=cases.counts(desk.session, by=desk.by),
        can_open_case=rules.can(rules.check_open_case, desk.by),
        more=_more(board, asked),
    )


def _more(board: Board, asked: Asked) -> str | None:
    if board.after is None:
        return None
    kept = asked.model_dump(exclude={"after"}, exclude_defaults=True)
    words = "".join(f"&{name}={value}" for name, value in kept.items() if value.replace("_", "").isalnum())
    return f"/cases?after={paging.write(*board.after)}{words}"


def _regions(desk: Desk) -> list[dict[str, str]]:
    country = cases.current_bundle(desk.session).country
    return [{"code": code, "name": desk.t.choose(region.label)} for code, region in country.regions.items()]


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
        holder, status, family = agency.name if agency else "", str(task.status), "task.status"
    return {"name": words.task(task), "holder": holder, "status": status, "family": family, "due_at": task.due_at}


def _next(words: Words, tasks: list[UserTask]) -> str:
    """What follows the stage that is due first."""
    if not tasks:
        return words.t.plain("case.wait")
    following = path.following(words.bundle, tasks[0].element)
    return ", ".join(words.element(element.id) for element in following) or words.t.plain("board.next_none")
