"""The demo's cases: the real verbs, done by the people whose tasks they are, each case stopped at its own stage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from .. import bundles, cases, clock, handoffs, movements, relays, tasks
from ..access.signin import actor_of
from ..actor import Actor
from ..database import Store
from ..models.cases import Case, Channel
from ..models.people import Agency, Reach, User
from ..models.work import PENDING_HANDOFF, DeclineCode, Handoff, TaskStatus, UserTask
from . import answering, carried

Answers = Mapping[str, Any]

WOMAN_IN_OSH: dict[str, Any] = {
    "age_band": "adult",
    "sex": "female",
    "language": "uz",
    "interpreter_needed": "yes",
    "interpreter_how": "present",
    "interpreter_name": "Interpreter of the training system",
    "nationality": "foreign",
    "shelter_now": "yes",
    "urgent_needs": ["medical"],
    "detained": "no",
    "dependants": 0,
    "consent_urgent_help": "given",
    "lawyer_offered": True,
    "lawyer_wanted": "yes",
    "consent_identification": "given",
    "act_seen": True,
    "means_seen": True,
    "purpose_seen": True,
    "screening_complete": True,
    "preliminary_result": "presumed",
    "threat": "indirect",
    "traffickers_know_place": "no",
    "health_state": "needs_care",
    "shelter_planned": "no",
    "services_planned": ["psychological"],
    "protection_wanted": "no",
    "service_outcome": "done",
    "stay_decision": "leave",
    "conflict_free": "yes",
    "legal_outcome": "represented",
    "reflection_decision": "ends",
    "cooperation": "later",
    "formal_opinion": "victim",
    "grounds": ["act", "means", "purpose"],
    "formal_result": "victim",
    "return_wanted": "yes",
    "return_safe": "yes",
    "return_cleared": "yes",
    "closure_reason": "returned_safely",
    "closure_approved": "yes",
    "consent_legal_aid": "given",
    "consent_services": "given",
    "consent_shelter": "given",
    "consent_return": "given",
    "consent_protection": "given",
}
MAN_IN_KAZAKHSTAN: dict[str, Any] = WOMAN_IN_OSH | {
    "sex": "male",
    "language": "ky",
    "interpreter_needed": "no",
    "interpreter_how": "not_needed",
    "nationality": "kyrgyz",
    "shelter_now": "no",
    "urgent_needs": [],
    "facts_verified": "yes",
    "whereabouts": "in_country",
    "shelter_planned": "yes",
    "services_planned": ["documents"],
    "return_wanted": "no",
    "protection_wanted": "yes",
    "threat": "direct",
    "protection_decision": "granted",
    "protection_continues": "no",
    "closure_reason": "integrated",
}


@dataclass
class Story:
    """Plays cases forward. `declines` and `leaves` name the tasks whose offers are declined or not answered."""

    store: Store
    answers: dict[str, Any]
    stop_before: frozenset[str] = frozenset()
    declines: dict[str, str] = field(default_factory=dict)

    def open(self, login: str, region: str | None = None) -> str:
        """Open a case as this person; returns its reference."""
        with self.store.transaction() as session:
            return cases.open_case(session, by=actor(session, login), region=region).reference

    def play(self, reference: str, steps: int = 200) -> int:
        """Do what is open, oldest first, until nothing is left that this story does; returns how many acts."""
        done = 0
        while done < steps and (self._answer_one(reference) or self._do_one(reference)):
            done += 1
        return done

    def _answer_one(self, reference: str) -> bool:
        with self.store.transaction() as session:
            query = (
                select(Handoff, UserTask)
                .join(Case, col(Case.id) == Handoff.case_id)
                .join(UserTask, col(UserTask.id) == Handoff.task_id)
                .where(Case.reference == reference, col(Handoff.state).in_(PENDING_HANDOFF))
                .order_by(col(Handoff.offered_at), col(Handoff.receiver_name), col(Handoff.id))
            )
            for handoff, task in session.exec(query).all():
                if task.element in self.stop_before:
                    continue
                by = self._receiver(session, handoff)
                if (reason := self.declines.pop(task.element, None)) is not None:
                    handoffs.decline(session, handoff.id, reason=DeclineCode(reason), by=by)
                else:
                    handoffs.accept(session, handoff.id, by=by)
                return True
        return False

    def _do_one(self, reference: str) -> bool:
        with self.store.transaction() as session:
            query = (
                select(UserTask)
                .join(Case, col(Case.id) == UserTask.case_id)
                .where(
                    Case.reference == reference,
                    col(UserTask.status).in_((TaskStatus.OPEN, TaskStatus.CLAIMED)),
                    col(UserTask.element).not_in(self.stop_before),
                )
                .order_by(col(UserTask.opened_at), col(UserTask.id))
            )
            task = session.exec(query).first()
            if task is None:
                return False
            self._do(session, task)
            return True

    def _do(self, session: Session, task: UserTask) -> None:
        by = self._holder(session, task)
        tasks.claim(session, task.id, by=by)
        journey = movements.expected(session, task)
        if journey is not None and journey.arrived_at is None:
            giver = self._person(session, journey.from_id)
            movements.depart(session, task.id, escort=movements.Escort.GIVER, by=giver)
            movements.arrive(session, task.id, condition=movements.Condition.WELL, by=by)
        case = session.get_one(Case, task.case_id)
        bundle = bundles.load(session, case.bundle_id)
        today = bundle.country.day(clock.now())
        given = answering.fill(bundle.forms[task.form], self.answers, today=today)
        tasks.complete(session, task.id, given, by=by)

    def _receiver(self, session: Session, handoff: Handoff) -> Actor:
        """Somebody of the receiver; where it has no account, whoever gave it enters what was heard by telephone."""
        receiver = session.get_one(Agency, handoff.receiver_id)
        if receiver.reach is Reach.SYSTEM:
            return self._person(session, receiver.id)
        return relays.answer_as(session, handoff, _heard(), by=self._person(session, handoff.giver_id))

    def _holder(self, session: Session, task: UserTask) -> Actor:
        """Somebody of the agency that holds a task, or the coordinator of the case speaking for it."""
        holder = session.get_one(Agency, task.holder_id)
        if holder.reach is Reach.SYSTEM:
            return self._person(session, holder.id, task)
        lead = session.get_one(Case, task.case_id).lead_agency_id
        return relays.holder_as(session, task, _heard(), by=self._person(session, lead))

    def _person(self, session: Session, agency_id: str, task: UserTask | None = None) -> Actor:
        """Somebody of the agency; a second person where the first has done the step this one checks."""
        query = select(User).where(User.agency_id == agency_id).order_by(User.login)
        people = session.exec(query).all()
        second = task is not None and task.element == "closure_approval" and len(people) > 1
        return actor_of(people[1 if second else 0], session.get_one(Agency, agency_id))


def _heard() -> relays.Said:
    return relays.Said(channel=Channel.PHONE, said_by="whoever answered", happened_at=clock.now())


def actor(session: Session, login: str) -> Actor:
    """The person with this login, acting."""
    user = session.exec(select(User).where(User.login == login)).one()
    return actor_of(user, session.get_one(Agency, user.agency_id))


STAGES: list[tuple[float, str, dict[str, Any], str]] = [
    # how many days ago, who opens it, what differs from the journey, and before which steps it rests
    (12, "police_bishkek", {"sex": "male", "nationality": "kyrgyz"}, "legal_report stay_review service_report"),
    (9, "consulate", MAN_IN_KAZAKHSTAN, "travel_document"),
    (6, "iom", {}, "needs_and_risk stay_review"),
    (5, "police_osh", {"preliminary_result": "not_presumed"}, "closure_approval"),
    (4, "ngo_osh", {}, "case_plan stay_review"),
    (3, "consulate", MAN_IN_KAZAKHSTAN, "verify_facts"),
    (2, "hotline", {"age_band": "child", "birth_date": "2010-05-05"}, "best_interests screening stay_review"),
    (2, "health", {"consent_identification": "refused"}, "alternative_referral stay_review"),
    (0.5, "police_osh", {"shelter_now": "no"}, "second_opinion"),
    (0.1, "ngo_osh", {}, "screening shelter_arrival"),
    (0.01, "border_guard", {"dependants": 2}, "shelter_arrival service_first_contact rights_and_consent"),
    (0, "police_osh", {}, "intake"),
]


# What is carried to an agency without an account, in the case opened by this agency, and where the case rests then.
CARRIED: dict[str, tuple[Callable[[Store, str], None], str]] = {
    "police_bishkek": (carried.lawyer_by_phone, "legal_report"),
    "iom": (carried.document_by_letter, "foreign_travel_document"),
}


def seed(store: Store, progress: Callable[[str], None] = lambda what: None) -> None:
    """A dozen cases at different stages."""
    with store.reading() as session:
        if session.exec(select(Case.id).limit(1)).first() is not None:
            return
    for days, login, differs, rests in STAGES:
        clock.set_offset(timedelta(days=-days))
        story = Story(store, WOMAN_IN_OSH | differs, frozenset(rests.split()))
        reference = story.open(login)
        story.play(reference)
        if login in CARRIED:
            carry, rest = CARRIED[login]
            carry(store, reference)
            Story(store, story.answers, story.stop_before | {rest}).play(reference)
        progress(reference)
    clock.set_offset(timedelta())
