"""How a path bends: steps skipped, stages begun early or again, cases taken over from paper, forms corrected."""

from functools import partial
from typing import Any

from sqlmodel import select

from engine import act as engine_acts
from engine import corrections, paths, repeats
from engine.corrections import Verdict
from engine.demo import answering
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.forms import validate
from engine.models.work import Handoff, UserTask
from tests.batteries import acts_changes as acts
from tests.batteries import observed, world
from tests.batteries.acts import taken_from
from tests.batteries.driver import SPINE, Move, Refusals, Run
from tests.batteries.model import HELD, OPEN, Duty, Episode, Fill

INPUTS: dict[str, dict[str, list[Any]]] = {  # what a stage must be told
    "identification": {"child_path_open": [True, False]},
    "shelter": {"urgent": [True, False]},
    "service_referral": {"urgent": [True, False], "service": ["medical", "psychological", "social", "education"]},
}
BEGUN = ("identification", "shelter", "service_referral", "legal_aid", "witness_protection", "repatriation", "recovery")
WORKED = ("accepted", "in_work", "done", "partly_done", "failed")


def of_case(run: Run, case: Episode) -> list[Move]:
    """What may bend in this case now."""
    moves: list[Move] = [(0.12, start, (case,)), (0.05, wrongly, (case,))]
    moves += [(0.06, skip, (case, duty)) for duty in acts.open_duties(case)]
    if case.bends.papers:
        done = case.duties[run.rng.choice(list(case.bends.papers))]
        moves += [(0.5, correct, (case, done)), (0.1, correct_wrongly, (case, done))]
    moves += [(0.7, decide, (case, correction)) for correction in case.bends.undecided]
    return moves


# the path
def skip(run: Run, case: Episode, duty: Duty) -> None:
    """The coordinator skips a step, or the stage it belongs to; the closing of a case needs two people."""
    by, why = run.anyone(run.rng.choice((case.lead, run.model.duty_desk))), run.rng.choice(paths.REASONS)
    refusals: Refusals = (Conflict,) if duty.process == "closure" else ()
    said = "skip the closure" if refusals else f"skip {'a stage' if duty.key[1] else 'a step'}"
    run.do(said, case, lambda s: paths.skip(s, duty.id, reason=why, by=by), refusals)
    if not refusals:
        acts.skipped(run.model, case, duty)
    run.check(case, by.agency_id)


def start(run: Run, case: Episode) -> None:
    """The coordinator begins a stage early or again, beside the path."""
    by, stage, why = run.anyone(case.lead), run.rng.choice(BEGUN), run.rng.choice(paths.REASONS)
    told = {name: run.rng.choice(values) for name, values in INPUTS.get(stage, {}).items()}
    ref = case.bends.reference
    before = any(duty.process == stage for duty in case.duties.values())
    begun = run.do(
        "repeat a stage" if before else "begin a stage early",
        case,
        lambda s: paths.start_stage(s, ref, stage, reason=why, inputs=told, by=by),
    )
    acts.began(run.model, case, begun, stage)
    run.check(case, by.agency_id)


def wrongly(run: Run, case: Episode) -> None:
    """Who may not bend a path, a reason nobody knows, a stage there is not: refused."""
    ref, lead = case.bends.reference, run.anyone(case.lead)
    parts = [a for a in acts.knowing(run.model, case) if not run.anyone(a).is_coordinator]

    def begin(stage: str, reason: str, by: Any, **told: Any) -> Any:
        return lambda s: paths.start_stage(s, ref, stage, reason=reason, inputs=told, by=by)

    choices = [
        ("begin nothing", begin("heaven", "urgent", lead), Invalid),
        ("begin without a reason", begin("recovery", "", lead), Invalid),
        ("begin without being told", begin("shelter", "urgent", lead), Invalid),
    ]
    if parts:
        by = run.anyone(run.rng.choice(parts))
        choices.append(("begin by another", begin("recovery", "urgent", by), NotAllowed))
    for duty in acts.open_duties(case)[:1]:
        choices.append(("skip without a reason", partial(paths.skip, task_id=duty.id, reason="", by=lead), Invalid))
        by = run.anyone(duty.holder or case.lead)
        skip_it = partial(paths.skip, task_id=duty.id, reason="urgent", by=by)
        choices += [] if by.is_coordinator else [("skip by another", skip_it, NotAllowed)]
    said, verb, refusal = run.rng.choice(choices)
    run.do(said, case, verb, (refusal,))
    run.check(case, lead.agency_id)


# corrections
def correct(run: Run, case: Episode, duty: Duty) -> None:
    """The agency that wrote a form corrects it; where something was decided on it, the coordinator is asked."""
    paper = case.bends.papers[duty.id]
    by, form = run.anyone(paper.agency), run.forms[duty.element]
    people = run.people[case.id] | world.mood(run.rng) | changed_mind(run)
    raw = answering.fill(form, world.wanted(run.names[duty.element], people), today=paper.day)
    new = validate(form, raw, today=paper.day, language="en")
    old = paper.came_to.values
    fields = {n for n in old.keys() | new.values.keys() if old.get(n) != new.values.get(n)}
    why = run.rng.choice(corrections.REASONS)
    mine = acts.sees(run.model, case, paper.agency) or not taken_from(case, duty, paper.agency)
    there = mine and run.model.desks[paper.agency].active
    refusals: Refusals = (NotFound,) if not there else () if fields else (Conflict,)
    said = "correct what was taken away" if not there else "correct" if fields else "correct nothing"
    made = run.do(said, case, lambda s: corrections.correct(s, duty.id, raw, reason=why, by=by), refusals)
    if fields and there:
        if acts.corrected(run.model, case, duty, new, paper.agency, coordinates=by.is_coordinator):
            case.bends.undecided[made.id] = duty.id
        told = _told(run, case, duty, fields) - {paper.agency}  # what has ended with a consent, nobody works on
        case.bends.calls |= {("acted_on_old_answer", agency) for agency in told}
    run.check(case, by.agency_id)


def changed_mind(run: Run) -> dict[str, Any]:
    """What may have been written wrongly about the person."""
    pick = run.rng.choice
    wrong: dict[str, Any] = {"sex": pick(("female", "male")), "language": pick(("ky", "ru", "uz"))}
    wrong |= {"age_band": pick(("adult", "child")), "nationality": pick(("kyrgyz", "foreign"))}
    wrong |= {f"consent_{what}": pick(("given", "refused")) for what in ("services", "legal_aid", "shelter")}
    names = run.rng.sample(sorted(wrong), 2)
    return {name: wrong[name] for name in names}


def _told(run: Run, case: Episode, duty: Duty, fields: set[str]) -> set[str]:
    query = select(Handoff.receiver_id, Handoff.shared).where(Handoff.case_id == case.id)
    with run.store.reading() as session:
        worked = session.exec(query.where(Handoff.state.in_(WORKED))).all()  # type: ignore[attr-defined]
    borrowed = {key: {q.from_ for q in form.questions if q.from_} for key, form in run.forms.items()}
    return acts.told(case, duty, fields, list(worked), borrowed)


def correct_wrongly(run: Run, case: Episode, duty: Duty) -> None:
    """A stranger, a reason nobody knows, or a form that is not completed yet: refused."""
    paper = case.bends.papers[duty.id]
    by = run.anyone(paper.agency)
    mine = acts.sees(run.model, case, paper.agency) or not taken_from(case, duty, paper.agency)
    known = mine and run.model.desks[paper.agency].active
    choices = [("without a reason", duty, "", by, Invalid if known else NotFound)]
    far = acts.strangers(run.model, case)
    if far:
        choices.append(("by a stranger", duty, "typing_error", run.anyone(run.rng.choice(far)), NotFound))
    for other in acts.open_duties(case)[:1]:
        choices.append(("what is not done", other, "typing_error", run.anyone(case.lead), Conflict))
    said, about, why, by, refusal = run.rng.choice(choices)
    raw = dict(paper.raw)
    run.do(f"correct {said}", case, lambda s: corrections.correct(s, about.id, raw, reason=why, by=by), (refusal,))
    run.check(case, by.agency_id)


def decide(run: Run, case: Episode, correction: str) -> None:
    """What was decided on the old answer stands, or the step is done again, as the coordinator was told before."""
    duty = case.duties[case.bends.undecided[correction]]
    verdict, by = run.rng.choice((Verdict.STAND, Verdict.REDO)), run.anyone(case.lead)
    way = _foreseen(run, case, duty, by) if verdict is Verdict.REDO else None
    refusals: Refusals = (Conflict,) if isinstance(way, Conflict) else ()
    said = str(verdict) if way is None else f"redo {'in vain' if refusals else 'on the path' if way.step else 'beside'}"
    run.do(said, case, lambda s: corrections.decide(s, correction, verdict, by=by), refusals)
    if isinstance(way, repeats.Way):
        acts.went_back(run.model, case, duty, way)
        _again(run, case, duty, by)
    if not refusals:
        del case.bends.undecided[correction]
    run.check(case, by.agency_id)
    if not refusals:
        run.do("decide again", case, lambda s: corrections.decide(s, correction, verdict, by=by), (Conflict,))
        run.check(case, by.agency_id)


def _foreseen(run: Run, case: Episode, duty: Duty, by: Any) -> repeats.Way | Conflict:
    """What the coordinator is told: no help that has begun may end, and only a step of a stage is done beside."""
    with run.store.reading() as session:
        act = engine_acts.look(session, case.id, by)
        way = corrections.redo(act, session.get_one(UserTask, duty.id))
    open_again = any(other.key == duty.key and other.element == duty.element for other in acts.open_duties(case))
    if isinstance(way, Conflict):
        whole = duty.process in (SPINE, case.bends.running.get(duty.key[0]))
        rounds = [o for o in case.duties.values() if (o.key[0], o.process) == (duty.key[0], duty.process)]
        again = open_again or _comes_again(case, duty) or any(other.key[1] != duty.key[1] for other in rounds)
        observed.need(whole or again, "a step of a stage cannot be done again", duty, way)
        return way
    observed.need(not open_again, "a step that is open would be opened twice", duty)
    ended = {(duty.key[0], scope.scope) for scope in way.step.scopes_ended} if way.step else set()
    others = [offer for offer in case.offers if offer.key[:2] in ended and offer.key[2] != "coordinator"]
    held = [offer for offer in others if offer.state in HELD]
    observed.need(not held, "help that has begun would end", held)
    return way


def _comes_again(case: Episode, duty: Duty) -> bool:
    """Whether the path has gone back before this step: one that came first is open once more, or it is not at its end.

    The closure is the end of the path: whatever else of it is open now comes before.
    """
    here = [other for other in case.duties.values() if other.key[0] == duty.key[0]]
    steps = list(dict.fromkeys(other.element for other in here))
    before = set(steps[: steps.index(duty.element)])
    ended = {other.element for other in here if other.status not in OPEN}
    there = [other for other in acts.open_duties(case) if other.key[0] == duty.key[0]]
    if duty.process == "closure":
        return any(other.key[1] != duty.key[1] for other in there)
    return any(other.element in before & ended for other in there)


def _again(run: Run, case: Episode, duty: Duty, by: Any) -> None:
    """The step is open once more: with who did it, if anybody, and nobody travels for it."""
    with run.store.reading() as session:
        seen = observed.look(session, case.id)
    fresh = observed.new_duties(seen, case)
    again = [one for one in fresh if one.element == duty.element]
    observed.need(len(fresh) == len(again) == 1, "not one step is done again, but", fresh)
    holder = next(row.holder_id for row in seen.tasks if row.id == again[0].id)
    lane = again[0].lane
    path = case.fills.get((case.spine, "", lane))
    if holder and lane != "coordinator" and again[0].key not in case.fills and not path:
        last = case.bends.filled.get(duty.key[:2], {}).get(lane)
        observed.need(holder == last, "somebody else does it again", holder, last)
        case.fills[again[0].key] = Fill(holder)
    run.model.opened(case, fresh, by.agency_id)
    if again[0].holder:
        again[0].travels, again[0].accountable = False, again[0].holder
