"""What the coordinator's page of a case shows."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, select

from .. import cases, consents, deadlines, timelines, vault
from ..access import rules
from ..act import Act
from ..models.cases import CaseStatus, Consent, DecisionMade, Fault, Participation
from ..models.people import Agency, User
from ..models.records import Outbox, OutboxState
from ..models.work import OPEN_TASK, PENDING_HANDOFF, Alarm, Deadline, DeadlineState, Handoff, TaskStatus, UserTask
from . import bends, case_links, corrections, path, pictures, standing, story
from .desk import Desk
from .words import Words

SHOWN_CLOCKS = (DeadlineState.RUNNING, DeadlineState.PASSED)


def view(desk: Desk, act: Act, before: str = "") -> dict[str, Any]:
    """Everything on the page, looked up in a fixed number of queries."""
    words = Words(act.bundle, desk.t)
    found = cases.overview(act)
    agencies = act.agencies()
    steers = rules.can(rules.check_coordinate, desk.by, act.case)
    stands = standing.of_case(desk.session, act.bundle, found.tasks, found.deadlines)
    return {
        "case": head(desk, act, words),
        "open_tasks": _open_tasks(desk, words, found.tasks, found.handoffs, agencies, steers=steers),
        "waits": [{"name": words.t.code("clock_name", one.clock), "until": one.until} for one in stands.timers],
        "path": path.steps(words, found.tasks, agencies, closed=act.case.closed_at is not None, standing=stands),
        "diagrams": pictures.diagrams(words, found.tasks, stands.timers),
        "spans": spans(words, found, agencies),
        **story.page(desk, act.case.id, act.bundle, f"/cases/{act.case.reference}", before),
        "agencies": _agencies(words, found.participations, agencies),
        "clocks": _clocks(words, found.deadlines, found.tasks, steers=steers),
        "extend_reasons": deadlines.REASONS,
        "consents": _consents(act, words, found.consents, agencies),
        "consent_purposes": _purposes(words) if steers else [],
        "consent_answers": list(consents.ANSWERS),
        "decisions": _decisions(act, words),
        "bends": bends.of_case(desk, act),
        "undecided": corrections.undecided(act, words),
        "alarms": _alarms(desk, act, words, found.tasks),
        "faults": _faults(act, words),
        **case_links.shown(desk, act, steers=steers),
    }


def head(desk: Desk, act: Act, words: Words) -> dict[str, Any]:
    """What stands above the case."""
    case = act.case
    return {
        "reference": case.reference,
        "status": case.status,
        "region": words.region(case.region),
        "opened_at": case.opened_at,
        "opened_by": act.agency(case.opened_by_id).name,
        "lead": act.agency(case.lead_agency_id).name,
        "closed_at": case.closed_at,
        "close_reason": case.close_reason or "unknown",
    }


def spans(words: Words, found: cases.CaseView, agencies: dict[str, Agency]) -> list[timelines.Span]:
    """Stretches of time per agency, with the steps named in the reader's language."""
    names = {agency.id: agency.name for agency in agencies.values()}
    return timelines.spans(found.tasks, found.handoffs, found.movements, names, words.step)


def _open_tasks(
    desk: Desk,
    words: Words,
    tasks: list[UserTask],
    handoffs: list[Handoff],
    agencies: dict[str, Agency],
    *,
    steers: bool,
) -> list[dict[str, Any]]:
    running = [task for task in tasks if task.status in OPEN_TASK]
    holders = {task.claimed_by_id for task in running if task.claimed_by_id}
    query = select(User).where(col(User.id).in_(holders))
    people = {user.id: user.name for user in desk.session.exec(query).all()} if holders else {}
    pending = [h for h in handoffs if h.state in PENDING_HANDOFF]
    lost = _undelivered(desk, pending)
    return [
        {
            "id": task.id,
            "name": words.task(task),
            "status": "unasked" if task.status is TaskStatus.AWAITING and offer is None else task.status,
            "agency": agencies[task.accountable_id].name,
            "holder": people.get(task.claimed_by_id or ""),
            "due_at": task.due_at,
            "handoff": offer,
            "can": {
                "route": steers and task.status is TaskStatus.AWAITING,
                "reassign": steers and task.status is not TaskStatus.AWAITING,
                "relay": steers and task.status is not TaskStatus.AWAITING and task.holder_id != desk.by.agency_id,
            },
        }
        for task in running
        for offer in [_offered(task, pending, agencies, lost)]
    ]


def _undelivered(desk: Desk, pending: list[Handoff]) -> set[str | None]:
    if not pending:
        return set()
    query = select(Outbox.handoff_id).where(
        col(Outbox.handoff_id).in_([h.id for h in pending]), Outbox.state == OutboxState.FAILED
    )
    return set(desk.session.exec(query).all())


def _offered(
    task: UserTask, pending: Iterable[Handoff], agencies: dict[str, Agency], lost: set[str | None]
) -> dict[str, Any] | None:
    lane = (task.instance_id, task.scope, task.lane)
    offers = [h for h in pending if (h.instance_id, h.scope, h.lane) == lane]
    if not offers:
        return None
    missing = [h for h in offers if h.id in lost]
    called = agencies.get((missing or offers)[0].receiver_id or "")
    return {
        "id": offers[0].id,
        "state": offers[0].state,
        "receiver": ", ".join(h.receiver_name for h in offers),
        "answer_by": offers[0].answer_by,
        "undelivered": bool(missing),
        "phone": called.phone if called else "",
    }


def _agencies(words: Words, rows: list[Participation], agencies: dict[str, Agency]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        agency = agencies[row.agency_id]
        told = found.setdefault(
            (row.agency_id, row.lane),
            {
                "name": agency.name,
                "roles": words.role(row.lane),
                "phone": agency.phone,
                "since": row.since,
                "until": row.until,
            },
        )
        told["until"] = None if row.until is None or told["until"] is None else max(told["until"], row.until)
    return list(found.values())


def _clocks(words: Words, rows: list[Deadline], tasks: list[UserTask], *, steers: bool) -> list[dict[str, Any]]:
    known = {task.id: task for task in tasks}
    shown = sorted((r for r in rows if r.state in SHOWN_CLOCKS), key=lambda r: r.state is not DeadlineState.RUNNING)
    return [
        {
            "id": row.id,
            "name": words.t.code("clock_name", row.clock),
            "due_at": row.due_at,
            "source": row.source,
            "state": row.state,
            "about": words.task(known[row.task_id]) if row.task_id in known else "",
            "can_extend": steers and row.state is DeadlineState.RUNNING and row.kind in deadlines.EXTENDABLE,
        }
        for row in shown
    ]


def _consents(act: Act, words: Words, rows: list[Consent], agencies: dict[str, Agency]) -> list[dict[str, Any]]:
    return [
        {
            "purpose": words.purpose(row.purpose),
            "recipient": agencies[row.recipient_id].name if row.recipient_id else "",
            "answer": row.answer,
            "interpreter": consents.interpreter(act, row),
            "happened_at": row.happened_at,
        }
        for row in rows
    ]


def _purposes(words: Words) -> list[dict[str, str]]:
    return [{"code": code, "name": words.purpose(code)} for code in words.bundle.country.purposes]


def _decisions(act: Act, words: Words) -> list[dict[str, Any]]:
    query = select(DecisionMade).where(DecisionMade.case_id == act.case.id).order_by(col(DecisionMade.made_at))
    return [_decision(act, words, row) for row in act.session.exec(query).all()]


def _decision(act: Act, words: Words, row: DecisionMade) -> dict[str, Any]:
    """Which rules fired, in the words of the table: a decision must be explainable to the person it is about."""
    detail = vault.of(act.session).open_json(
        row.detail, case_id=act.case.id, domain="operational", place=f"decision_made.detail:{row.id}"
    )
    table = act.bundle.decisions[row.decision]
    fired = [words.t.drawn(rule.description or rule.id) for rule in table.rules if rule.id in row.rules]
    outputs = detail["outputs"] if isinstance(detail["outputs"], dict) else {}
    results = [_result(words, name, value) for name, value in outputs.items()]
    return {"name": words.t.drawn(table.name), "result": ", ".join(results), "rules": fired, "made_at": row.made_at}


def _result(words: Words, name: str, value: Any) -> str:
    for family in ("risk", name):
        if words.t.knows(f"{family}.{value}"):
            return words.t.plain(f"{family}.{value}")
    return words.code(name, value)


def _alarms(desk: Desk, act: Act, words: Words, tasks: list[UserTask]) -> list[dict[str, Any]]:
    """What waits for an answer; of a closed case only what this desk can still acknowledge."""
    named = {task.id: words.task(task) for task in tasks}
    query = select(Alarm).where(
        Alarm.case_id == act.case.id, col(Alarm.acknowledged_at).is_(None), col(Alarm.settled_at).is_(None)
    )
    return [
        {
            "id": a.id,
            "kind": a.kind,
            "task_name": named.get(a.task_id or "", ""),
            "raised_at": a.raised_at,
            "mine": a.to_id == desk.by.agency_id,
        }
        for a in desk.session.exec(query.order_by(col(Alarm.raised_at))).all()
        if act.case.status is CaseStatus.OPEN or a.to_id == desk.by.agency_id
    ]


def _faults(act: Act, words: Words) -> list[dict[str, Any]]:
    query = select(Fault).where(Fault.case_id == act.case.id, col(Fault.settled_at).is_(None))
    return [
        {"what": words.element(fault.element), "raised_at": fault.raised_at} for fault in act.session.exec(query).all()
    ]
