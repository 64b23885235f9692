"""What happens to a person: she changes her mind, leaves, is missing, in danger, dies; and cases that were mistakes."""

from typing import Any

from engine import changes, handovers, links, withdrawals
from engine.actor import Actor
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.batteries import acts_changes as acts
from tests.batteries import moves_bends, moves_twice
from tests.batteries.acts import called
from tests.batteries.bends import SAFETY, SERVICES, Paper
from tests.batteries.driver import Move, Refusals, Run
from tests.batteries.model import HELD, PENDING, Duty, Episode, Offer
from tests.times import BISHKEK

PURPOSES = ("everything", "urgent_help", "identification", "shelter", "services", "legal_aid", "protection", "return")
BESIDE = {"missing": (changes.missing, "missing"), "danger": (changes.danger, "danger")}


def beginnings(run: Run) -> list[Move]:
    """How a case begins otherwise than by a first responder: on paper, or because somebody known is found again."""
    moves: list[Move] = [(0.25, moves_twice.take_over, ())]
    closed = [case for case in run.model.episodes.values() if not case.open]
    return moves + ([(0.25, new_episode, (run.rng.choice(closed),))] if closed else [])


def of_case(run: Run, case: Episode) -> list[Move]:
    """What may happen to this case now."""
    about = (case,)
    moves: list[Move] = [(0.2, withdraw, about), (0.12, missing_or_danger, about), (0.15, wrongly, about)]
    moves += [(0.02, leave, about), (0.015, die, about), (0.01, erase, about)]
    closed = [other for other in run.model.episodes.values() if not other.open]
    if closed:
        moves.append((0.1, too_late, (run.rng.choice(closed),)))
    for duty in acts.open_duties(case):
        if duty.process in SERVICES or run.rng.random() < 0.1:
            moves.append((0.06, decline, (case, duty)))
    for offer in case.offers:
        if run.rng.random() < 0.1:
            moves.append((0.1, wrong_take_back, (case, offer)))
    return moves + moves_bends.of_case(run, case) + moves_twice.of_case(run, case)


def written(
    run: Run, case: Episode, duty: Duty, raw: dict[str, Any], given: Any, agency: str, *, coordinates: bool
) -> None:
    """A form was completed: its holder can correct what it says, and whose act a consent was is known."""
    day = run.now.astimezone(BISHKEK).date()
    case.bends.papers[duty.id] = Paper(raw, day, given, str(duty.holder))
    for purpose, answer in given.consents:
        acts.heard(run.model, case, purpose, answer, agency, duty.id, coordinates=coordinates)


# consent and services
def withdraw(run: Run, case: Episode) -> None:
    """The person takes back one consent or all: entered by the coordinator or who took it, else only reported."""
    purpose = run.rng.choice(PURPOSES)
    agency = run.rng.choice(acts.knowing(run.model, case))
    matching, by = acts.matching(case, purpose), run.anyone(agency)
    coordinates = by.is_coordinator
    enters = bool(matching) and acts.may_withdraw(run.model, case, matching, agency)
    refusals: Refusals = (Conflict,) if coordinates and not matching else ()
    word = "withdraw" if enters else "withdraw in vain" if refusals else "report a withdrawal"
    run.do(word, case, lambda s: withdrawals.withdraw(s, case.bends.reference, purpose, by=by), refusals)
    if enters:
        acts.withdrawn(run.model, case, matching, agency, coordinates=coordinates)
    elif not refusals:
        case.bends.calls.add(("withdrawal_reported", case.lead))
    run.check(case, agency)


def decline(run: Run, case: Episode, duty: Duty) -> None:
    """The person does not want this service; what is no service cannot be declined."""
    by = run.anyone(run.rng.choice((duty.holder or duty.accountable, case.lead)))
    refusals: Refusals = () if duty.process in SERVICES else (Conflict,)
    verb = "decline a service" if not refusals else "decline what is no service"
    run.do(verb, case, lambda s: withdrawals.decline_service(s, duty.id, by=by), refusals)
    if not refusals:
        acts.left(run.model, case, duty.key[:2], wish=True)
        _doubted(case, by, "withdrawal_reported")
    run.check(case, by.agency_id)


# the person
def leave(run: Run, case: Episode) -> None:
    """The person leaves: everything ends as her wish, and closure is prepared; from most it is a report only."""
    by = run.anyone(run.rng.choice(acts.knowing(run.model, case)))
    enters = acts.may_end(run.model, case, str(by.agency_id))
    refusals: Refusals = (Conflict,) if enters and acts.path_over(case) else ()
    verb = "leave again" if refusals else "leave" if enters else "report that she left"
    run.do(verb, case, lambda s: changes.leave(s, case.bends.reference, by=by), refusals)
    if enters and not refusals:
        acts.path_ends(run.model, case, "declined_help", wish=True, spared=SAFETY)
    if not refusals:
        _doubted(case, by, "left_reported")
    run.check(case, by.agency_id)


def _doubted(case: Episode, by: Actor, kind: str) -> None:
    """The coordinator is called where somebody else says what the person wishes."""
    if not by.is_coordinator:
        case.bends.calls.add((kind, case.lead))


def die(run: Run, case: Episode) -> None:
    """The person has died; said again while the closure is prepared, there is nothing to end."""
    by = run.anyone(run.rng.choice(acts.knowing(run.model, case)))
    refusals: Refusals = (Conflict,) if acts.died_before(run.model, case, str(by.agency_id)) else ()
    verb = "die again" if refusals else "die"
    run.do(verb, case, lambda s: changes.died(s, case.bends.reference, by=by), refusals)
    if not refusals:
        acts.died(run.model, case, str(by.agency_id))
    run.check(case, by.agency_id)


def missing_or_danger(run: Run, case: Episode) -> None:
    """A search or a safety plan begins beside the path, once; the desks are called every time."""
    what = run.rng.choice(sorted(BESIDE))
    verb, process = BESIDE[what]
    by = run.anyone(run.rng.choice(acts.knowing(run.model, case)))
    said = f"{what} again" if process in case.bends.running.values() else what
    run.do(said, case, lambda s: verb(s, case.bends.reference, by=by))
    called(run.model, case, what)
    run.check(case, by.agency_id)


# mistakes
def erase(run: Run, case: Episode) -> None:
    """The case was opened in error, or twice: a coordinator ends it."""
    by = run.anyone(run.rng.choice((case.lead, run.model.duty_desk)))
    why = run.rng.choice(changes.MISTAKES)
    refusals: Refusals = (Conflict,) if SAFETY & set(case.bends.running.values()) else ()
    said = f"{why} in vain" if refusals else why
    run.do(said, case, lambda s: changes.opened_in_error(s, case.bends.reference, reason=why, by=by), refusals)
    if not refusals:
        acts.erased(run.model, case)
    run.check(case, by.agency_id)


def wrong_take_back(run: Run, case: Episode, offer: Offer) -> None:
    """The receiver takes back what another gave, or somebody what has ended: refused."""
    agency = str(offer.to or case.lead)
    ended = offer.state not in PENDING + HELD
    if not ended and (run.anyone(agency).is_coordinator or agency == offer.giver):
        return
    by = run.steering(case) if ended else run.anyone(agency)
    run.do(
        "take back what ended" if ended else "take back another's",
        case,
        lambda s: handovers.take_back(s, offer.id, reason="wrong_agency", by=by),
        (Conflict,) if ended else (NotAllowed,),
    )
    run.check(case, by.agency_id)


def wrongly(run: Run, case: Episode) -> None:
    """A stranger, somebody who may not, or a word nobody knows: refused, and nothing changes."""
    ref, anywhere = case.bends.reference, sorted(BESIDE)
    far = acts.strangers(run.model, case)
    parts = [a for a in acts.knowing(run.model, case) if not run.anyone(a).is_coordinator]
    lead = run.anyone(case.lead)
    choices: list[tuple[str, Actor, Any, Refusals]] = [
        ("nonsense withdrawn", lead, lambda s, by: withdrawals.withdraw(s, ref, "marriage", by=by), (Invalid,)),
        ("error without reason", lead, lambda s, by: changes.opened_in_error(s, ref, reason="", by=by), (Invalid,)),
    ]
    if far:
        by, what = run.anyone(run.rng.choice(far)), run.rng.choice(anywhere)
        for name, verb in (("leave", changes.leave), ("die", changes.died), (what, BESIDE[what][0])):
            choices.append((f"stranger: {name}", by, lambda s, by, verb=verb: verb(s, ref, by=by), (NotFound,)))
        choices.append(
            ("stranger: withdraw", by, lambda s, by: withdrawals.withdraw(s, ref, "everything", by=by), (NotFound,))
        )
    if parts:
        by = run.anyone(run.rng.choice(parts))
        mistake = lambda s, by: changes.opened_in_error(s, ref, reason="duplicate", by=by)  # noqa: E731
        choices.append(("error by another", by, mistake, (NotAllowed,)))
    said, by, verb, refusals = run.rng.choice(choices)
    run.do(said, case, lambda s: verb(s, by), refusals)
    run.check(case, by.agency_id)


def too_late(run: Run, case: Episode) -> None:
    """Nothing happens to a closed case any more."""
    ref, by = case.bends.reference, run.steering(case)
    name, verb = run.rng.choice(
        [
            ("withdraw", lambda s: withdrawals.withdraw(s, ref, "everything", by=by)),
            ("leave", lambda s: changes.leave(s, ref, by=by)),
            ("die", lambda s: changes.died(s, ref, by=by)),
            ("missing", lambda s: changes.missing(s, ref, by=by)),
            ("error", lambda s: changes.opened_in_error(s, ref, reason="duplicate", by=by)),
        ]
    )
    run.do(f"too late: {name}", case, verb, (Conflict,))
    run.check(case, by.agency_id)


def new_episode(run: Run, old: Episode) -> None:
    """The person of a closed case is found again: a new case of the same person."""
    by = run.anyone(old.lead if run.model.desks[old.lead].active else run.model.duty_desk)
    elsewhere = by.region not in ("national", old.region)  # a desk opens no case that it could not see
    refusals: Refusals = (Invalid,) if elsewhere else ()
    opened = run.do("new episode", old, lambda s: links.new_episode(s, old.bends.reference, by=by), refusals)
    if refusals:
        return
    case = run.model.episodes[opened.id] = Episode(opened.id, run.model.lead(old.region), old.region, {})
    run.met(case, opened, str(by.agency_id))
    case.bends.person, case.bends.opened_for = old.bends.person, old.bends.opened_for
    run.check(case, by.agency_id)
    run.check(old, None)
