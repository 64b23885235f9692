"""What the model makes of what happens to a case: she changes her mind, leaves, dies; steps are skipped, corrected."""

from collections.abc import Collection, Set
from typing import Any

from tests.batteries import acts
from tests.batteries.bends import BESIDE_PATH, DECIDES, INITIAL, SAFETY, SERVICES, STAGES, Paper, Tie
from tests.batteries.model import HELD, OPEN, PENDING, REACHES, Duty, Episode, Fill, Model

Scope = tuple[str, str]


def open_duties(case: Episode) -> list[Duty]:
    """What is owed now."""
    return list(case.owed())


def sees(model: Model, case: Episode, agency: str) -> bool:
    """Whether a coordinating desk that takes part has this case: its region's, its own, or the national one's."""
    desk = model.desks[agency]
    here = desk.region in ("national", case.region) or case.lead == agency
    return desk.active and "coordinator" in desk.roles and here


def knowing(model: Model, case: Episode) -> list[str]:
    """Who may say what happened to the person: who has a part now, and who coordinates."""
    filling = {fill.agency for fill in case.fills.values()}
    desks = {agency for agency in filling if "coordinator" in model.desks[agency].roles}
    known = filling - {desk for desk in desks if not sees(model, case, desk)} | {case.lead, model.duty_desk}
    return sorted(known, key=lambda agency: model.desks[agency].code)


def strangers(model: Model, case: Episode) -> list[str]:
    """For whom there is no such case: no part in it ever, nothing given, nothing asked, not its coordinator."""
    known = case.bends.parts | {offer.giver for offer in case.offers} | {offer.to for offer in case.offers}
    known |= {d.giver for d in case.duties.values()} | {d.accountable for d in case.duties.values()}
    far = [desk for desk in model.desks.values() if desk.id not in known and not sees(model, case, desk.id)]
    return [desk.id for desk in far if desk.code != "auditor"]


# what ends early
def left(model: Model, case: Episode, scope: Scope, *, wish: bool) -> None:
    """A service or a stage ends where it stands: as the person's wish, or taken back by those who gave it."""
    for duty in open_duties(case):
        if duty.key[:2] == scope:
            duty.status = "cancelled"
    for offer in case.offers:
        if offer.key[:2] == scope and offer.state in PENDING:
            offer.state = "withdrawn" if wish else "recalled"
    acts.end(model, case, scope, "withdrawn" if wish else "recalled")


def all_over(model: Model, case: Episode, *, wish: bool, spared: Collection[str] = ()) -> None:
    """Everything that runs in a case ends at once, but for the processes that are spared."""
    scopes = {key[:2] for key in case.fills} | {offer.key[:2] for offer in case.offers}
    for scope in scopes | {duty.key[:2] for duty in open_duties(case)}:
        if case.bends.running.get(scope[0]) not in spared:
            left(model, case, scope, wish=wish)


def path_ends(model: Model, case: Episode, reason: str, *, wish: bool, spared: Set[str]) -> None:
    """All of it, but for what is spared and a closure that was begun for the same reason before."""
    again = {"closure"} if case.facts.get("closure_reason") == reason else set()
    all_over(model, case, wish=wish, spared=spared | again)
    case.facts["closure_reason"] = reason


def path_over(case: Episode) -> bool:
    """Whether nothing but the preparing of the closure runs, and what keeps the person safe."""
    return set(case.bends.running.values()) - SAFETY <= {"closure"}


def may_end(model: Model, case: Episode, agency: str) -> bool:
    """A coordinator; the house that has the person; where none has, who answers for a step of the path."""
    if "coordinator" in model.desks[agency].roles:
        return True
    houses = {fill.agency for fill in case.fills.values() if fill.beds}
    answers = any(
        duty.holder == duty.accountable == agency and duty.status in ("open", "claimed")
        for duty in case.duties.values()
        if duty.process not in BESIDE_PATH
    )
    return answers and (not houses or agency in houses)


def quiet(case: Episode) -> None:
    """Nobody is called any more about anything that nobody has heard yet."""
    case.bends.calls &= case.bends.heard
    case.bends.silent |= case.bends.undecided.keys()


def died(model: Model, case: Episode, agency: str) -> None:
    """Everything ends, where somebody says so who may; both desks are called in any case."""
    sure = "coordinator" in model.desks[agency].roles
    if sure:
        quiet(case)
    ends = may_end(model, case, agency)
    acts.called(model, case, "death")
    if ends:
        path_ends(model, case, "died", wish=False, spared=set() if sure else SAFETY)


def died_before(model: Model, case: Episode, agency: str) -> bool:
    """Whether nothing is left to end where somebody enters, who may, that the person has died."""
    sure = "coordinator" in model.desks[agency].roles
    ending = {process for process in case.bends.running.values() if sure or process not in SAFETY}
    return may_end(model, case, agency) and case.facts.get("closure_reason") == "died" and ending == {"closure"}


def erased(model: Model, case: Episode) -> None:
    """The case should not exist: all of it ends, nobody is called."""
    all_over(model, case, wish=False)
    quiet(case)
    case.open = False


# consent
def matching(case: Episode, purpose: str) -> list[str]:
    """The consents that hold and that these words take back."""
    given = [p for p, (answer, _) in case.consents.items() if answer == "given"]
    return [p for p in given if purpose in ("everything", p)]


def may_withdraw(model: Model, case: Episode, purposes: list[str], agency: str) -> bool:
    """A coordinator, or who took all these consents and does not itself work on the strength of one."""
    if "coordinator" in model.desks[agency].roles:
        return True
    took = {case.bends.took[p][0] for p in purposes}
    return took == {agency} and not any(offer.to == agency for offer in _resting(case, purposes))


def _resting(case: Episode, purposes: list[str]) -> list[Any]:
    """The handoffs that an agency holds on the strength of these consents."""
    grounds = {f"consent {p}" for p in purposes}
    return [offer for offer in case.offers if offer.state in HELD and offer.basis in grounds]


def withdrawn(model: Model, case: Episode, purposes: list[str], agency: str, *, coordinates: bool) -> None:
    """Services nobody has begun end where they had no other ground; who has begun is told; the others go on."""
    for purpose in purposes:
        case.consents[purpose] = ("withdrawn", case.consents[purpose][1])
        case.bends.took[purpose] = (agency, "")
    taken_back(model, case, purposes, coordinates=coordinates)


def heard(model: Model, case: Episode, purpose: str, answer: str, agency: str, step: str, *, coordinates: bool) -> None:
    """What the person says to a form; a yes that is none any more is taken back, with all that rested on it.

    Who would work on the strength of a yes only reports it where it was taken back before.
    """
    roles, before = set(model.desks[agency].roles), case.consents.get(purpose, ("", None))[0]
    if (answer, before) == ("given", "withdrawn") and not coordinates and roles & REACHES[purpose]:
        case.bends.calls.add(("agreement_reported", case.lead))
        return
    was = before == "given"
    case.consents[purpose] = (answer, None)
    case.bends.took[purpose] = (agency, step)
    if was and answer != "given":
        taken_back(model, case, [purpose], coordinates=coordinates)


def taken_back(model: Model, case: Episode, purposes: list[str], *, coordinates: bool) -> None:
    """What follows where the person does not agree any longer; the coordinator hears of it from anybody else."""
    for scope in {duty.key[:2] for duty in open_duties(case) if duty.process in SERVICES}:
        if not _has_begun(case, scope) and _rests(model, case, scope, purposes):
            left(model, case, scope, wish=True)
    ended = [o for o in case.asked() if o.state in PENDING and o.basis in {f"consent {p}" for p in purposes}]
    for offer in ended:
        offer.state = "withdrawn"
    for key in dict.fromkeys(offer.key for offer in ended):
        acts.ask_again(model, case, [duty for duty in case.owed() if duty.key == key])
    case.bends.calls |= {("consent_withdrawn", str(offer.to)) for offer in _resting(case, purposes)}
    if not coordinates:
        case.bends.calls.add(("withdrawal_reported", case.lead))


def _has_begun(case: Episode, scope: Scope) -> bool:
    """Somebody works on it, or something that needed a consent has been done in it."""
    within = [duty for duty in case.duties.values() if duty.key[:2] == scope]
    return any(d.status == "claimed" or (d.status == "done" and d.purpose) for d in within)


def _rests(model: Model, case: Episode, scope: Scope, purposes: list[str]) -> bool:
    grounds = {f"consent {p}" for p in purposes}
    for duty in open_duties(case):
        asked = {o.basis for o in case.offers if o.key == duty.key and o.state in PENDING + HELD}
        rests = duty.purpose in purposes or bool(asked & grounds)
        if duty.key[:2] == scope and rests and model.basis(case, duty) is None:
            return True
    return False


# the path bends
def skipped(model: Model, case: Episode, duty: Duty) -> None:
    """Of a called or begun stage the whole, of the path itself the one step."""
    if duty.key[1] or duty.process in STAGES:
        left(model, case, duty.key[:2], wish=False)
    else:
        stepped(model, case, duty)


def stepped(model: Model, case: Episode, duty: Duty) -> None:
    """One step is left out: its offers are taken back, and the drawing goes on with what is known."""
    duty.status = "cancelled"
    acts.announced(model, case, duty)
    for offer in case.pending(duty.key):
        offer.state = "recalled"
    outcome = acts.ENDS[duty.element](case.facts) if duty.element in acts.ENDS else None
    if outcome is not None:
        acts.end(model, case, duty.key[:2], outcome)


def began(model: Model, case: Episode, instance: str, stage: str) -> None:
    """Identification is begun again: where nobody fills its lane on the path, by who opened the case."""
    lane, agency = "first_responder", case.bends.opened_by
    if stage == "identification" and (case.spine, "", lane) not in case.fills and model.desks[agency].active:
        case.fills[instance, "", lane] = Fill(agency)


# corrections
def corrected(model: Model, case: Episode, duty: Duty, new: Any, agency: str, *, coordinates: bool) -> bool:
    """What is true now, unless something else was found out since. Whether something had been decided on the old."""
    paper, bends = case.bends.papers[duty.id], case.bends
    old = paper.came_to
    changed = {n: v for n, v in new.facts.items() if old.facts.get(n) != v and _still(case, n, old)}
    case.facts.update(changed)
    before, after = dict(old.consents), dict(new.consents)
    for purpose in sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p)):
        answer, given = after.get(purpose), case.consents.get(purpose, ("", None))[0] == "given"
        here = bends.took.get(purpose, ("", duty.id))[1] == duty.id
        if given and answer != "given" and not (here and may_withdraw(model, case, [purpose], agency)):
            bends.calls.add(("withdrawal_reported", case.lead))
        elif here and (answer or given):
            heard(model, case, purpose, answer or "withdrawn", agency, duty.id, coordinates=coordinates)
    bends.papers[duty.id] = Paper(paper.raw, paper.day, new, paper.agency)
    done = {other.process for other in case.duties.values() if other.status == "done"}
    return any(changed.keys() & DECIDES.get(process, set()) for process in done)


def _still(case: Episode, name: str, old: Any) -> bool:
    first = INITIAL[name]
    return bool(case.facts.get(name, first) == old.facts.get(name, first))


def told(case: Episode, duty: Duty, fields: set[str], worked: list[Any], borrowed: dict[str, Any]) -> set[str]:
    """Who was shown an old answer: by a handoff that was taken on, or by a step that is open or done."""
    shown = {(duty.element, name) for name in fields}
    written = {".".join(pair) for pair in shown}
    found = {row.receiver_id for row in worked if written & set(row.shared)}
    for other in case.duties.values():
        if other.id != duty.id and other.status in (*OPEN, "done") and shown & set(borrowed[other.element]):
            found.add(other.holder)
    return {agency for agency in found if agency}


def went_back(model: Model, case: Episode, duty: Duty, way: Any) -> None:
    """The path has gone back to a step: what followed from it has ended, and nothing else."""
    for task in way.ends:
        ended = case.duties[task.id]
        waited, ended.status = ended.status == "awaiting", "cancelled"
        for offer in case.pending(ended.key):
            offer.state = "recalled"
        if waited:
            acts.ask_again(model, case, [other for other in case.owed() if other.key == ended.key])
    for scope in way.step.scopes_ended if way.step else ():
        acts.end(model, case, (duty.key[0], scope.scope), "recalled")


def passed(model: Model, case: Episode, duty: Duty) -> None:
    """A step that was done before the system: nobody was asked for it."""
    model.inherit(case, duty)
    case.duties[duty.id] = duty
    duty.status = "cancelled"
    outcome = acts.ENDS[duty.element](case.facts) if duty.element in acts.ENDS else None
    if outcome is not None:
        acts.end(model, case, duty.key[:2], outcome)


# twice the same person
def linked(model: Model, leading: Episode, follower: Episode, link: str) -> None:
    """One leads: its desk has the open duties of both."""
    follower.bends.tie = Tie(link, leading.id, follower.bends.person, follower.lead)
    for case in model.episodes.values():
        if case.bends.person == follower.bends.tie.person:
            case.bends.person = leading.bends.person
    if follower.open:
        led_by(model, follower, leading.lead)


def unlinked(model: Model, leading: Episode, follower: Episode) -> None:
    """They are two people after all."""
    tie = follower.bends.tie
    assert tie is not None
    follower.bends.tie = None
    for case in model.episodes.values():
        if case.bends.opened_for == tie.person:
            case.bends.person = tie.person
    if follower.lead == leading.lead != tie.lead:
        led_by(model, follower, tie.lead if model.desks[tie.lead].active else model.lead(follower.region))


def led_by(model: Model, case: Episode, desk: str) -> None:
    """Another desk leads: what the coordinator had offered is taken back, what it held under a handoff has passed."""
    if case.lead == desk:
        return
    for offer in case.offers:
        if offer.key[2] == "coordinator" and offer.state in HELD and offer.to == case.lead:
            offer.state = "partly_done"
    acts.lead(model, case, desk)
    for duty in open_duties(case):
        if duty.lane == "coordinator":
            duty.status, duty.by = "open", None
            duty.holder = duty.accountable = desk
