"""What each act does to the model: the consequences of accepting, declining, completing and arriving."""

from collections.abc import Callable
from datetime import datetime

from tests.batteries.model import HELD, OPEN, OTHER_AGENCY, PENDING, Duty, Episode, Facts, Fill, Key, Model, Offer

Outcome = str | None
ANNOUNCE_DANGER = {
    "missing_review": ("missing_state", "found_in_danger"),
    "ask_about_pressure": ("pressure_reported", "yes"),
}
OTHER_PERSON = {"closure_approval": "closure_proposal"}


def _service(facts: Facts) -> Outcome:
    said = facts.get("service_outcome")
    return str(said) if said in ("done", "partly_done") else "failed"


def _when(fact: str, value: str, then: str, otherwise: Outcome = None) -> Callable[[Facts], Outcome]:
    return lambda facts: then if facts.get(fact) == value else otherwise


def _unless(fact: str, value: str, then: str) -> Callable[[Facts], Outcome]:
    return lambda facts: None if facts.get(fact) == value else then


def _identified(facts: Facts) -> Outcome:
    return None if facts.get("preliminary_result") == "more_information" else "done"


def _refused(facts: Facts) -> Outcome:
    adult = facts.get("age_band") == "adult"
    return "done" if adult and facts.get("consent_identification") == "refused" else None


def _cleared(facts: Facts) -> Outcome:
    return None if facts.get("return_safe") == facts.get("return_cleared") == "yes" else "failed"


def _always(facts: Facts) -> Outcome:
    return "done"


SEARCHES = {"found_safe": "done", "found_in_danger": "done", "stopped": "partly_done"}
# which answer ends the scope a step belongs to, and how: read from the drawing by a person, not by the engine
ENDS: dict[str, Callable[[Facts], Outcome]] = {
    "paper_follow_up": _always,
    "rights_and_consent": _refused,
    "second_opinion": _identified,
    "service_report": _service,
    "stay_review": _when("stay_decision", "left_alone", "partly_done"),
    "shelter_departure": _always,
    "legal_report": _when("legal_outcome", "failed", "failed", "done"),
    "protection_decision": _unless("protection_decision", "granted", "failed"),
    "protection_review": _unless("protection_continues", "yes", "done"),
    "pre_return_risk": _unless("return_safe", "yes", "failed"),
    "reception": _always,
    "return_decision": _unless("return_wanted", "yes", "failed"),
    "return_clearance": _cleared,
    "arrival_confirmation": _always,
    "guardian": _when("age_band", "adult", "done"),
    "best_interests": _always,
    "consent_at_18": _always,
    "reflection_review": _unless("reflection_decision", "extended", "done"),
    "formal_confirmation": _unless("formal_result", "undecided", "done"),
    "closure_approval": _when("closure_approved", "yes", "done"),
    "missing_review": lambda facts: SEARCHES.get(str(facts.get("missing_state"))),
    "safety_review": _when("danger_over", "yes", "done"),
    "ask_about_pressure": _always,
}


def announced(model: Model, case: Episode, duty: Duty) -> None:
    """Behind some steps the drawing itself says that the person is in danger, and both desks are called."""
    fact, value = ANNOUNCE_DANGER.get(duty.element, ("", ""))
    if fact and case.facts.get(fact) == value:
        called(model, case, "danger")


def called(model: Model, case: Episode, kind: str) -> None:
    """The lead coordinator and the national desk are called."""
    case.bends.calls |= {(kind, case.lead), (kind, model.duty_desk)}


def claimed(case: Episode, duty: Duty, person: str, now: datetime) -> None:
    """A person works on it: what was accepted is in work."""
    duty.status, duty.by, duty.since = "claimed", person, now
    for offer in case.offers:
        if offer.key == duty.key and offer.state == "accepted":
            offer.state = "in_work"


def accepted(model: Model, case: Episode, offer: Offer) -> bool:
    """The first acceptance wins; False where the last place has gone, or the person has taken the consent back."""
    word, _, purpose = offer.basis.partition(" ")
    if word == "consent" and case.consents.get(purpose, ("", None))[0] != "given":
        return False
    if offer.beds and not model.take(offer.beds, offer.units):
        return False
    for other in case.pending(offer.key):
        other.state = "recalled"
    offer.state, offer.taken = "accepted", True
    duty = case.duties[offer.task]
    if duty.status == "awaiting":
        model.settle(case, duty, str(offer.to), offer.beds, offer.units)
    else:
        _handed_over(model, case, offer)
    return True


def refused(model: Model, case: Episode, offer: Offer, state: str) -> None:
    """Declined or expired: the next one is asked; the giver stays accountable."""
    offer.state = state
    ask_again(model, case, [duty for duty in case.owed() if duty.key == offer.key])


def rerouted(model: Model, case: Episode, duty: Duty, to: str) -> bool:
    """The coordinator's choice, within what the person agreed to and who is suitable."""
    basis = model.basis(case, duty)
    if basis is None or basis[1] not in (None, to) or to not in {d.id for d in model.choices(case, duty)}:
        return False
    for offer in case.pending(duty.key):
        offer.state = "recalled"
    duty.interrupted = False
    model.offer(case, duty, to, basis[0])
    return True


def completed(model: Model, case: Episode, duty: Duty, person: str, agency: str) -> None:
    """Done: where the drawing says so its scope ends, places are free, and the giver has the outcome."""
    duty.status = "done"
    case.done.append((duty.key[0], duty.element, person, agency))
    announced(model, case, duty)
    outcome = ENDS[duty.element](case.facts) if duty.element in ENDS else None
    if outcome is None:
        return
    end(model, case, duty.key[:2], outcome)
    if duty.element == "closure_approval":
        _close(model, case)


def _close(model: Model, case: Episode) -> None:
    """What accompanied the path ends with it."""
    case.open = False
    for duty in case.duties.values():
        if duty.status in OPEN:
            duty.status = "cancelled"
            end(model, case, duty.key[:2], "recalled")
    for scope in {key[:2] for key in case.fills} | {(case.spine, "")}:
        end(model, case, scope, "done")
    for offer in case.offers:
        if offer.state in PENDING:
            offer.state = "recalled"


def end(model: Model, case: Episode, scope: tuple[str, str], outcome: str) -> None:
    """A scope has its outcome: offers in it are recalled, places free again."""
    for offer in case.offers:
        if offer.key[:2] == scope and offer.state in PENDING + HELD:
            offer.state = "recalled" if offer.state in PENDING else outcome
    for lane in [key for key in case.fills if key[:2] == scope]:
        fill = case.fills.pop(lane)
        if fill.beds:
            model.beds[fill.beds].taken -= fill.units


def _handed_over(model: Model, case: Episode, offer: Offer) -> None:
    """Another agency of the role has the lane; where the person moves, the old one is accountable until arrival."""
    old, new = offer.giver, str(offer.to)
    for held in case.offers:
        whole = held.key[2] == offer.key[2] == "coordinator"
        if (held.to == old if whole else held.key == offer.key) and held.state in HELD and held is not offer:
            held.state = "partly_done"
    leaving = case.fills.pop(offer.key, None)
    if leaving and leaving.beds:
        model.beds[leaving.beds].taken -= leaving.units
    if offer.key[2] == "coordinator":
        lead(model, case, new)
    else:
        case.fills[offer.key] = Fill(new, offer.beds, offer.units)
    for duty in _together(case, offer.key):
        _pass(duty, old, new)
        if offer.beds:
            duty.travels, duty.departed, duty.accountable, duty.sender = True, False, old, old


def lead(model: Model, case: Episode, new: str) -> None:
    """Another coordinator: accountable for all that the old one had not given to anybody, and called instead of it."""
    old, bends = case.lead, case.bends
    for duty in case.duties.values():
        ours = duty.status in OPEN and duty.accountable == old and duty.holder != old
        if ours and duty.lane != "coordinator":
            duty.giver = duty.accountable = new
    for offer in case.offers:
        if offer.key[2] == "coordinator" and offer.state in PENDING:
            offer.state = "recalled"
    case.lead = new
    if old != new:
        bends.calls |= {(kind, new) for kind, desk in bends.calls if desk == old}
    if old not in (new, model.duty_desk):
        bends.calls = {call for call in bends.calls if call[1] != old}
        bends.heard = {call for call in bends.heard if call[1] != old}


def _pass(duty: Duty, old: str, new: str) -> None:
    duty.status, duty.by = "open", None
    duty.giver, duty.holder, duty.accountable = old, new, new


def _together(case: Episode, key: tuple[str, str, str]) -> list[Duty]:
    """The open duties that pass together: of one lane; a coordinator's in the whole case."""
    duties = [d for d in case.duties.values() if d.status in OPEN and d.lane == key[2]]
    return duties if key[2] == "coordinator" else [d for d in duties if d.key == key]


def may_hand_over(model: Model, case: Episode, duty: Duty, to: str) -> bool:
    """Within what the person agreed to, to somebody suitable, and not while the person is under way."""
    basis = model.basis(case, duty)
    asked = any(o.state in PENDING and o.key[2] == duty.lane == "coordinator" for o in case.offers)
    free = not case.pending(duty.key) and not asked and not any(d.travels for d in _together(case, duty.key))
    fits = to != duty.holder and to in {d.id for d in model.suitable(case, duty)}
    return free and fits and basis is not None and basis[1] in (None, to)


def may_take_back(model: Model, case: Episode, offer: Offer, agency: str) -> bool:
    """A desk that steers the case, always; the giver until the receiver answers for the person."""
    desk = model.desks[agency]
    if "coordinator" in desk.roles and (desk.region in ("national", case.region) or agency == case.lead):
        return True
    still = any(d.holder == offer.to and d.accountable == offer.giver for d in _together(case, offer.key))
    return offer.state in PENDING or still


def taken_back(model: Model, case: Episode, offer: Offer) -> None:
    """The giver has it again, and the next agency is asked. Who takes part no more gets nothing back."""
    held, offer.back = offer.state in HELD, True
    offer.lost = held
    offer.state = "recalled"
    duties = _together(case, offer.key)
    if held and offer.key[2] == "coordinator":
        giver = offer.giver if model.desks[offer.giver].active else model.duty_desk
        lead(model, case, giver)
        for duty in duties:
            _pass(duty, str(offer.to), giver)
    elif held:
        leave(model, case, offer.key)
        for other in case.pending(offer.key):
            other.state = "recalled"
        giver = giver_again(model, case, offer, duties)
        for duty in duties:
            put_back(duty, giver)
    ask_again(model, case, duties)


def giver_again(model: Model, case: Episode, offer: Offer, duties: list[Duty]) -> str:
    """Who is accountable then: the giver while it still answers for the person and takes part, else the lead."""
    answers = any(duty.accountable == offer.giver for duty in duties)
    return offer.giver if answers and model.desks[offer.giver].active else case.lead


def taken_from(case: Episode, duty: Duty, agency: str) -> bool:
    """Whether the lane of a duty was taken from an agency: what it wrote there is no longer its to read or correct."""
    held = [offer for offer in case.offers if offer.key == duty.key and offer.to == agency and offer.taken]
    return bool(held) and held[-1].lost


def leave(model: Model, case: Episode, key: Key) -> None:
    """The lane is empty, and its places are free."""
    fill = case.fills.pop(key)
    if fill.beds:
        model.beds[fill.beds].taken -= fill.units


def put_back(duty: Duty, giver: str) -> None:
    """It waits for the next agency."""
    duty.status, duty.holder, duty.by, duty.travels = "awaiting", None, None, False
    duty.giver = duty.accountable = giver


def ask_again(model: Model, case: Episode, duties: list[Duty]) -> None:
    """The next agency is asked for what nobody holds."""
    waiting = next((duty for duty in duties if duty.status == "awaiting"), None)
    if waiting:
        model.make(case, waiting)


def may_claim(case: Episode, duty: Duty, person: str) -> bool:
    """Separation of duties: the second step needs a second person, or another agency."""
    apart, other = OTHER_PERSON.get(duty.element), OTHER_AGENCY.get(duty.element)
    here = [(what, who, agency) for place, what, who, agency in case.done if place == duty.key[0]]
    return not any(
        (what, who) == (apart, person) or (what, agency) == (other, duty.holder) for what, who, agency in here
    )


def too_early(case: Episode, duty: Duty) -> bool:
    """The last step of a case waits until nothing else is owed."""
    others = (other for other in case.duties.values() if other is not duty and other.status in OPEN)
    return duty.element == "closure_approval" and any(others)
