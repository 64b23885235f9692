"""Participations: which agency fills which lane in which scope, from when until when."""

from collections.abc import Iterable

from . import directory, offers, outbox
from .act import Act
from .models.cases import Participation
from .models.work import HELD_HANDOFF, PENDING_HANDOFF, HandoffState, ProcessInstance
from .process.elements import Outcome
from .process.runtime import OpenTask, ScopeOpened

COORDINATOR = "coordinator"


def join(act: Act, instance: ProcessInstance, scope: str, lane: str, agency_id: str) -> None:
    """The agency fills a lane of this scope from now on."""
    row = Participation(
        case_id=act.case.id,
        instance_id=instance.id,
        scope=scope,
        lane=lane,
        agency_id=agency_id,
        since=act.at,
    )
    act.participate(row)
    act.record("participation.began", row, agency=act.agency_name(agency_id))


def inherit(act: Act, instance: ProcessInstance, opened: ScopeOpened) -> None:
    """A called process takes over the participations of its caller where the call says so."""
    if not opened.inherits:
        return
    for present in act.participations():
        if present.instance_id == instance.id and present.scope == opened.parent:
            join(act, instance, opened.scope, present.lane, present.agency_id)


def of_path(act: Act, lanes: Iterable[str]) -> dict[str, str]:
    """Who fills these lanes on the path itself: what accompanies the path begins with them."""
    held = {p.lane: p.agency_id for p in act.participations() if p.scope == ""}
    return {lane: held[lane] for lane in lanes if lane in held}


def holder(act: Act, instance: ProcessInstance, opened: OpenTask) -> str | None:
    """The agency that fills this lane already; the lead coordinator fills the coordinator's everywhere."""
    if opened.lane == COORDINATOR:
        return act.case.lead_agency_id
    key, cause = (instance.id, opened.scope, opened.lane), act.cause
    if cause is not None and cause.holder_id and (cause.instance_id, cause.scope, cause.lane) == key:
        return cause.holder_id  # the next task of the same lane: whoever did the last one
    for present in act.participations():
        if (present.instance_id, present.scope, present.lane) == key:
            return present.agency_id
    return None


def end_scope(act: Act, instance: ProcessInstance, scope: str, ended: Outcome, end_event: str | None) -> None:
    """The scope has its outcome: handoffs in it end with it, places are free again, the giver is told."""
    outcome = _interrupted(act) if ended is Outcome.INTERRUPTED else HandoffState(ended)
    for handoff in act.handoffs(instance.id, scope):
        if handoff.state in PENDING_HANDOFF:
            offers.end_pending(act, handoff)
        if handoff.state not in HELD_HANDOFF:
            continue
        handoff.state = outcome
        handoff.outcome = end_event or ""
        handoff.ended_at = act.at
        handoff.revision += 1
        act.session.add(handoff)
        act.record(
            f"handoff.{outcome}",
            handoff,
            outcome=handoff.outcome,
            giver=handoff.giver_name,
            receiver=handoff.receiver_name,
            element=handoff.element,
        )
        outbox.notify(act, handoff.giver_id, outbox.Notice.OUTCOME, handoff_id=handoff.id)
    for present in act.participations():
        if present.instance_id == instance.id and present.scope == scope:
            leave(act, present)


def _interrupted(act: Act) -> HandoffState:
    return HandoffState.WITHDRAWN if act.withdrawn else HandoffState.RECALLED


def leave(act: Act, present: Participation) -> None:
    """The agency fills the lane no longer: its places are free again."""
    present.until = act.at
    act.session.add(present)
    act.record("participation.ended", present, agency=act.agency_name(present.agency_id))
    if present.place_id:
        directory.free_place(act, present.place_id, present.places)
