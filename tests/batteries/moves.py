"""What people and time may do next, and what each of it must come to."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from engine import act as engine_acts
from engine import agencies, alarms, cases, consents, handoffs, handovers, movements, tasks, worker
from engine.errors import Conflict, NotAllowed, NotFound, Stale
from engine.models.cases import ConsentAnswer
from engine.models.columns import UTCDateTime
from engine.models.people import Agency, PlaceKind
from engine.models.work import Alarm, DeclineCode
from tests.batteries import acts, moves_behalf, moves_changes, moves_desks, moves_people, observed
from tests.batteries.driver import HOPELESS, Move, Refusals, Run
from tests.batteries.model import PENDING, Duty, Episode, Offer

DUE = text(
    "SELECT id, case_id, kind, about_id, next_at FROM deadline WHERE state = 'running' ORDER BY next_at, id LIMIT 1"
).columns(next_at=UTCDateTime())
PURPOSES = ("urgent_help", "identification", "shelter", "services", "legal_aid", "protection", "return")


def step(run: Run) -> None:
    """One act of somebody, or of time; then everything is compared."""
    run.steps += 1
    run.later(timedelta(seconds=run.rng.randint(2, 900)))
    choices = _moves(run)
    _, act, about = run.rng.choices(choices, [choice[0] for choice in choices])[0]
    act(run, *about)


def _moves(run: Run) -> list[Move]:
    live = run.live()
    if len(live) < run.episodes:
        return [(1.0, open_case, ()), *moves_changes.beginnings(run)]
    case = run.rng.choice(live)
    moves: list[Move] = [(1.2, tick, ()), (0.15, consent, (case,)), (0.4, acknowledge, (case,))]
    moves.append((0.1, confirm_places, ()))
    for offer in case.asked():
        moves += _offer_moves(run, case, offer) if offer.state in PENDING else [(0.1, take_back, (case, offer))]
    for duty in case.owed():
        moves += _duty_moves(run, case, duty)
    moves += moves_desks.moves(run) + moves_people.moves(run) + moves_behalf.moves(run, case)
    return moves + moves_changes.of_case(run, case)


def _offer_moves(run: Run, case: Episode, offer: Offer) -> list[Move]:
    about = (case, offer)
    moves: list[Move] = [(0.2, take_back, about)]
    if not run.present(offer.to):
        return moves
    moves += [(3.0, accept, about), (1.0, decline, about), (0.5, open_card, about), (0.2, deliver, about)]
    return [*moves, (0.2, wrong_answer, about)]


def _duty_moves(run: Run, case: Episode, duty: Duty) -> list[Move]:
    about = (case, duty)
    if duty.status == "awaiting":
        urge = 0.6 if duty.exhausted else 0.2
        return [(urge, reroute, about), (urge / 2, find_place, about), (urge, consent, (case, duty.purpose))]
    moves: list[Move] = [(0.3, reassign, about), (0.2, wrong_task, about), (0.3, hand_over, about)]
    if not run.present(duty.holder):
        return [(0.3, hand_over, about)]
    if duty.travels:
        moves += [(1.0, depart, about), (2.0, arrive, about)]
    if duty.status == "open":
        return [*moves, (4.0, claim, about)]
    ready = acts.may_claim(case, duty, str(duty.by)) and not acts.too_early(case, duty)
    return [*moves, (6.0 if ready else 0.3, complete, about), (0.4, release, about)]


# tasks
def open_case(run: Run) -> None:
    """A first responder detects somebody."""
    by = run.anyone(run.rng.choice(moves_desks.first_responders(run)))
    region = run.rng.choice((by.region, by.region, "osh", "bishkek"))
    opened = run.do("open case", None, lambda s: cases.open_case(s, by=by, region=region))
    case = run.model.episodes[opened.id] = Episode(opened.id, run.model.lead(region), region, {})
    run.met(case, opened, str(by.agency_id))
    run.check(case, by.agency_id)


def claim(run: Run, case: Episode, duty: Duty) -> None:
    """Somebody takes a duty from the desk."""
    by = run.anyone(duty.holder)
    free = acts.may_claim(case, duty, str(by.user_id))
    run.do("claim", case, lambda s: tasks.claim(s, duty.id, by=by), () if free else (NotAllowed,))
    if free:
        acts.claimed(case, duty, str(by.user_id), run.now)
    run.check(case, by.agency_id)


def release(run: Run, case: Episode, duty: Duty) -> None:
    """Hand it back to the desk."""
    by = run.claimer(duty)
    run.do("release", case, lambda s: tasks.release(s, duty.id, by=by))
    duty.status, duty.by = "open", None
    run.check(case, by.agency_id)


def reassign(run: Run, case: Episode, duty: Duty) -> None:
    """A colleague or the coordinator gives it to a named person."""
    to, by = run.anyone(duty.holder), run.anyone(duty.holder, case.lead)
    refusals: Refusals = (Conflict,) if run.person(to).is_away(run.now) else ()
    verb = "reassign" if not refusals else "reassign to the away"
    run.do(verb, case, lambda s: tasks.reassign(s, duty.id, str(to.user_id), by=by), refusals)
    if not refusals:
        acts.claimed(case, duty, str(to.user_id), run.now)
    run.check(case, by.agency_id)


def complete(run: Run, case: Episode, duty: Duty) -> None:
    """Fill the form: the path goes on."""
    by = run.claimer(duty)
    raw, given = run.answers(case, duty.element)
    refusals: Refusals = ()
    if not acts.may_claim(case, duty, str(by.user_id)):
        refusals = (NotAllowed,)
    elif duty.travels or acts.too_early(case, duty):
        refusals = (Conflict,)
    run.do(f"complete {duty.element}", case, lambda s: tasks.complete(s, duty.id, raw, by=by), refusals)
    if not refusals:
        case.facts.update(given.facts)
        moves_changes.written(run, case, duty, raw, given, str(by.agency_id), coordinates=by.is_coordinator)
        acts.completed(run.model, case, duty, str(by.user_id), str(by.agency_id))
    run.check(case, by.agency_id)


def wrong_task(run: Run, case: Episode, duty: Duty) -> None:
    """A stranger, a stale page or a second claim: refused, and nothing changes."""
    stranger = run.staff.codes["prosecutor" if duty.lane != "prosecutor" else "hotline"]
    if run.rng.random() < 0.5 and run.present(stranger):
        by = run.anyone(stranger)
        run.do("stranger claims", case, lambda s: tasks.claim(s, duty.id, by=by), (NotFound,))
    else:
        by = run.anyone(duty.holder)
        run.do("stale claim", case, lambda s: tasks.claim(s, duty.id, by=by, revision=9_999), (Stale,))
    run.check(case, by.agency_id)


# offers
def accept(run: Run, case: Episode, offer: Offer) -> None:
    """The receiver takes responsibility, unless the last place or the consent has just gone."""
    by = run.anyone(offer.to)
    accepted = acts.accepted(run.model, case, offer)
    verb = "accept" if accepted else "accept in vain"
    run.do(verb, case, lambda s: handoffs.accept(s, offer.id, by=by), () if accepted else (Conflict,))
    run.check(case, by.agency_id)


def decline(run: Run, case: Episode, offer: Offer) -> None:
    """The receiver says no."""
    by, reason = run.anyone(offer.to), run.rng.choice(list(DeclineCode))
    run.do("decline", case, lambda s: handoffs.decline(s, offer.id, reason=reason, by=by))
    acts.refused(run.model, case, offer, "declined")
    run.check(case, by.agency_id)


def open_card(run: Run, case: Episode, offer: Offer) -> None:
    """The receiver looks at the card."""
    by = run.anyone(offer.to)
    run.do("open card", case, lambda s: handoffs.open_card(s, offer.id, by=by))
    offer.state = "opened"
    run.check(case, by.agency_id)


def deliver(run: Run, case: Episode, offer: Offer) -> None:
    """The receiver's worklist is shown: every offer in it is delivered."""
    by = run.anyone(offer.to)
    run.do("deliver", case, lambda s: handoffs.deliver(s, by=by))
    for other in run.model.open_cases():
        for one in other.asked():
            if one.to == by.agency_id and one.state == "offered":
                one.state = "delivered"
    run.check(case, by.agency_id)


def wrong_answer(run: Run, case: Episode, offer: Offer) -> None:
    """Somebody else answers, or an old page does: refused, and nothing changes."""
    by = run.anyone(offer.to)
    if run.rng.random() < 0.5:
        run.do("stale accept", case, lambda s: handoffs.accept(s, offer.id, by=by, revision=9_999), (Stale,))
    else:
        by = run.anyone(case.lead)
        run.do("coordinator accepts", case, lambda s: handoffs.accept(s, offer.id, by=by), (NotAllowed,))
    run.check(case, by.agency_id)


def reroute(run: Run, case: Episode, duty: Duty) -> None:
    """The coordinator chooses: mostly somebody suitable, sometimes not."""
    suitable = [desk.id for desk in run.model.choices(case, duty)]
    anybody = list(run.model.desks)
    to = run.rng.choice(suitable if suitable and run.rng.random() < 0.7 else anybody)
    by = run.anyone(case.lead)
    taken = acts.rerouted(run.model, case, duty, to)
    verb = "reroute" if taken else "reroute wrongly"
    run.do(verb, case, lambda s: handoffs.reroute(s, duty.id, to, by=by), () if taken else (Conflict,))
    run.check(case, by.agency_id)


def find_place(run: Run, case: Episode, duty: Duty) -> None:
    """The coordinator asks everybody again."""
    by = run.anyone(case.lead)
    refusals: Refusals = (Conflict,) if case.pending(duty.key) else ()
    run.do("find place", case, lambda s: handoffs.find_place(s, duty.id, by=by), refusals)
    if not refusals:
        duty.interrupted = False
        run.model.make(case, duty, again=True)
    run.check(case, by.agency_id)


def consent(run: Run, case: Episode, about: str = "") -> None:
    """The person says something else than before; sometimes to one agency only."""
    purpose = about or run.rng.choice(PURPOSES)
    answer = run.rng.choices(list(ConsentAnswer), (60, 15, 25))[0]
    recipient = run.rng.choice(list(run.model.desks)) if run.rng.random() < 0.1 else None
    by = run.anyone(case.lead)

    def say(session: Any) -> None:
        act = engine_acts.begin(session, case.id, by)
        consents.give(act, purpose, answer, recipient_id=recipient)

    run.do(f"consent {answer}", case, say)
    case.consents[purpose] = (answer.value, recipient)
    case.bends.took[purpose] = (str(by.agency_id), "")
    run.check(case, by.agency_id)


def hand_over(run: Run, case: Episode, duty: Duty) -> None:
    """Whoever holds a lane offers it to another agency of the same role."""
    suitable = [desk.id for desk in run.model.suitable(case, duty)]
    to = run.rng.choice(suitable if suitable and run.rng.random() < 0.8 else list(run.model.desks))
    by = run.anyone(duty.holder, case.lead)
    free = acts.may_hand_over(run.model, case, duty, to)
    why = run.rng.choice(handovers.REASONS)
    run.do(
        "hand over" if free else "hand over wrongly",
        case,
        lambda s: handovers.offer(s, duty.id, to, reason=why, by=by),
        () if free else (Conflict, NotFound),
    )
    if free:
        basis = run.model.basis(case, duty)
        run.model.offer(case, duty, to, basis[0] if basis else "", str(duty.holder))
    run.check(case, by.agency_id)


def take_back(run: Run, case: Episode, offer: Offer) -> None:
    """The giver takes back what it is still accountable for, the coordinator anything."""
    by = run.anyone(offer.giver, case.lead)
    why = run.rng.choice(("wrong_agency", "by_giver"))
    free = acts.may_take_back(run.model, case, offer, str(by.agency_id))
    verb = "take back" if free else "take back too late"
    refusals: Refusals = () if free else (NotAllowed,)
    run.do(verb, case, lambda s: handovers.take_back(s, offer.id, reason=why, by=by), refusals)
    if free:
        acts.taken_back(run.model, case, offer)
    run.check(case, by.agency_id)


def confirm_places(run: Run) -> None:
    """A shelter says how many places it has."""
    there = [(agency, kind) for agency, kind in run.model.beds if run.managers(agency)]
    agency, kind = run.rng.choice(there)
    beds = run.model.beds[agency, kind]
    by, total = run.rng.choice(run.managers(agency)), max(run.rng.randint(1, 4), beds.taken)
    run.do("confirm places", None, lambda s: agencies.confirm_places(s, PlaceKind(kind), total, by=by))
    beds.total, beds.confirmed_at = total, run.now


# the way there
def depart(run: Run, case: Episode, duty: Duty) -> None:
    """The person leaves."""
    by = run.anyone(duty.giver, duty.holder)
    refusals: Refusals = (Conflict,) if duty.departed else ()
    escort = run.rng.choice(list(movements.Escort))
    run.do("depart", case, lambda s: movements.depart(s, duty.id, escort=escort, by=by), refusals)
    if not refusals:
        duty.departed, duty.left_at = True, run.now
    run.check(case, by.agency_id)


def arrive(run: Run, case: Episode, duty: Duty) -> None:
    """The person is there: now the receiver is accountable. The giver cannot say so."""
    there = run.rng.random() < 0.85 or not run.present(duty.giver)
    by = run.anyone(duty.holder if there else duty.giver)
    condition = run.rng.choice(list(movements.Condition))
    run.do(
        "arrive",
        case,
        lambda s: movements.arrive(s, duty.id, condition=condition, by=by),
        () if there else (NotAllowed,),
    )
    if there:
        duty.travels, duty.accountable = False, str(duty.holder)
    run.check(case, by.agency_id)


# time
def tick(run: Run) -> None:
    """The clock moves to what is due next, and the worker acts."""
    with run.store.reading() as session:
        due = session.connection().execute(DUE).first()
    if due is None:
        return
    run.pass_time(due.next_at + timedelta(seconds=1))
    run.count(f"clock {due.kind}", run.model.episodes[due.case_id])
    observed.need(worker.fire_one_deadline(run.store), "nothing was due")
    case = run.model.episodes[due.case_id]
    if due.kind == "alarm" and (not case.open or case.exhausted >= HOPELESS):
        acknowledge(run, case)
        return
    if due.kind == "acceptance":
        offer = next(o for o in case.offers if o.id == due.about_id)
        acts.refused(run.model, case, offer, "expired")
    run.check(case, None)


def acknowledge(run: Run, case: Episode) -> None:
    """A desk says that it has seen the alarm."""
    with run.store.reading() as session:
        query = select(Alarm.id, Alarm.kind, Agency.code, Agency.id).join(Agency, col(Agency.id) == Alarm.to_id)
        query = query.where(Alarm.case_id == case.id, col(Alarm.acknowledged_at).is_(None))
        waiting = session.exec(
            query.where(col(Alarm.settled_at).is_(None)).order_by(Alarm.kind, Agency.code, col(Alarm.raised_at))
        ).all()
    if not waiting:
        return
    alarm_id, kind, _, desk = run.rng.choice(waiting)
    if not run.present(desk):
        return
    by = run.anyone(desk)
    run.do("acknowledge", case, lambda s: alarms.acknowledge(s, alarm_id, by=by))
    case.bends.heard.add((kind.value, desk))
    run.check(case, by.agency_id)
