"""The life of a handoff: what may follow what, and the one place in which it moves."""

from typing import Any

from .act import Act
from .errors import Conflict
from .models.work import Handoff, HandoffState

S = HandoffState
_ENDS = frozenset({S.DONE, S.PARTLY_DONE, S.FAILED, S.WITHDRAWN})
_ANSWERS = frozenset({S.ACCEPTED, S.DECLINED, S.EXPIRED, S.RECALLED, S.WITHDRAWN})

# The one table of what may follow what. The picture in the README is made from it.
TRANSITIONS: dict[HandoffState, frozenset[HandoffState]] = {
    S.OFFERED: frozenset({S.DELIVERED, S.OPENED}) | _ANSWERS,
    S.DELIVERED: frozenset({S.OPENED}) | _ANSWERS,
    S.OPENED: _ANSWERS,
    S.ACCEPTED: frozenset({S.IN_WORK, S.RECALLED}) | _ENDS,
    S.IN_WORK: _ENDS | {S.RECALLED},
    S.DONE: frozenset(),
    S.PARTLY_DONE: frozenset(),
    S.FAILED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.DECLINED: frozenset(),
    S.EXPIRED: frozenset(),
    S.RECALLED: frozenset(),
    S.EXHAUSTED: frozenset(),
}
_SINCE = {S.DELIVERED: "delivered_at", S.OPENED: "opened_at", S.IN_WORK: "in_work_at"}


def move(act: Act, handoff: Handoff, state: HandoffState, **told: Any) -> None:
    """Let a handoff be in its next state from now on, and record it; `told` goes into the entry.

    Refused where that state may not follow the present one.
    """
    if state not in TRANSITIONS[handoff.state]:
        raise Conflict(f"A handoff that is {handoff.state} cannot become {state}.")
    handoff.state = state
    if state in _SINCE:
        setattr(handoff, _SINCE[state], act.at)
    if not TRANSITIONS[state]:
        handoff.ended_at = act.at
    handoff.revision += 1
    act.session.add(handoff)
    act.record(
        f"handoff.{state}",
        handoff,
        giver=handoff.giver_name,
        receiver=handoff.receiver_name,
        element=handoff.element,
        outcome=handoff.outcome,
        **told,
    )
