"""Handoffs: what is offered to this agency, what it has given, the offer card, and the two answers."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from .. import handoffs
from ..act import Act
from ..models.work import PENDING_HANDOFF, Handoff, HandoffState
from . import behalf, paging, showing, told
from .desk import Desk, Doer, Done, Reader, Revision, RowId, Writer, etag, store
from .filters import HandoffsQuery
from .schemas import Acceptance, Refusal
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/handoffs", tags=["handoffs"])


@router.get("")
def offered(
    desk: Reader, request: Request, response: Response, asked: Annotated[HandoffsQuery, Query()]
) -> told.Handoffs:
    """What waits for this agency's answer, and what it has given: newest first. Offers shown here are delivered.

    The first page holds all offers; the others go on with what was given and awaited, or came back in the last week.
    """
    agency, awaited = asked.words(desk)
    after = paging.after(asked.cursor)
    waiting = [] if after else handoffs.offered(desk.session, by=desk.by, agency=agency)
    given = handoffs.awaiting_outcome(desk.session, by=desk.by, waiting=awaited, after=after, limit=asked.limit + 1)
    more, given = given[asked.limit :], given[: asked.limit]
    following = paging.write(given[-1].offered_at, given[-1].id) if more else None
    rows = showing.handoffs(desk, [*waiting, *given])
    shown = told.Handoffs(
        offered=rows[: len(waiting)],
        awaiting_outcome=rows[len(waiting) :],
        next=paging.link(request, response, following),
    )
    if any(handoff.state is HandoffState.OFFERED for handoff in waiting):
        desk.session.close()
        with store(desk.request).transaction() as session:
            handoffs.deliver(session, by=desk.by)
    return shown


@router.get("/{handoff_id}")
def show(desk: Writer, response: Response, handoff_id: RowId) -> told.Handoff:
    """One handoff; for its receiver the offer card, which is opened by this. The ETag is its revision."""
    act, handoff = handoffs.open_card(desk.session, handoff_id, by=desk.by)
    response.headers["ETag"] = etag(handoff.revision)
    return _told(desk, handoff, _card(act, handoff))


def _card(act: Act, handoff: Handoff) -> told.Card | None:
    if handoff.receiver_id != act.by.agency_id or handoff.state not in PENDING_HANDOFF:
        return None
    facts = act.facts
    return told.Card(
        service=handoff.service,
        sex=str(facts["sex"]),
        age_band=str(facts["age_band"]),
        dependants=int(facts["dependants"] or 0),
        language=str(facts["language"]),
        interpreter_needed=str(facts["interpreter_needed"]),
        urgent=handoff.urgent,
    )


def _told(desk: Desk, handoff: Handoff, card: told.Card | None = None) -> told.Handoff:
    return showing.handoff(showing.of_handoffs(desk, [handoff]), handoff, card)


def _done(desk: Desk, handoff: Handoff) -> Done:
    return Done.of(_told(desk, handoff), handoff.revision)


@router.post("/{handoff_id}/acceptance", response_model=told.Handoff)
def accept(desk: Doer, handoff_id: RowId, revision: Revision, body: Acceptance | None = None) -> Response:
    """Take responsibility: the task is on this agency's desk from now on."""
    return desk.once(lambda: _accepted(desk, handoff_id, revision, body or Acceptance()))


def _accepted(desk: Desk, handoff_id: str, revision: int, body: Acceptance) -> Done:
    by, beyond = behalf.answering(desk, handoff_id, body), body.over_capacity or ""
    return _done(desk, handoffs.accept(desk.session, handoff_id, by=by, revision=revision, over_capacity=beyond))


@router.post("/{handoff_id}/refusal", response_model=told.Handoff)
def decline(desk: Doer, handoff_id: RowId, revision: Revision, body: Refusal) -> Response:
    """Say no, with a coded reason: the task goes to the next suitable agency."""
    return desk.once(lambda: _declined(desk, handoff_id, revision, body))


def _declined(desk: Desk, handoff_id: str, revision: int, body: Refusal) -> Done:
    by = behalf.answering(desk, handoff_id, body)
    return _done(desk, handoffs.decline(desk.session, handoff_id, reason=body.reason, by=by, revision=revision))
