"""The auditor's pages: timelines under aliases, waiting, the fixed exceptions, and whether the record is true."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import SQLModel, col, select

from .. import bundles, clock, oversight, timelines
from .. import cases as current
from ..audit import reconcile
from ..models.cases import Case, Consent
from ..models.people import Agency
from ..models.work import Handoff, HandoffState, Movement, TaskStatus, UserTask
from ..oversight import Found
from ..sentences import sentence
from . import story
from .desk import Desk, Poster, Reader, see_other
from .words import Words

router = APIRouter()
PAGE = 20
MOST_SHOWN = 50


@router.get("/audit")
def show(desk: Reader, page: str = "0") -> Response:
    """The record across cases."""
    oversight.check_auditor(desk.by)
    number = int(page) if page.isdecimal() and len(page) < 6 else 0
    cases = oversight.timelines(desk.session, by=desk.by, offset=number * PAGE, limit=PAGE + 1)
    more, cases = cases[PAGE:], cases[:PAGE]
    return desk.render(
        "audit_index.html",
        verification=oversight.last_check(desk.session, by=desk.by),
        cases=_timelines(desk, cases),
        waits=_waits(desk),
        exceptions=_exceptions(desk),
        more=f"/audit?page={number + 1}" if more else None,
    )


@router.get("/audit/cases/{alias}")
def case(alias: str, desk: Reader, before: str = "") -> Response:
    """One case, without its reference."""
    found = oversight.case_of(desk.session, alias, by=desk.by)
    words = Words(bundles.load(desk.session, found.bundle_id), desk.t)
    rows = _rows(desk, [found])
    exceptions = oversight.exceptions(desk.session, by=desk.by, case_id=found.id)
    return desk.render(
        "audit_case.html",
        case={"alias": alias, "opened_at": found.opened_at, "status": found.status},
        spans=_spans(rows, found, words),
        **story.page(desk, found.id, words.bundle, f"/audit/cases/{alias}", before),
        handoffs=[_handoff(desk, words, h) for h in rows.handoffs],
        exceptions=[
            {"kind": kind, "at": one.at, "text": _what(words, one)} for kind, ones in exceptions.items() for one in ones
        ],
    )


@router.post("/audit/verification")
def verify(desk: Poster) -> Response:
    """Recompute the record and compare it with the live tables. Reading may take long; only the result is written."""
    oversight.check_auditor(desk.by)
    verdict = reconcile.verify(desk.session)
    with desk.writing() as session:
        oversight.keep_check(
            session, ok=verdict.intact, size=verdict.entries, root=verdict.root, wrong=verdict.wrong, by=desk.by
        )
    return see_other("/audit?done=checked")


class _Rows:
    """The rows from which timelines are drawn, of several cases at once."""

    def __init__(self, desk: Desk, cases: Sequence[Case]) -> None:
        ids = [case.id for case in cases]
        self.tasks: list[UserTask] = self._of(desk, UserTask, ids)
        self.handoffs: list[Handoff] = self._of(desk, Handoff, ids)
        self.movements: list[Movement] = self._of(desk, Movement, ids)
        self.names = {agency.id: agency.name for agency in desk.session.exec(select(Agency)).all()}

    @staticmethod
    def _of(desk: Desk, table: Any, ids: list[str]) -> list[Any]:
        found: Sequence[SQLModel] = desk.session.exec(select(table).where(col(table.case_id).in_(ids))).all()
        return list(found)


def _rows(desk: Desk, cases: Sequence[Case]) -> _Rows:
    return _Rows(desk, cases)


def _spans(rows: _Rows, case: Case, words: Words) -> list[timelines.Span]:
    tasks = [t for t in rows.tasks if t.case_id == case.id]
    handoffs = [h for h in rows.handoffs if h.case_id == case.id]
    movements = [m for m in rows.movements if m.case_id == case.id]
    return timelines.spans(tasks, handoffs, movements, rows.names, words.step)


def _timelines(desk: Desk, cases: Sequence[Case]) -> list[dict[str, Any]]:
    rows = _rows(desk, cases)
    now = clock.now()
    return [
        {
            "alias": oversight.alias(case.id),
            "opened_at": case.opened_at,
            "status": case.status,
            "handoffs": sum(h.case_id == case.id and h.state is not HandoffState.EXHAUSTED for h in rows.handoffs),
            "late": sum(t.case_id == case.id and _was_late(t, now) for t in rows.tasks),
            "spans": _spans(rows, case, Words(bundles.load(desk.session, case.bundle_id), desk.t)),
        }
        for case in cases
    ]


def _was_late(task: UserTask, now: Any) -> bool:
    ended = task.ended_at or now
    return task.due_at is not None and task.status is not TaskStatus.CANCELLED and ended > task.due_at


def _waits(desk: Desk) -> list[dict[str, Any]]:
    """Who waits where; a step is called as on every other page."""
    words = Words(current.current_bundle(desk.session), desk.t)
    called = {e.name: words.element(e.id) for e in words.bundle.elements.values() if e.form}
    return [
        {
            "agency": wait.agency,
            "stage": called.get(wait.stage) or desk.t.drawn(wait.stage),
            "count": wait.count,
            "median": wait.median,
            "longest": wait.longest,
        }
        for wait in oversight.waits(desk.session, by=desk.by)
    ]


def _exceptions(desk: Desk) -> list[dict[str, Any]]:
    found = oversight.exceptions(desk.session, by=desk.by)
    wanted = {one.case_id for ones in found.values() for one in ones[:MOST_SHOWN]}
    query = select(Case).where(col(Case.id).in_(wanted))
    laws = {c.id: c.bundle_id for c in desk.session.exec(query).all()} if wanted else {}
    words = {key: Words(bundles.load(desk.session, law), desk.t) for key, law in laws.items()}
    return [
        {
            "kind": kind,
            "count": len(ones),
            "rows": [
                {"alias": oversight.alias(one.case_id), "at": one.at, "text": _what(words[one.case_id], one)}
                for one in ones[:MOST_SHOWN]
                if one.case_id in words
            ],
        }
        for kind, ones in found.items()
    ]


def _what(words: Words, found: Found) -> str:
    """The step, alarm or act an exception is about."""
    if found.what in words.bundle.elements:
        return words.element(found.what)
    if words.t.knows(found.what):  # alarm.no_taker
        return words.t.plain(found.what)
    return sentence({"action": found.what, "actor": {"agency_name": "…"}, "data": {}}, words.t)


def _handoff(desk: Desk, words: Words, row: Handoff) -> dict[str, Any]:
    consent = desk.session.get(Consent, row.consent_id) if row.consent_id else None
    moments = ("offered_at", "delivered_at", "opened_at", "answered_at", "in_work_at", "ended_at")
    return {name: getattr(row, name) for name in moments} | {
        "task_name": words.handoff(row),
        "giver": row.giver_name,
        "receiver": row.receiver_name,
        "state": row.state,
        "ground": words.ground(consent, row.ground) if row.receiver_id else "",
        "shared": [words.field(path) for path in row.shared],
        "reason": row.reason if row.state is HandoffState.DECLINED else "",
        "urgent": row.urgent,
    }
