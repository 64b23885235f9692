"""Acts entered for an agency that was heard by phone, by letter or in person, and what it says to that later."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from engine import handoffs, movements, relays, tasks
from engine.access import visibility
from engine.actor import Actor
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.cases import Channel, Relay, RelayState
from engine.models.work import DeclineCode
from engine.relays import Said
from tests.batteries import acts, moves_changes, observed, observed_desks
from tests.batteries.driver import Move, Refusals, Run
from tests.batteries.model import HELD, PENDING, Duty, Episode, Offer, Relayed

YEAR = timedelta(days=365)


def moves(run: Run, case: Episode) -> list[Move]:
    """What may be entered for somebody else in this case now."""
    found: list[Move] = []
    for offer in case.asked():
        if offer.state in PENDING:
            urge = 0.25 if run.present(offer.to) else 1.5
            found += [(urge, accept, (case, offer)), (urge / 3, decline, (case, offer))]
    for duty in case.owed():
        if duty.status == "open":
            found.append((0.4 if run.present(duty.holder) else 1.5, complete, (case, duty)))
        elif duty.status == "claimed":
            found.append((0.05, complete, (case, duty)))
        if duty.travels:
            found.append((1.2, arrive, (case, duty)))
        if duty.travels and duty.giver == duty.sender:
            found.append((1.2, depart, (case, duty)))
    waiting = [key for key, relay in case.relays.items() if relay.state == "unconfirmed"]
    return [*found, (0.15, settle, (case, waiting[-1]))] if waiting else found


def may_enter(run: Run, case: Episode, by: Actor, agency: str, sees: tuple[str, ...]) -> bool:
    """Who steers the case, or gave it: to an open offer, and later only where nobody there has an account."""
    if by.agency_id == agency:
        return False
    desk = run.model.desks[str(by.agency_id)]
    if not desk.active:
        return False
    if "coordinator" in run.person(by).duties:
        return desk.region in ("national", case.region) or case.lead == desk.id
    if sees and desk.id not in sees:
        return False
    states = (PENDING if sees else ()) + (() if run.model.desks[agency].account else HELD)
    return any((o.giver, o.to) == (desk.id, agency) and o.state in states for o in case.asked())


def accept(run: Run, case: Episode, offer: Offer) -> None:
    """It accepted by phone or letter."""
    by, said, refusals = _heard(run, case, str(offer.to), offer.giver, sees=(offer.giver,))
    taken = not refusals and acts.accepted(run.model, case, offer)
    if not refusals and not taken:
        refusals = (Conflict,)

    def do(session: Session) -> Actor:
        who = relays.answer_as(session, visibility.handoff(session, offer.id, by=by), said, by=by)
        handoffs.accept(session, offer.id, by=who)
        return who

    _enter(run, case, "accept", str(offer.to), by, do, refusals)


def decline(run: Run, case: Episode, offer: Offer) -> None:
    """It said no by phone or letter."""
    by, said, refusals = _heard(run, case, str(offer.to), offer.giver, sees=(offer.giver,))

    def do(session: Session) -> Actor:
        who = relays.answer_as(session, visibility.handoff(session, offer.id, by=by), said, by=by)
        handoffs.decline(session, offer.id, reason=DeclineCode.OTHER, by=who)
        return who

    if not refusals:
        acts.refused(run.model, case, offer, "declined")
    _enter(run, case, "decline", str(offer.to), by, do, refusals)


def complete(run: Run, case: Episode, duty: Duty) -> None:
    """What it did is entered from what was heard: taken and completed in one act."""
    holder = str(duty.holder)
    by, said, refusals = _heard(run, case, holder, duty.giver, apart=run.model.barred(case, duty))
    raw, given = run.answers(case, duty.element)
    person = str(by.user_id)
    if not refusals and duty.status == "claimed":
        refusals = (Conflict,)
    elif not refusals and not acts.may_claim(case, duty, person):
        refusals = (NotAllowed,)
    elif not refusals and (duty.travels or acts.too_early(case, duty)):
        refusals = (Conflict,)

    def do(session: Session) -> Actor:
        who = relays.holder_as(session, relays.task_of(session, duty.id, by=by), said, by=by)
        tasks.claim(session, duty.id, by=who)
        tasks.complete(session, duty.id, raw, by=who)
        return who

    if not refusals:
        acts.claimed(case, duty, person, run.now)
        case.facts.update(given.facts)
        moves_changes.written(run, case, duty, raw, given, holder, coordinates=False)
        acts.completed(run.model, case, duty, person, holder)
    _enter(run, case, "complete", holder, by, do, refusals)


def arrive(run: Run, case: Episode, duty: Duty) -> None:
    """It called that the person is there."""
    holder = str(duty.holder)
    by, said, refusals = _heard(run, case, holder, duty.giver, apart=run.model.barred(case, duty))
    if not refusals and duty.left_at is not None and said.happened_at < duty.left_at:
        refusals = (Invalid,)  # nobody arrives before leaving

    def do(session: Session) -> Actor:
        who = relays.holder_as(session, relays.task_of(session, duty.id, by=by), said, by=by)
        movements.arrive(session, duty.id, condition=movements.Condition.WELL, by=who)
        return who

    if not refusals:
        duty.travels, duty.accountable = False, holder
    _enter(run, case, "arrive", holder, by, do, refusals)


def depart(run: Run, case: Episode, duty: Duty) -> None:
    """It called that the person has left."""
    by, said, refusals = _heard(run, case, duty.giver, str(duty.holder), sees=(str(duty.holder), duty.accountable))
    if not refusals and duty.departed:
        refusals = (Conflict,)

    def do(session: Session) -> Actor:
        who = relays.giver_as(session, visibility.task(session, duty.id, by=by), said, by=by)
        movements.depart(session, duty.id, escort=movements.Escort.POLICE, by=who)
        return who

    if not refusals:
        duty.departed, duty.left_at = True, said.happened_at
    _enter(run, case, "depart", duty.giver, by, do, refusals)


def settle(run: Run, case: Episode, key: str) -> None:
    """The agency says that it was so, or not; nobody else can, and only once."""
    relay = case.relays[key]
    state = run.rng.choices((RelayState.CONFIRMED, RelayState.DISPUTED, RelayState.UNCONFIRMED), (5, 4, 1))[0]
    there = [agency for agency in (relay.agency, relay.entered_by, run.model.duty_desk) if run.present(agency)]
    by = run.anyone(there[0] if run.rng.random() < 0.7 else run.rng.choice(there))
    refusals: Refusals = ()
    if by.agency_id != relay.agency:
        refusals = (NotAllowed,) if by.agency_id == relay.entered_by else (NotFound,)
    elif state is RelayState.UNCONFIRMED:
        refusals = (Conflict,)
    verb = f"relay {state}" if not refusals else "settle a relay wrongly"
    run.do(verb, case, lambda s: relays.settle(s, key, state, by=by), refusals)
    if not refusals:
        relay.state = state.value
        if state is RelayState.DISPUTED:
            case.bends.calls.add(("disputed", case.lead))
    if not refusals and run.rng.random() < 0.3:
        run.do("relay settled twice", case, lambda s: relays.settle(s, key, state, by=by), (Conflict,))
    run.check(case, by.agency_id)
    _compare(run, case)


def _heard(
    run: Run, case: Episode, agency: str, other: str, *, sees: tuple[str, ...] = (), apart: Collection[str] = ()
) -> tuple[Actor, Said, Refusals]:
    """Who enters what for an agency, and how that must be refused, if it must.

    `sees`: what it is about is seen by these besides who steers the case; `apart` did the earlier step.
    """
    steers = case.lead if case.lead != agency else run.model.duty_desk
    asked = (*(steers,) * 4, run.model.duty_desk, other, other, agency, run.rng.choice(list(run.model.desks)))
    by = run.anyone(run.rng.choice([one for one in asked if run.present(one)]))
    channel, paper = run.rng.choice(list(Channel)), run.rng.choice(("", *("folder 7",) * 5))
    ago = run.rng.choices((timedelta(0), timedelta(minutes=30), YEAR * 3, -timedelta(hours=1)), (20, 20, 1, 1))[0]
    name = run.rng.choice((*("the duty doctor",) * 19, " "))
    said = Said(channel=channel, said_by=name, paper=paper, happened_at=run.now - ago)
    refusals: Refusals = ()
    if not may_enter(run, case, by, agency, sees):
        refusals = (NotFound,)
    elif by.agency_id in apart:
        refusals = (NotAllowed,)
    elif not _told(said, run.now):
        refusals = (Invalid,)
    return by, said, refusals


def _told(said: Said, now: datetime) -> bool:
    """Somebody said it, at a time that can be, and a letter lies somewhere."""
    kept = said.channel is not Channel.LETTER or bool(said.paper)
    return kept and bool(said.said_by.strip()) and now - 2 * YEAR < said.happened_at <= now


def _enter(run: Run, case: Episode, what: str, agency: str, by: Actor, do: Any, refusals: Refusals) -> None:
    verb = f"{what} on behalf" if not refusals else f"{what} on behalf wrongly"
    who = run.do(verb, case, do, refusals)
    if who is not None:
        case.relays[who.behalf.relay_id] = Relayed(agency, str(by.agency_id))
    run.check(case, agency)
    _compare(run, case)
    if who is not None:
        _shown(run, who.behalf.relay_id, (str(by.user_id), agency))


def _shown(run: Run, key: str, acted: tuple[str, str]) -> None:
    """The record shows which agency acted, and who entered it."""
    with run.store.reading() as session:
        relay = session.get_one(Relay, key)
        told = relays.acts_of(session, [relay])[key]
    observed.need(bool(told), "nothing is recorded under", key)
    for leaf in told:
        observed.need((leaf["actor"]["user"], leaf["actor"]["agency"]) == acted, "recorded as of another", leaf, acted)


def _compare(run: Run, case: Episode) -> None:
    with run.store.reading() as session:
        observed_desks.compare_relays(case, session)
