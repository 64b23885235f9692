"""What a task's page and a case's page lead to besides the straight path."""

from typing import Any

from .. import corrections, deadlines, handoffs, handovers, paths
from ..access import rules, visibility
from ..act import Act
from ..models.cases import CaseStatus
from ..models.work import OPEN_TASK, DeadlineKind, Handoff, TaskStatus, UserTask
from .desk import Desk

ON_DESK = (TaskStatus.OPEN, TaskStatus.CLAIMED)


def of_task(desk: Desk, act: Act, task: UserTask) -> list[dict[str, Any]]:
    """Where else one can go from a task: hand over, take back, skip, extend, what was answered, what happened."""
    by, steers = desk.by, rules.can(rules.check_coordinate, desk.by, act.case)
    on_desk = task.status in ON_DESK
    held = handoffs.held(desk.session, task) if on_desk else None
    places = {
        "correct.answers": (f"/tasks/{task.id}/answers", rules.can(corrections.check_see, act, task)),
        "handover.link": (f"/tasks/{task.id}/handover", on_desk and (steers or task.holder_id == by.agency_id)),
        "taking_back.link": (f"/handoffs/{held.id if held else ''}/taking-back", _may_take_back(act, held)),
        "skip.link": (f"/tasks/{task.id}/skip", rules.can(paths.check_skip, act, task)),
        "extension.link": (f"/tasks/{task.id}/extension", on_desk and clock_to_extend(act, task) is not None),
        "change.link": (f"/cases/{act.case.reference}/changes", task.status in OPEN_TASK and _sees(desk, act)),
    }
    return [{"text": desk.t(key), "href": href} for key, (href, shown) in places.items() if shown]


def of_case(desk: Desk, act: Act) -> list[dict[str, Any]]:
    """Where one can go from a case."""
    if act.case.status is not CaseStatus.OPEN:
        return []
    reference = act.case.reference
    found = [{"text": desk.t("change.link"), "href": f"/cases/{reference}/changes"}]
    if rules.can(rules.check_coordinate, desk.by, act.case):
        found.append({"text": desk.t("stage.link"), "href": f"/cases/{reference}/stages"})
    return found


def clock_to_extend(act: Act, task: UserTask) -> Any:
    """The running duty clock of a task that this actor may extend; None where there is none."""
    found = (d for d in act.deadlines() if d.about_id == task.id and d.kind is DeadlineKind.DUTY)
    return next((d for d in found if rules.can(deadlines.check_extend, act, d, task)), None)


def _may_take_back(act: Act, held: Handoff | None) -> bool:
    return held is not None and rules.can(handovers.check_take_back, act, held)


def _sees(desk: Desk, act: Act) -> bool:
    return rules.can(look_for, desk, act.case.reference)


def look_for(desk: Desk, reference: str) -> None:
    """NotFound where this person does not see the case, or does not any longer."""
    visibility.case(desk.session, reference, by=desk.by)
