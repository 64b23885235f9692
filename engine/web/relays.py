"""Answers that came by phone, letter or in person: entered for an agency, and confirmed or disputed by it later."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import act as acts
from .. import clock, directory, handoffs, relays
from ..access import visibility
from ..actor import Actor
from ..errors import NotFound
from ..models.cases import Channel, Relay, RelayState
from ..models.people import Agency
from ..models.work import PENDING_HANDOFF, DeclineCode, Handoff
from ..relays import Said
from .desk import Desk, Reader, Writer
from .words import Words

router = APIRouter()
FIELDS = ("answer", "reason", "over_capacity", "channel", "said_by", "paper", "happened_at")


def may_relay(handoff: Handoff, by: Actor) -> bool:
    """Whether this person may enter the receiver's answer: the giver, or who steers the case, while it is open."""
    concerned = by.is_coordinator or by.agency_id == handoff.giver_id
    return concerned and by.agency_id != handoff.receiver_id and handoff.state in PENDING_HANDOFF


@router.get("/handoffs/{handoff_id}/relay")
def ask(handoff_id: str, desk: Reader) -> Response:
    """What did the agency answer, who said it, and how was it heard?"""
    return _page(desk, _handoff(desk, handoff_id))


@router.post("/handoffs/{handoff_id}/relay")
def enter(handoff_id: str, desk: Writer) -> Response:
    """Enter the answer for the agency."""
    handoff = _handoff(desk, handoff_id)
    errors = _missing(desk, handoff)
    if errors:
        return _page(desk, handoff, errors=errors, status=422)
    desk.session.expunge_all()  # under the case's lock it is read again
    return desk.once(lambda: _answer(desk, handoff))


@router.post("/relays/{relay_id}/answer")
def settle(relay_id: str, desk: Writer) -> Response:
    """The agency says whether what was entered for it is right."""

    def do() -> str:
        state = RelayState.CONFIRMED if desk.text("state") == RelayState.CONFIRMED else RelayState.DISPUTED
        relays.settle(desk.session, relay_id, state, by=desk.by)
        return "/worklist?done=settled"

    return desk.once(do)


def waiting(desk: Desk) -> list[dict[str, Any]]:
    """What others entered for this agency and it has not yet confirmed or disputed."""
    return [_waiting(desk, relay) for relay in relays.unconfirmed(desk.session, by=desk.by)]


def _waiting(desk: Desk, relay: Relay) -> dict[str, Any]:
    act = acts.look(desk.session, relay.case_id, desk.by)
    event = f"change.{relay.about}.title"
    task = desk.t(event) if desk.t.knows(event) else Words(act.bundle, desk.t).element(relay.about)
    return {
        "id": relay.id,
        "reference": act.case.reference,
        "text": desk.t("relay.what", receiver=desk.by.agency_name, task=task),
        "happened_at": relay.happened_at,
        "by": act.agency(relay.entered_by_agency_id).name,
        "channel": relay.channel,
    }


def _handoff(desk: Desk, handoff_id: str) -> Handoff:
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    if not may_relay(handoff, desk.by):
        raise NotFound()
    return handoff


def _beyond(desk: Desk, handoff: Handoff) -> list[str]:
    """The reasons to choose from where every place is taken; none where one is free."""
    return list(directory.OVER_CAPACITY) if directory.is_full(desk.session, handoff) else []


def _missing(desk: Desk, handoff: Handoff) -> dict[str, str]:
    chosen = desk.t("choose.one")
    moment = _moment(desk)
    letter = desk.text("channel") == Channel.LETTER
    refused = desk.text("answer") == "refusal" and desk.text("reason") not in set(DeclineCode)
    beyond = _beyond(desk, handoff) if desk.text("answer") == "acceptance" else []
    wrong = {
        "over_capacity": chosen if beyond and desk.text("over_capacity") not in beyond else "",
        "answer": chosen if desk.text("answer") not in ("acceptance", "refusal") else "",
        "reason": chosen if refused else "",
        "channel": chosen if desk.text("channel") not in set(Channel) else "",
        "said_by": desk.t("choose.said_by") if not desk.text("said_by").strip() else "",
        "paper": desk.t("choose.paper") if letter and not desk.text("paper").strip() else "",
        "happened_at": desk.t("choose.moment") if moment is None or moment > clock.now() else "",
    }
    return {name: text for name, text in wrong.items() if text}


def _moment(desk: Desk) -> datetime | None:
    """The time as typed, in the zone of the pages."""
    try:
        found = datetime.fromisoformat(desk.text("happened_at"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=desk.t.zone)


def _answer(desk: Desk, handoff: Handoff) -> str:
    revision, moment = desk.revision(), _moment(desk)
    assert moment is not None
    channel, said_by, paper = (desk.text(name) for name in ("channel", "said_by", "paper"))
    said = Said(channel=Channel(channel), said_by=said_by, paper=paper, happened_at=moment)
    receiver = relays.answer_as(desk.session, handoff, said, by=desk.by)
    if desk.text("answer") == "acceptance":
        beyond = desk.text("over_capacity")
        handoffs.accept(desk.session, handoff.id, by=receiver, revision=revision, over_capacity=beyond)
    else:
        reason = DeclineCode(desk.text("reason"))
        handoffs.decline(desk.session, handoff.id, reason=reason, by=receiver, revision=revision)
    return "/worklist?done=relayed"


def _page(desk: Desk, handoff: Handoff, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, handoff.case_id, desk.by)
    receiver = desk.session.get_one(Agency, handoff.receiver_id)
    return desk.render(
        "relay_show.html",
        status=status,
        handoff={
            "id": handoff.id,
            "reference": act.case.reference,
            "task_name": Words(act.bundle, desk.t).element(handoff.element),
            "revision": handoff.revision,
            "receiver": handoff.receiver_name,
            "phone": receiver.phone,
        },
        beyond=_beyond(desk, handoff),
        channels=list(Channel),
        decline_codes=list(DeclineCode),
        values={name: desk.text(name) for name in FIELDS},
        errors=errors or {},
    )
