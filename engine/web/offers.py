"""The offer card: what an agency must know to say yes or no, and the two answers."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import directory, handoffs, handovers, movements
from ..access import rules, visibility
from ..act import Act
from ..errors import Invalid
from ..models.cases import Consent
from ..models.people import Agency
from ..models.work import HELD_HANDOFF, PENDING_HANDOFF, DeclineCode, Handoff, HandoffState, UserTask
from . import behalf, bends, partners, relays
from .desk import Desk, Reader, Writer, see_other
from .words import Words

router = APIRouter()
_STANDING = PENDING_HANDOFF + HELD_HANDOFF
UNREAD = (HandoffState.OFFERED, HandoffState.DELIVERED)


@router.get("/handoffs/{handoff_id}")
def show(handoff_id: str, desk: Reader) -> Response:
    """The card of an offer; looking at it opens the offer. Once it is held, its duty is the page to see."""
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    if handoff.receiver_id == desk.by.agency_id and handoff.state in UNREAD:
        with desk.writing() as session:
            _, handoff = handoffs.open_card(session, handoff_id, by=desk.by)
    task = desk.session.get_one(UserTask, handoff.task_id)
    if handoff.state in HELD_HANDOFF and desk.by.agency_id in (task.holder_id, task.accountable_id):
        return see_other(f"/tasks/{task.id}")
    return _page(desk, handoff, task)


@router.post("/handoffs/{handoff_id}/acceptance")
def accept(handoff_id: str, desk: Writer) -> Response:
    """Take responsibility."""
    offered = visibility.handoff(desk.session, handoff_id, by=desk.by)
    try:
        by = behalf.late(desk, offered.case_id)
    except Invalid as refused:
        task = desk.session.get_one(UserTask, offered.task_id)
        return _page(desk, offered, task, errors=desk.t.said_all(refused.fields, refused.message), status=422)

    def do() -> str:
        beyond = desk.text("over_capacity")
        handoff = handoffs.accept(desk.session, handoff_id, by=by, revision=desk.revision(), over_capacity=beyond)
        journey = movements.expected(desk.session, desk.session.get_one(UserTask, handoff.task_id))
        waits = journey is not None and journey.arrived_at is None
        return f"/tasks/{handoff.task_id}?done={'awaited' if waits else 'accepted'}"

    return desk.once(do)


@router.post("/handoffs/{handoff_id}/refusal")
def decline(handoff_id: str, desk: Writer) -> Response:
    """Say no, with a coded reason."""
    if desk.text("reason") not in set(DeclineCode):
        handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
        task = desk.session.get_one(UserTask, handoff.task_id)
        return _page(desk, handoff, task, errors={"reason": desk.t("choose.one")}, status=422)

    def do() -> str:
        reason = DeclineCode(desk.text("reason"))
        handoffs.decline(desk.session, handoff_id, reason=reason, by=desk.by, revision=desk.revision())
        return "/worklist?done=declined"

    return desk.once(do)


@router.post("/handoffs/{handoff_id}/recall")
def recall(handoff_id: str, desk: Writer) -> Response:
    """The giver takes an offer back before it is answered; the task is offered to the next."""

    def do() -> str:
        handovers.take_back(desk.session, handoff_id, reason="by_giver", by=desk.by, revision=desk.revision())
        return "/worklist?done=recalled"

    return desk.once(do)


def _page(
    desk: Desk, handoff: Handoff, task: UserTask, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    act = acts.look(desk.session, handoff.case_id, desk.by)
    receiver = handoff.receiver_id == desk.by.agency_id
    open_card = handoff.state in PENDING_HANDOFF and (receiver or desk.by.is_coordinator)
    answerable = rules.can(rules.check_answer, desk.by, handoff)
    reference = act.case.reference if not receiver else ""  # whoever is only asked does not learn which case it is
    known = bool(reference) and rules.can(bends.look_for, desk, reference)
    why_not = "" if answerable else desk.t("offer.answered" if receiver else "offer.given")
    return desk.render(
        "offer_show.html",
        status=status,
        handoff={"reference": reference, "case_url": f"/cases/{reference}" if known else None}
        | _head(act, handoff, task, desk)
        | _card(act, handoff, task, desk, shown=open_card),
        bends=bends.of_case(desk, act) if known else [],
        can_answer=answerable,
        why_not=why_not,
        decline_codes=list(DeclineCode),
        handover=handoff.reason if handoff.state in _STANDING and handoff.reason in handovers.REASONS else "",
        beyond=list(directory.OVER_CAPACITY) if answerable and directory.is_full(desk.session, handoff) else [],
        receiver=partners.receiver(desk, handoff),
        looks=_looks(act, handoff) if not receiver else None,
        can_recall=handoff.giver_id == desk.by.agency_id and handoff.state in PENDING_HANDOFF,
        can_relay=relays.may_relay(handoff, desk.by),
        errors=errors or {},
    )


def _looks(act: Act, handoff: Handoff) -> dict[str, str] | None:
    """Who looks now where nobody answered, or nobody is left to ask: the coordinator."""
    if handoff.state not in (HandoffState.EXPIRED, HandoffState.EXHAUSTED):
        return None
    lead = act.agency(act.case.lead_agency_id)
    return {"name": lead.name, "phone": lead.phone, "hours": lead.hours}


def _head(act: Act, handoff: Handoff, task: UserTask, desk: Desk) -> dict[str, Any]:
    giver = desk.session.get_one(Agency, handoff.giver_id)
    words = Words(act.bundle, desk.t)
    return {
        "id": handoff.id,
        "task_name": words.task(task),
        "owed": words.owed(task.element),
        "state": handoff.state,
        "state_at": handoff.ended_at or handoff.answered_at or handoff.opened_at or handoff.delivered_at,
        "outcome": words.element(handoff.outcome) if handoff.outcome else "",
        "reason": handoff.reason if handoff.state is HandoffState.DECLINED else "",
        "revision": handoff.revision,
        "urgent": handoff.urgent,
        "offered_at": handoff.offered_at,
        "answer_by": handoff.answer_by if handoff.state in PENDING_HANDOFF else None,
        "giver": handoff.giver_name,
        "giver_phone": giver.phone if handoff.giver_id != desk.by.agency_id else "",
        "giver_hours": giver.hours,
    }


def _card(act: Act, handoff: Handoff, task: UserTask, desk: Desk, *, shown: bool) -> dict[str, Any]:
    """Service, sex, age band, dependants, language, urgency and ground: no identity, story or place."""
    if not shown:
        return {"card": False, "shared": []}
    facts = act.facts
    words = Words(act.bundle, desk.t)
    consent = desk.session.get(Consent, handoff.consent_id) if handoff.consent_id else None
    return {
        "card": True,
        "service": handoff.service,
        "sex": facts.get("sex") or "unknown",
        "age_band": facts.get("age_band") or "unknown",
        "dependants": int(facts.get("dependants") or 0),
        "language": facts.get("language") or "unknown",
        "interpreter": facts.get("interpreter_needed") or "unknown",
        "place_kind": directory.unit(facts).place_kind if task.place else "",
        "ground": words.ground(consent, handoff.ground),
        "shared": [words.field(path) for path in handoff.shared],
    }
