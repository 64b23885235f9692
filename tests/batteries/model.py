"""An independent model of who owes what to whom: plain Python that calls none of the engine's rules.

It is told what a person did and which steps the drawing opened; it says who must be accountable, who must have been
asked, which places are taken and how every handoff stands. The battery compares that with the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from tests.batteries.bends import ARRIVALS, INDEPENDENT, Bends
from tests.batteries.desks import Beds, Desk
from tests.batteries.things import Duty, Fill, Key, Offer, Relayed

PENDING = ("offered", "delivered", "opened")
HELD = ("accepted", "in_work")
OPEN = ("awaiting", "open", "claimed")
CHILD_ROLES = {
    "child_protection",
    "shelter",
    "service_provider",
    "identification_partner",
    "legal_aid",
    "attorney",
}
RESCUE_ROLES = {"shelter", "service_provider"}
# whom a consent reaches, purpose by purpose, in the order of the country's list
REACHES = {
    "urgent_help": {"shelter", "service_provider"},
    "identification": {"identification_partner", "coordinator"},
    "shelter": {"shelter"},
    "services": {"service_provider"},
    "legal_aid": {"legal_aid", "attorney"},
    "protection": {"witness_protection", "prosecutor"},
    "return": {"consulate", "verification", "return_organiser", "receiving_partner", "shelter"},
}
INHERITING = {"identification", "return_from_abroad", "recovery", "formal_identification", "repatriation"}
DUTIES = {  # whose part rests on no consent
    "coordinator": "coordination",
    "first_responder": "detection",
    "independent_advocate": "safeguard",
}
MOVING = {  # where the person goes to whoever takes the lane; in a shelter a place is taken there
    ("shelter", "shelter"),
    ("return_from_abroad", "receiving_partner"),
    ("repatriation", "receiving_partner"),
}
INSTEAD = {"shelter": ("hospital_bed", "paid_room")}  # where nobody gives a service, in this order
OTHER_AGENCY = {"second_opinion": "screening", "formal_confirmation": "formal_opinion"}
DUTY_DESK = "coordinator_national"
Facts = dict[str, Any]


@dataclass
class Episode:
    """A case."""

    id: str
    lead: str
    region: str
    facts: Facts
    spine: str = ""
    open: bool = True
    consents: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    fills: dict[Key, Fill] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    known: dict[str, Offer] = field(default_factory=dict)  # those that were found in the database, by their id
    done: list[tuple[str, str, str, str]] = field(default_factory=list)  # instance, element, person, agency
    bends: Bends = field(default_factory=Bends)
    relays: dict[str, Relayed] = field(default_factory=dict)

    exhausted: int = 0  # how often nobody was found for one of its duties
    _owed: list[Duty] = field(default_factory=list)
    _asked: list[Offer] = field(default_factory=list)
    _known: list[int] = field(default_factory=lambda: [0, 0])  # how many duties and offers these have been told of

    def owed(self) -> list[Duty]:
        """The duties that have not ended."""
        new = islice(self.duties.values(), self._known[0], None) if len(self.duties) > self._known[0] else ()
        self._known[0] = len(self.duties)
        self._owed = [duty for duty in (*self._owed, *new) if duty.status in OPEN]
        return self._owed

    def asked(self) -> list[Offer]:
        """The handoffs that have not ended."""
        new, self._known[1] = self.offers[self._known[1] :], len(self.offers)
        self._asked = [offer for offer in (*self._asked, *new) if offer.state in PENDING + HELD]
        return self._asked

    def pending(self, key: Key) -> list[Offer]:
        """The unanswered offers of one lane."""
        return [o for o in self.asked() if o.key == key and o.state in PENDING]


@dataclass
class Model:
    """The whole world as it must be."""

    desks: dict[str, Desk]
    beds: dict[tuple[str, str], Beds]
    now: datetime
    episodes: dict[str, Episode] = field(default_factory=dict)
    running: list[Episode] = field(default_factory=list)
    met: int = 0  # how many cases `running` has been told of

    def open_cases(self) -> list[Episode]:
        """The cases that are not closed."""
        new = list(islice(self.episodes.values(), self.met, None))
        self.met, self.running = len(self.episodes), [case for case in (*self.running, *new) if case.open]
        return self.running

    @property
    def duty_desk(self) -> str:
        """Where every ladder ends."""
        return next(d.id for d in self.desks.values() if d.code == DUTY_DESK)

    def lead(self, region: str) -> str:
        """The coordinator of a region, else the national one."""
        own = [d for d in self.desks.values() if d.region == region and d.coordinates(self.now)]
        return min(own, key=lambda d: d.code).id if own else self.duty_desk

    # what the drawing did
    def opened(self, case: Episode, duties: Iterable[Duty], agency: str | None) -> None:
        """Steps the drawing opened in an act of this agency (None: a clock)."""
        for duty in duties:
            self.inherit(case, duty)
            case.duties[duty.id] = duty
            theirs = duty.element not in INDEPENDENT  # whether she was pressed, the coordinator has asked
            duty.giver = duty.accountable = (agency if theirs else None) or case.lead
            holder = case.lead if duty.lane == "coordinator" else None
            fill = case.fills.get(duty.key)
            holder = fill.agency if fill else holder
            if holder:
                self.put(duty, holder, moves=duty.element in ARRIVALS)
            else:
                self.make(case, duty)

    def inherit(self, case: Episode, duty: Duty) -> None:
        """The first step of a lane is for who fills it on the path, where a call says so or it accompanies the path."""
        instance, scope, lane = duty.key
        held = case.fills.get((case.spine, "", lane))
        beside = instance != case.spine and scope == ""
        called = instance == case.spine and duty.process in INHERITING
        if (beside or called) and held and not any(d.key == duty.key for d in case.duties.values()):
            case.fills[duty.key] = Fill(held.agency)

    # who may be asked, and on what ground
    def basis(self, case: Episode, duty: Duty) -> tuple[str, str | None] | None:
        """The ground of an offer and the only recipient it names."""
        purpose = duty.purpose
        answer, recipient = case.consents.get(purpose, ("", None)) if purpose else ("", None)
        if purpose and not answer:
            wide = REACHES[purpose]
            narrow = [p for p, reach in REACHES.items() if duty.lane in reach and reach < wide]
            purpose = next((p for p in narrow if case.consents.get(p, ("", None))[0] == "given"), purpose)
            answer, recipient = case.consents.get(purpose, ("", None))
        if answer == "given":
            return f"consent {purpose}", recipient
        if duty.lane in DUTIES:
            return DUTIES[duty.lane], None
        if case.facts.get("age_band") != "adult" and duty.lane in CHILD_ROLES:
            return "child", None
        if not answer and duty.urgent and duty.lane in RESCUE_ROLES:
            return "vital_interest", None
        return None

    def suitable(self, case: Episode, duty: Duty, *, full: bool = False) -> list[Desk]:
        """Who could take it, the nearest first; `full` houses too, where that is asked for."""
        barred = self.barred(case, duty)
        place = self.needs_place(case, duty)
        fitting = [d for d in self.desks.values() if d.id not in barred and self.fits(case, duty, d, place, full)]
        return sorted(fitting, key=lambda d: (d.id != duty.giver, d.region != case.region, d.code))

    def barred(self, case: Episode, duty: Duty) -> set[str]:
        """Which agencies did the earlier step that another one must follow, or had any part where none may have."""
        other = OTHER_AGENCY.get(duty.element)
        found = {agency for place, what, _, agency in case.done if (place, what) == (duty.key[0], other)}
        if self.needs_place(case, duty):  # where the person is already
            found |= {fill.agency for key, fill in case.fills.items() if fill.beds and key[:2] != duty.key[:2]}
        if duty.element in INDEPENDENT:
            found |= case.bends.parts | {case.lead, *(fill.agency for fill in case.fills.values())}
        return found

    def instead(self, case: Episode, duty: Duty, basis: str) -> list[list[Desk]]:
        """Who gives what may stand in for the service, as far as the person agreed or the law lets them be asked."""
        word, _, purpose = basis.partition(" ")
        reach = (
            REACHES[purpose] if word == "consent" else {"child": CHILD_ROLES, "vital_interest": RESCUE_ROLES}.get(word)
        )
        fitting = [
            [
                d
                for d in self.desks.values()
                if d.asked(self.now) and service in d.services and d.roles & (reach or set()) and d.id != duty.giver
            ]
            for service in INSTEAD.get(duty.service, ())
        ]
        people = [[d for d in desks if self._serves(case, d)] for desks in fitting]
        return [sorted(desks, key=lambda d: (d.region != case.region, d.code)) for desks in people]

    def choices(self, case: Episode, duty: Duty) -> list[Desk]:
        """Whom a coordinator may ask: full houses too, and who gives the next best."""
        basis = self.basis(case, duty)
        next_best = self.instead(case, duty, basis[0]) if basis else []
        return self.suitable(case, duty, full=True) + [desk for desks in next_best for desk in desks]

    def needs_place(self, case: Episode, duty: Duty) -> bool:
        """Whether whoever takes it takes the person in."""
        return (duty.process, duty.lane) == ("shelter", "shelter")

    def fits(self, case: Episode, duty: Duty, desk: Desk, place: bool, full: bool = False) -> bool:
        """Whether this agency may be asked: it is there, it does this, for such people, with a place."""
        beds = self.beds.get((desk.id, self.kind(case)))
        return (
            desk.asked(self.now)
            and duty.lane in desk.roles
            and (not duty.service or duty.service in desk.services)
            and self._serves(case, desk)
            and (not place or (beds is not None and (full or beds.may_have(self.units(case), self.now))))
        )

    def _serves(self, case: Episode, desk: Desk) -> bool:
        """Whether it is there for such people."""
        age = "adult" if case.facts.get("age_band") == "adult" else "child"
        return (
            (not desk.sexes or case.facts.get("sex", "unknown") in desk.sexes)
            and (not desk.ages or age in desk.ages)
            and (self.units(case) == 1 or desk.families)
        )

    def units(self, case: Episode) -> int:
        """How many people are placed together."""
        return 1 + int(case.facts.get("dependants") or 0)

    def kind(self, case: Episode) -> str:
        """Whose places are needed."""
        if self.units(case) > 1:
            return "families"
        if case.facts.get("age_band") != "adult":
            return "children"
        return "men" if case.facts.get("sex") == "male" else "women"

    # offering
    def make(self, case: Episode, duty: Duty, *, again: bool = False) -> None:
        """Ask the next agency, or all where it is urgent; nobody left: the coordinator holds it."""
        if case.pending(duty.key):
            return
        basis = self.basis(case, duty)
        if basis is None:
            self._exhaust(case, duty, "no_ground")
            return
        tried = {o.to for o in case.offers if o.key == duty.key and (o.state in ("declined", "expired") or o.back)}
        found = [d for d in self.suitable(case, duty) if basis[1] in (None, d.id) and (again or d.id not in tried)]
        if found and found[0].id == duty.giver and self._take_own(case, duty, found[0].id):
            return
        found = [d for d in found if d.id != duty.giver] or self._next_best(case, duty, basis, tried)
        if not found:
            self._exhaust(case, duty, "no_taker")
            return
        for desk in found if duty.urgent else found[:1]:
            self.offer(case, duty, desk.id, basis[0])

    def _next_best(
        self, case: Episode, duty: Duty, basis: tuple[str, str | None], tried: set[str | None]
    ) -> list[Desk]:
        for desks in self.instead(case, duty, basis[0]):
            if found := [d for d in desks if basis[1] in (None, d.id) and d.id not in tried]:
                return found
        return []

    def _take_own(self, case: Episode, duty: Duty, agency: str) -> bool:
        beds = (agency, self.kind(case)) if self.needs_place(case, duty) else None
        units = self.units(case)
        if beds and not self.take(beds, units):
            return False
        self.settle(case, duty, agency, beds, units)
        return True

    def take(self, beds: tuple[str, str], units: int) -> bool:
        """Take places; False where there are not enough."""
        there = self.beds[beds]
        if there.taken + units > there.total:
            return False
        there.taken += units
        return True

    def offer(self, case: Episode, duty: Duty, to: str, basis: str, giver: str = "") -> None:
        """One more offer."""
        duty.exhausted = ""
        beds = (to, self.kind(case)) if self.needs_place(case, duty) else None
        beds = beds if beds in self.beds else None  # who gives the next best has no places to count
        giver = giver or duty.giver
        names = (self.desks[giver].name, self.desks[to].name)
        case.offers.append(Offer(duty.id, duty.key, giver, to, beds, self.units(case), basis=basis, names=names))

    def _exhaust(self, case: Episode, duty: Duty, why: str) -> None:
        names = (self.desks[duty.giver].name, "")
        case.offers.append(Offer(duty.id, duty.key, duty.giver, None, None, 1, "exhausted", names=names))
        duty.giver = duty.accountable = case.lead
        duty.exhausted = why
        case.exhausted += 1

    def settle(self, case: Episode, duty: Duty, agency: str, beds: tuple[str, str] | None, units: int) -> None:
        """The agency fills the lane: every waiting duty of it is on its desk."""
        case.fills[duty.key] = Fill(agency, beds, units)
        for waiting in case.duties.values():
            if waiting.key == duty.key and waiting.status == "awaiting":
                self.put(waiting, agency, moves=(waiting.process, waiting.lane) in MOVING)

    def put(self, duty: Duty, agency: str, *, moves: bool = False) -> None:
        """On the desk of this agency; where the person moves there, the giver is accountable until arrival."""
        duty.status, duty.holder, duty.exhausted = "open", agency, ""
        duty.travels, duty.departed = moves and duty.giver != agency, False
        duty.sender, duty.accountable = duty.giver, duty.giver if duty.travels else agency
