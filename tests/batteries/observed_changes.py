"""What the database holds of a case beside its handoffs: who leads, whose it is, what runs, and who is called."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from tests.batteries.bends import CALLED, OLD_ANSWER
from tests.batteries.model import OPEN, Episode

CASE = text(
    "SELECT status, lead_agency_id, person_id,"
    " (SELECT count(*) FROM deadline d JOIN user_task t ON t.id = d.task_id WHERE d.case_id = e.id"
    "  AND d.state = 'running' AND d.kind IN ('duty', 'arrival') AND t.status IN ('done', 'cancelled')) AS stray,"
    " (SELECT count(*) FROM deadline d JOIN handoff h ON h.id = d.about_id WHERE d.case_id = e.id"
    "  AND d.state = 'running' AND h.state NOT IN ('offered', 'delivered', 'opened')) AS answered"
    " FROM episode e WHERE id = :case"
)
INSTANCES = text(
    "SELECT i.id, i.process, (EXISTS (SELECT 1 FROM deadline d WHERE d.instance_id = i.id AND d.state = 'running')"
    "  OR EXISTS (SELECT 1 FROM catch c WHERE c.instance_id = i.id)) AS waits"
    " FROM process_instance i WHERE i.case_id = :case AND i.ended_at IS NULL"
)
REFERENCE = text("SELECT reference FROM episode WHERE id = :case")


@dataclass
class More:
    """The rest of one case as the database has it."""

    case: Any
    running: list[Any]


def look(session: Session, case_id: str) -> More:
    """Read it."""
    run = session.connection().execute
    return More(run(CASE, {"case": case_id}).one(), list(run(INSTANCES, {"case": case_id})))


def differences(case: Episode, more: More, alarms: set[tuple[Any, str, str]]) -> list[Any]:
    """What is not as the model says, and what would leave somebody without an answer."""
    found: list[Any] = []
    bends, row = case.bends, more.case
    if (row.lead_agency_id, row.person_id) != (case.lead, bends.person):
        found.append(("led by", row.lead_agency_id, case.lead, "of", row.person_id, bends.person))
    if row.stray or row.answered:
        found.append(("clocks run for what has ended", row.stray, row.answered))
    owed = {duty.key[0] for duty in case.duties.values() if duty.status in OPEN}
    ids = {instance.id for instance in more.running}
    found += [("nothing goes on in", i.process) for i in more.running if not i.waits and i.id not in owed]
    found += [("something is owed in a process that has ended", instance) for instance in sorted(owed - ids)]
    called = {(kind, desk) for task, kind, desk in alarms if kind in CALLED and (task is None or kind == OLD_ANSWER)}
    if called != bends.calls:
        found.append(("called about the case", called - bends.calls, "must be", bends.calls - called))
    for correction, task in bends.undecided.items():
        if case.open and correction not in bends.silent and (task, "decided_on_old_answer", case.lead) not in alarms:
            found.append(("nobody is called to decide about a correction", task))
    return found


def remember(case: Episode, more: More) -> None:
    """What runs now, who ever had a part, and who filled the lanes of each scope."""
    bends = case.bends
    bends.running = {instance.id: instance.process for instance in more.running}
    bends.parts |= {case.lead, *(fill.agency for fill in case.fills.values())}
    for (instance, scope, lane), fill in case.fills.items():
        bends.filled.setdefault((instance, scope), {})[lane] = fill.agency
