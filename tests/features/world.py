"""What a scenario works with: a store, a case, the people who act, and what came of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from engine import act as acts
from engine import answers, bundles, clock, handoffs, movements, timelines, worker
from engine import tasks as duties
from engine.act import Act
from engine.actor import Actor
from engine.audit import reconcile
from engine.database import Store
from engine.demo import answering, story
from engine.demo.clock import next_deadline
from engine.errors import EngineError
from engine.language import Translator
from engine.models.cases import Case, Consent
from engine.models.people import Agency, Place, PlaceKind
from engine.models.records import AuditEntry
from engine.models.work import PENDING_HANDOFF, Alarm, Deadline, DeadlineState, DeclineCode, Handoff, UserTask
from engine.sentences import sentence
from tests import kept
from tests.features.words import AGENCIES, Answers, at
from tests.times import today

LATIN = {code: alias for alias, code in AGENCIES.items() if alias.isascii()}
CYRILLIC = LATIN | {code: alias for alias, code in AGENCIES.items() if not alias.isascii()}
ENGLISH = Translator("en", "Asia/Bishkek")


@dataclass
class World:
    """One scenario: the newest case is the one that is spoken of."""

    store: Store
    answers: Answers = field(default_factory=dict)
    rests: set[str] = field(default_factory=set)
    references: list[str] = field(default_factory=list)
    refusal: EngineError | None = None
    refusal_told: bool = True
    tampered: bool = False
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        return self.references[-1]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.store.reading() as session:
            yield session

    def case(self) -> Case:
        with self.reading() as session:
            return session.exec(select(Case).where(Case.reference == self.reference)).one()

    def agency(self, code: str) -> Agency:
        with self.reading() as session:
            return session.exec(select(Agency).where(Agency.code == code)).one()

    def actor(self, code: str, *, second: bool = False) -> Actor:
        with self.reading() as session:
            return story.actor(session, f"{code}_2" if second else code)

    def rows(self, table: Any, *conditions: Any, order: Any = None) -> list[Any]:
        """Rows of the case that is spoken of."""
        query = select(table).where(table.case_id == self.case().id, *conditions)
        with self.reading() as session:
            return list(session.exec(query.order_by(order) if order is not None else query).all())

    def tasks(self, element: str) -> list[UserTask]:
        return self.rows(UserTask, UserTask.element == element, order=UserTask.opened_at)

    def task(self, element: str) -> UserTask:
        """The newest duty of this kind."""
        found = self.tasks(element)
        assert found, f"{element} has never been owed"
        return found[-1]

    def handoffs(self, element: str, code: str | None = None) -> list[Handoff]:
        found = self.rows(Handoff, Handoff.element == element, order=Handoff.offered_at)
        receiver = self.agency(code).id if code else None
        return [h for h in found if receiver is None or h.receiver_id == receiver]

    def offer(self, element: str, code: str) -> Handoff:
        """The newest offer of this duty to this agency."""
        found = self.handoffs(element, code)
        assert found, f"{element} was never offered to {code}"
        return found[-1]

    def asked(self, element: str) -> set[str]:
        """The agencies whose answer is awaited, by code."""
        waiting = [h for h in self.handoffs(element) if h.state in PENDING_HANDOFF]
        return {self.code_of(h.receiver_id) for h in waiting}

    def code_of(self, agency_id: str | None) -> str:
        with self.reading() as session:
            return session.get_one(Agency, agency_id).code

    def alarms(self, code: str) -> list[Alarm]:
        return self.rows(Alarm, Alarm.to_id == self.agency(code).id, order=Alarm.raised_at)

    def clock_of(self, about_id: str) -> Deadline:
        """The clock that runs, or ran last, for a task, an offer or a journey."""
        return self.rows(Deadline, Deadline.about_id == about_id, order=Deadline.started_at)[-1]

    def running(self, name: str) -> list[Deadline]:
        return self.rows(Deadline, Deadline.clock == name, Deadline.state == DeadlineState.RUNNING)

    def consents(self, purpose: str) -> list[Consent]:
        return self.rows(Consent, Consent.purpose == purpose, order=Consent.entered_at)

    def place(self, code: str, kind: PlaceKind) -> Place:
        with self.reading() as session:
            query = select(Place).where(Place.agency_id == self.agency(code).id, Place.kind == kind)
            return session.exec(query).one()

    def open(self, code: str, region: str | None = None) -> None:
        about = ("open", code, region)
        self.references.append(kept.once(self.store, about, lambda: self.story().open(code, region)))

    def story(self, *stops: str) -> story.Story:
        return story.Story(self.store, self.answers, frozenset(self.rests | set(stops)))

    def play(self, *stops: str) -> None:
        """Every agency does its part, until only these duties and those that rest are left."""
        story = self.story(*stops)
        about = ("play", story.stop_before, _written(self.answers))
        kept.once(self.store, about, lambda: story.play(self.reference))

    def accept(self, code: str, element: str) -> None:
        offer = self.offer(element, code)
        with self.store.transaction() as session:
            handoffs.accept(session, offer.id, by=self.actor(code))

    def decline(self, code: str, element: str, reason: str) -> None:
        offer = self.offer(element, code)
        with self.store.transaction() as session:
            handoffs.decline(session, offer.id, reason=DeclineCode(reason), by=self.actor(code))

    def depart(self, code: str, element: str) -> None:
        with self.store.transaction() as session:
            task_id = self.task(element).id
            movements.depart(session, task_id, escort=movements.Escort.GIVER, by=self.actor(code))

    def arrive(self, code: str, element: str) -> None:
        with self.store.transaction() as session:
            task_id = self.task(element).id
            movements.arrive(session, task_id, condition=movements.Condition.WELL, by=self.actor(code))

    def fill(self, element: str, wanted: Mapping[str, Any]) -> Answers:
        """Valid answers to a form: the person's, and something harmless for the rest."""
        with self.reading() as session:
            form = bundles.load(session, self.case().bundle_id).forms[element]
        return answering.fill(form, self.answers | dict(wanted), today=today())

    def do(self, code: str, element: str, wanted: Mapping[str, Any] | None = None, **how: Any) -> Any:
        """Claim a duty and complete it."""
        given = self.fill(element, wanted or {})
        self.answers |= dict(wanted or {})
        about = ("do", code, element, _written(given), _written(how))
        return kept.once(self.store, about, lambda: self.send(code, element, given, **how))

    def send(
        self, code: str, element: str, given: Answers, *, second: bool = False, form_id: str = ""
    ) -> duties.Completion:
        by = self.actor(code, second=second)
        task_id = self.task(element).id
        with self.store.transaction() as session:
            duties.claim(session, task_id, by=by)
        with self.store.transaction() as session:
            return duties.complete(session, task_id, given, by=by, form_id=form_id)

    def attempt(self, act: Callable[[], Any]) -> None:
        """Try what should be refused; a later step must tell why it was."""
        self.refusal, self.refusal_told = None, False
        try:
            act()
        except EngineError as refusal:
            self.refusal = refusal

    def within(self, session: Session, by: Actor) -> Act:
        """The case opened for one act."""
        return acts.begin(session, self.case().id, by)

    def set_clock(self, moment: datetime) -> None:
        clock.set_offset(clock.offset() + (moment - clock.now()))

    def pass_time(self, span: timedelta) -> None:
        """Time goes by, and every clock acts when it is due."""
        end = clock.now() + span
        while (due := self._next()) is not None and due < end:
            self.set_clock(due + timedelta(seconds=1))
            worker.drain(self.store)
        self.set_clock(end)
        worker.drain(self.store)

    def _next(self) -> datetime | None:
        with self.reading() as session:
            return next_deadline(session)

    def leaves(self, action: str = "", **data: Any) -> list[dict[str, Any]]:
        """The entries of the case: of one action, with these data."""
        with self.reading() as session:
            found = timelines.leaves(session, self.case().id)
        return [
            leaf
            for leaf in found
            if (not action or leaf["action"] == action)
            and all(leaf["data"].get(name) == value for name, value in data.items())
        ]

    def last_entry(self, row: Any) -> dict[str, Any]:
        """What the record says last of a row, in whatever case."""
        with self.reading() as session:
            query = select(AuditEntry.leaf).where(col(AuditEntry.leaf).contains(row.id))
            found = [json.loads(leaf) for leaf in session.exec(query.order_by(col(AuditEntry.index))).all()]
        recorded: dict[str, Any] = [leaf for leaf in found if leaf["subject"] == [row.__tablename__, row.id]][-1]["set"]
        return recorded

    def told(self, translator: Translator = ENGLISH) -> list[str]:
        """The whole record of the case as sentences; the features' names stand for the agencies'."""
        with self.reading() as session:
            spoken = CYRILLIC if translator.language == "ru" else LATIN
            names = {a.name: spoken.get(a.code, a.name) for a in session.exec(select(Agency)).all()}
            bundle = bundles.load(session, self.case().bundle_id)

        def name(kind: str, code: str) -> str:
            if kind == "purpose":
                return timelines.purpose_label(bundle, code, translator)
            if kind == "process" and code in bundle.processes:
                return str(translator.drawn(bundle.processes[code].name))
            return timelines.element_name(bundle, code, translator)

        texts = [str(sentence(leaf, translator, name=name)) for leaf in self.leaves()]
        for full, alias in names.items():
            texts = [text.replace(full, alias) for text in texts]
        return texts

    def verdict(self) -> reconcile.Verdict:
        with self.reading() as session:
            return reconcile.verify(session)

    def answers_of(self, element: str, by: Actor) -> Answers:
        """What was answered in a duty."""
        with self.store.transaction() as session:
            return answers.of_task(self.within(session, by), self.task(element))


def _written(answers: Mapping[str, Any]) -> str:
    return repr(sorted(answers.items()))


def start_of_time() -> datetime:
    """Every scenario begins on an ordinary Monday, unless it says otherwise."""
    return at(date(2026, 6, 1))
