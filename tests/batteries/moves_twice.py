"""Twice the same person, and cases that began on paper: linking and undoing it, taking over at a stage."""

from collections.abc import Callable
from typing import Any

from engine import links, takeovers
from engine.actor import Actor
from engine.errors import Conflict, EngineError, Invalid, NotAllowed, NotFound
from tests.batteries import acts_changes as acts
from tests.batteries import observed
from tests.batteries.driver import Move, Refusals, Run
from tests.batteries.model import Duty, Episode

PATH = (  # the steps of the path in the order in which a case meets them
    "intake",
    "paper_follow_up",
    "child_notice",
    "guardian",
    "best_interests",
    "rights_and_consent",
    "screening",
    "second_opinion",
    "alternative_referral",
    "needs_and_risk",
    "case_plan",
    "reflection_review",
    "formal_opinion",
    "formal_confirmation",
)
BEHIND = {  # where one may stand, and what must be known from the paper for the path to lead there
    "identification": {},
    "alternative_referral": {},  # where nobody says that a person is presumed a victim, this is where the path leads
    "needs_and_risk": {"preliminary_result": "presumed"},
    "case_plan": {"preliminary_result": "presumed"},
    "legal_aid": {"preliminary_result": "presumed", "lawyer_wanted": "yes"},
    "shelter": {"preliminary_result": "presumed", "shelter_planned": "yes"},
    "service_referral": {"preliminary_result": "presumed", "services_planned": ["medical", "social"]},
    "witness_protection": {"preliminary_result": "presumed", "protection_wanted": "yes"},
    "recovery": {"preliminary_result": "presumed"},
    "formal_identification": {"preliminary_result": "presumed"},
    "repatriation": {"preliminary_result": "presumed", "return_wanted": "yes", "nationality": "foreign"},
}


def of_case(run: Run, case: Episode) -> list[Move]:
    """Linking this case with another one, or undoing that."""
    others = [other for other in run.model.episodes.values() if other is not case]
    moves: list[Move] = [(0.1, link, (case, run.rng.choice(others)))] if others else []
    tied = [other for other in run.model.episodes.values() if other.bends.tie]
    return moves + ([(0.15, undo, (run.rng.choice(tied),))] if tied else [])


def link(run: Run, leading: Episode, follower: Episode) -> None:
    """A coordinator says that an open case and another, open or closed, are one person: the first leads."""
    desks = [desk.id for desk in run.model.desks.values() if "coordinator" in desk.roles]
    part = [a for a in acts.knowing(run.model, leading) if a in acts.knowing(run.model, follower)]
    by = run.anyone(run.rng.choice((run.model.duty_desk, run.rng.choice(desks), run.rng.choice(part))))
    if run.rng.random() < 0.1:
        follower = leading
    refusals = _refused_link(run, leading, follower, by)
    refs = leading.bends.reference, follower.bends.reference
    said = "link in vain" if refusals else "link"
    made = run.do(said, leading, lambda s: links.same_person(s, *refs, by=by), refusals)
    if not refusals:
        acts.linked(run.model, leading, follower, made.id)
    run.check(leading, by.agency_id)
    run.check(follower, by.agency_id)


def _refused_link(run: Run, leading: Episode, follower: Episode, by: Actor) -> Refusals:
    agency = str(by.agency_id)
    if by.is_coordinator and not acts.sees(run.model, leading, agency):
        return (NotFound,)
    unseen = by.is_coordinator and not acts.sees(run.model, follower, agency)
    if unseen or leading is follower:
        return (Invalid,)
    if not by.is_coordinator:
        return (NotAllowed,)
    follows = any(case.bends.person != case.bends.opened_for for case in (leading, follower))
    ties = [e.bends.tie for e in run.model.episodes.values() if e.bends.tie]
    leads = any(run.model.episodes[tie.leading].bends.person == follower.bends.person for tie in ties)
    same = leading.bends.person == follower.bends.person
    return (Conflict,) if follows or leads or same else ()


def undo(run: Run, follower: Episode) -> None:
    """They are two people after all; said by a coordinator who sees either case."""
    tie = follower.bends.tie
    assert tie is not None
    leading = run.model.episodes[tie.leading]
    desks = [desk.id for desk in run.model.desks.values() if "coordinator" in desk.roles]
    by = run.anyone(run.rng.choice((run.model.duty_desk, run.rng.choice(desks))))
    seen = any(acts.sees(run.model, case, str(by.agency_id)) for case in (leading, follower))
    refusals: Refusals = () if seen else (NotFound,)
    said = "undo a link in vain" if refusals else "undo a link"
    run.do(said, follower, lambda s: links.undo(s, tie.id, by=by), refusals)
    if not refusals:
        acts.unlinked(run.model, leading, follower)
    run.check(follower, by.agency_id)
    run.check(leading, by.agency_id)
    if not refusals:
        run.do("undo a link again", follower, lambda s: links.undo(s, tie.id, by=by), (Conflict,))
        run.check(follower, by.agency_id)


# on paper
def take_over(run: Run) -> None:
    """A coordinator enters a case that has been running on paper; what the paper does not say leads nowhere."""
    region = run.rng.choice(("osh", "bishkek"))
    by, stage = run.anyone(run.model.lead(region)), run.rng.choice(sorted(BEHIND))
    known = {"age_band": run.rng.choice(("adult", "child")), "sex": run.rng.choice(("female", "male"))}
    leads = run.rng.random() < 0.8 or not BEHIND[stage]
    if leads:
        known |= {"formal_result": "victim"} | BEHIND[stage]
    verb: Callable[[Any], Any] = lambda s: takeovers.take_over(s, stage, region=region, facts=known, by=by)  # noqa: E731
    wrong = run.rng.choice(
        [
            (lambda s: takeovers.take_over(s, "heaven", region=region, facts=known, by=by), Invalid),
            (
                lambda s: takeovers.take_over(s, stage, region=region, facts=known | {"risk_level": "low"}, by=by),
                Invalid,
            ),
            (lambda s: takeovers.take_over(s, stage, region=region, facts=known, by=run.police()), NotAllowed),
        ]
    )
    refusal: type[EngineError] = Conflict
    if leads and run.rng.random() < 0.2:
        (verb, refusal), leads = wrong, False
    opened = run.do("take over" if leads else "take over in vain", None, verb, () if leads else (refusal,))
    if opened is None:
        return
    case = run.model.episodes[opened.id] = Episode(opened.id, run.model.lead(region), region, dict(known))
    run.met(case, opened, str(by.agency_id))
    run.people[case.id] |= known
    _before(run, case)
    run.check(case, by.agency_id)


def _before(run: Run, case: Episode) -> None:
    """The steps that came before the system: each was opened and left out, in the order of the path."""
    with run.store.reading() as session:
        seen = observed.look(session, case.id)
    over = {row.id for row in seen.tasks if row.status == "cancelled"}
    steps: list[Duty] = [duty for duty in observed.new_duties(seen, case) if duty.id in over]
    asked = {row.task_id for row in seen.handoffs} & over
    observed.need(not asked, "somebody was asked for what was done before the system", asked)
    for duty in sorted(steps, key=lambda step: PATH.index(step.element)):
        acts.passed(run.model, case, duty)
