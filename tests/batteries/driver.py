"""One run: a store, a model, a seed and a clock; it does acts and compares the database with the model after each."""

import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from engine import cases, clock
from engine.actor import Actor
from engine.database import Store
from engine.demo import answering
from engine.errors import EngineError, Invalid
from engine.forms import Answers, validate
from engine.models.cases import Case
from tests.batteries import observed, observed_desks, world
from tests.batteries.desks import Beds, Desk, Person, desks
from tests.batteries.model import Duty, Episode, Fill, Model
from tests.times import BISHKEK

SPINE = "national_referral"
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOPELESS = 12  # how often nobody is found before people leave a case to the clock and look after others
Refusals = tuple[type[EngineError], ...]
Move = tuple[float, Callable[..., None], tuple[Any, ...]]


class Run:
    """Everything one seed needs."""

    def __init__(self, store: Store, seed: int, episodes: int = 6) -> None:
        self.store, self.rng, self.episodes = store, random.Random(seed), episodes
        self.staff = world.staff(store)
        self.now, self.steps = START, 0
        self.people: dict[str, dict[str, Any]] = {}
        self.before: dict[str, dict[str, str]] = {}
        self.said: deque[str] = deque(maxlen=25)
        self.counts: dict[str, int] = {}
        self._filled: dict[tuple[str, str], dict[str, Any]] = {}
        with store.reading() as session:
            rows = list(session.connection().execute(observed.PLACES))
            self.forms = cases.current_bundle(session).forms
        beds = {(row.agency_id, row.kind): Beds(row.total, row.taken, row.confirmed_at) for row in rows}
        people = [(str(a.agency_id), Person(str(a.user_id), n, a.duties)) for n, a in self.staff.by_login.items()]
        self.model = Model(desks(self.staff.codes, people), beds, self.now)
        for agency in self.staff.unreached:
            self.model.desks[agency].account = False
        self.names = {
            key: frozenset(name for q in form.questions for name in (q.name, q.fact) if name)
            for key, form in self.forms.items()
        }

    def pass_time(self, until: datetime) -> None:
        """Set the clock; it never goes back."""
        self.now = self.model.now = max(self.now, until)
        clock.set_offset(self.now - START)

    def later(self, by: timedelta) -> None:
        """Let some time pass."""
        self.pass_time(self.now + by)

    def do(self, what: str, case: Episode | None, verb: Callable[[Session], Any], refusals: Refusals = ()) -> Any:
        """Act in one transaction. With `refusals` it must be refused in one of these ways; then None comes back."""
        self.count(what, case)
        try:
            with self.store.transaction() as session:
                result = verb(session)
        except refusals as refusal:
            self.said[-1] += f": {type(refusal).__name__}"
            self.counts["refused"] = self.counts.get("refused", 0) + 1
            return None
        observed.need(not refusals, what, "was not refused with", refusals)
        return result

    def count(self, what: str, case: Episode | None = None) -> None:
        """Remember what is done, and how often it was."""
        self.said.append(f"{what} {case.id[:6] if case else ''}")
        self.counts[what] = self.counts.get(what, 0) + 1

    def check(self, case: Episode, agency: str | None) -> None:
        """The steps the drawing opened are told to the model; then model and database must agree."""
        with self.store.reading() as session:
            seen = observed.look(session, case.id)
            self.model.opened(case, observed.new_duties(seen, case), agency)
            observed.compare(self.model, case, seen, self.before.setdefault(case.id, {}))
            observed.compare_places(self.model, session)

    def met(self, case: Episode, opened: Case, agency: str) -> None:
        """Somebody was met: what the person says, and that who opened the case fills the first lane of the path."""
        self.people[case.id] = world.person(self.rng, case.region.startswith("abroad"))
        bends = case.bends
        bends.reference, bends.person, bends.opened_by = opened.reference, opened.person_id, agency
        bends.opened_for = bends.person
        bends.parts = {agency, case.lead}
        with self.store.reading() as session:
            path = [row for row in observed.look(session, case.id).more.running if row.process == SPINE]
        case.spine = path[0].id
        case.fills[case.spine, "", "first_responder"] = Fill(agency)

    def check_all(self, touched: Iterable[Episode] = ()) -> None:
        """After an act on no case in particular: the directory, the cases it must have touched, and one other."""
        cases = {case.id: case for case in (self.rng.choice(self.live() or self.model.running), *touched)}
        with self.store.reading() as session:
            for case in cases.values():
                seen = observed.look(session, case.id)
                observed.compare(self.model, case, seen, self.before.setdefault(case.id, {}))
            observed.compare_places(self.model, session)
            observed_desks.compare(self.model, session, self.live())

    def live(self) -> list[Episode]:
        """The cases people work on."""
        return [case for case in self.model.open_cases() if case.exhausted < HOPELESS]

    def present(self, agency: str | None) -> list[Actor]:
        """The people of this agency who have not gone."""
        desk = self.model.desks[str(agency)]
        there = [actor for actor in self.staff.of(desk.id) if desk.people[str(actor.user_id)].active]
        return [replace(actor, takes_part=desk.active) for actor in there]

    def managers(self, agency: str) -> list[Actor]:
        """The people who keep the places and colleagues of this agency."""
        return [actor for actor in self.present(agency) if self.person(actor).manages]

    def anyone(self, *agencies: str | None) -> Actor:
        """Somebody of one of these agencies; where all are deserted, one of those who were there."""
        there = [agency for agency in agencies if self.model.desks[str(agency)].staffed]
        agency = self.rng.choice(there or agencies)
        return self.rng.choice(self.present(agency) or self.staff.of(str(agency)))

    def steering(self, case: Episode) -> Actor:
        """Somebody of the desk that leads a case; of the national one where that desk takes part no more."""
        return self.anyone(case.lead if self.model.desks[case.lead].active else self.model.duty_desk)

    def actor(self, desk: Desk, person: Person) -> Actor:
        """This person, acting."""
        return next(actor for actor in self.staff.of(desk.id) if actor.user_id == person.id)

    def person(self, by: Actor) -> Person:
        """Who acts, as the model knows them."""
        return self.model.desks[str(by.agency_id)].people[str(by.user_id)]

    def police(self) -> Actor:
        """A first responder, who coordinates nothing."""
        return self.anyone(*(d.id for d in self.model.desks.values() if "first_responder" in d.roles))

    def claimer(self, duty: Duty) -> Actor:
        """Who has taken this duty."""
        return next(actor for actor in self.present(duty.holder) if actor.user_id == duty.by)

    def answers(self, case: Episode, key: str) -> tuple[dict[str, Any], Answers]:
        """What this person is put down as saying to a form, and what it comes to."""
        form, today = self.forms[key], self.now.astimezone(BISHKEK).date()
        said = world.wanted(self.names[key], self.people[case.id] | world.mood(self.rng))
        kept = (key, repr(sorted(said.items())))
        raw = self._filled.get(kept)
        if raw is not None:
            try:
                return raw, validate(form, raw, today=today, language="en")
            except Invalid:  # a date that was ahead then has passed
                pass
        raw = self._filled[kept] = answering.fill(form, said, today=today)
        return raw, validate(form, raw, today=today, language="en")
