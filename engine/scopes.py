"""What the end of a scope means: its handoffs have their outcome, places are free again, the givers are told."""

from . import offers, outbox, participations
from .act import Act
from .models.work import HELD_HANDOFF, PENDING_HANDOFF, HandoffState, ProcessInstance
from .process.elements import Outcome
from .transitions import move


def end(act: Act, instance: ProcessInstance, scope: str, ended: Outcome, end_event: str | None) -> None:
    """End every handoff and participation of a scope that has come to its end, or was interrupted."""
    outcome = _interrupted(act) if ended is Outcome.INTERRUPTED else HandoffState(ended)
    reason = offers.MOVED_ON if outcome is HandoffState.RECALLED else ""
    for handoff in act.handoffs(instance.id, scope):
        if handoff.state in PENDING_HANDOFF:
            offers.end_pending(act, handoff)
        elif handoff.state in HELD_HANDOFF:
            handoff.outcome = end_event or ""
            move(act, handoff, outcome, reason=reason)
            outbox.notify(act, handoff.giver_id, outbox.Notice.OUTCOME, handoff_id=handoff.id)
    for present in act.participations():
        if present.instance_id == instance.id and present.scope == scope:
            participations.leave(act, present)


def _interrupted(act: Act) -> HandoffState:
    return HandoffState.WITHDRAWN if act.withdrawn else HandoffState.RECALLED
