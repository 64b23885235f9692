"""Relays: acts entered for an agency that has no account, or cannot reach it: by phone, by letter, in person.

Every verb works on behalf of somebody: `stand_in` gives the actor. The record shows who acted, who entered it and
both times; the agency can confirm or dispute it later.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from . import vault
from .access import visibility
from .act import begin
from .actor import Actor, Behalf
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case, Channel, Relay, RelayState
from .models.columns import new_id
from .models.people import Agency, Duty
from .models.work import HELD_HANDOFF, PENDING_HANDOFF, Handoff

DETAIL = "relay.detail"
OLDEST = timedelta(days=365)


def stand_in(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    agency_id: str,
    channel: Channel,
    said_by: str,
    paper: str,
    happened_at: datetime,
    about: str = "",
) -> Actor:
    """The actor that is this agency, entered by `by`. Only who steers the case or has handed it to that agency may.

    `said_by` names who said it, `paper` where the paper is (may be empty for a call); both are sealed.
    """
    agency = session.get(Agency, agency_id)
    case = session.get(Case, case_id)
    if agency is None or case is None or not _may(session, by, case, agency_id):
        raise NotFound()
    act = begin(session, case_id, by)
    _check_moment(happened_at, case.opened_at - OLDEST, act.at)
    if not said_by.strip() or (channel is Channel.LETTER and not paper.strip()):
        raise Invalid("Say who said it, and for a letter where the paper is.", fields={"said_by": "", "paper": ""})
    relay = Relay(
        id=(relay_id := new_id()),
        case_id=case_id,
        agency_id=agency_id,
        entered_by_id=by.user_id,
        entered_by_agency_id=by.agency_id or "",
        channel=channel,
        detail=vault.of(session).seal_json(
            {"said_by": said_by[:200], "paper": paper[:200]},
            case_id=case_id,
            domain="operational",
            place=f"{DETAIL}:{relay_id}",
        ),
        about=about,
        happened_at=happened_at,
        entered_at=act.at,
    )
    session.add(relay)
    act.record("relay.entered", relay, agency=agency.name, channel=channel)
    behalf = Behalf(relay_id=relay.id, agency_id=by.agency_id or "", agency_name=by.agency_name)
    return Actor(
        user_id=by.user_id,
        agency_id=agency.id,
        name=by.name,
        agency_name=agency.name,
        roles=frozenset(agency.roles),
        duties=frozenset({Duty.CASEWORKER}),
        region=agency.region,
        language=by.language,
        happened_at=happened_at,
        behalf=behalf,
    )


def entered_late(session: Session, *, by: Actor, case_id: str, happened_at: datetime) -> Actor:
    """The same person, entering an act that happened earlier."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound()
    _check_moment(happened_at, case.opened_at - OLDEST, begin(session, case_id, by).at)
    return replace(by, happened_at=happened_at)


def _check_moment(moment: datetime, earliest: datetime, latest: datetime) -> None:
    if moment.tzinfo is None or not earliest <= moment <= latest:
        raise Invalid(
            "Give the time at which it happened: not in the future, and not longer ago than a year before the case.",
            fields={"happened_at": ""},
        )


def _may(session: Session, by: Actor, case: Case, agency_id: str) -> bool:
    if by.is_coordinator:
        return session.exec(visibility.visible_cases(by).where(Case.id == case.id)).first() is not None
    given = select(Handoff.id).where(
        Handoff.case_id == case.id,
        Handoff.giver_id == by.agency_id,
        Handoff.receiver_id == agency_id,
        col(Handoff.state).in_(PENDING_HANDOFF + HELD_HANDOFF),
    )
    return session.exec(given).first() is not None


def settle(session: Session, relay_id: str, state: RelayState, *, by: Actor) -> Relay:
    """The agency an act was entered for confirms it, or says that it was not so. The act stays."""
    relay = session.get(Relay, relay_id)
    if relay is None or by.agency_id not in (relay.agency_id, relay.entered_by_agency_id):
        raise NotFound()
    act = begin(session, relay.case_id, by)
    session.refresh(relay)
    if by.agency_id != relay.agency_id:
        raise NotAllowed("Only the agency it was entered for can confirm or dispute it.")
    if relay.state is not RelayState.UNCONFIRMED or state is RelayState.UNCONFIRMED:
        raise Conflict("This has already been confirmed or disputed.")
    relay.state = state
    relay.settled_at = act.at
    relay.settled_by_id = by.user_id
    session.add(relay)
    act.record(f"relay.{state}", relay, agency=by.agency_name)
    return relay


def unconfirmed(session: Session, *, by: Actor) -> list[Relay]:
    """What others entered for this agency and it has not yet confirmed or disputed, oldest first."""
    query = select(Relay).where(Relay.agency_id == by.agency_id, Relay.state == RelayState.UNCONFIRMED)
    return list(session.exec(query.order_by(col(Relay.entered_at))).all())


def detail(session: Session, relay: Relay) -> dict[str, str]:
    """Who said it, and where the paper is."""
    opened: dict[str, str] = vault.of(session).open_json(
        relay.detail, case_id=relay.case_id, domain="operational", place=f"{DETAIL}:{relay.id}"
    )
    return opened


def to_carry(session: Session, *, by: Actor) -> list[Handoff]:
    """Open offers to agencies without an account: somebody of the giver, or the coordinator, must call or write."""
    query = (
        select(Handoff)
        .join(Agency, col(Agency.id) == Handoff.receiver_id)
        .where(col(Handoff.state).in_(PENDING_HANDOFF), col(Agency.reach) != "system")
    )
    if by.is_coordinator:
        seen = visibility.visible_cases(by).with_only_columns(col(Case.id))
        query = query.where(or_(Handoff.giver_id == by.agency_id, col(Handoff.case_id).in_(seen)))
    else:
        query = query.where(Handoff.giver_id == by.agency_id)
    return list(session.exec(query.order_by(col(Handoff.answer_by))).all())
