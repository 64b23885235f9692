"""One act on one case: what every verb below the pages passes along."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from . import audit, bundles, clock, vault
from .actor import Actor
from .errors import NotFound
from .models.cases import Case, Consent, Participation
from .models.people import Agency, User, at_desk
from .models.work import Deadline, DeadlineState, Handoff, UserTask
from .process.definitions import Bundle

FACTS = "episode.facts"


def _locked(case_id: Any) -> SelectOfScalar[Case]:
    return select(Case).where(Case.id == case_id).with_for_update()


def quietly(query: Any) -> Any:
    """The query as one before which nothing need be written."""
    return query.execution_options(autoflush=False)


# What every act asks is built once: building a statement costs more than the store takes to answer it.
_ID: Any = bindparam("id")
_CASE = _locked(_ID)
_CASE_OF_TASK = _locked(select(UserTask.case_id).where(UserTask.id == _ID).scalar_subquery())
_CASE_OF_HANDOFF = _locked(select(Handoff.case_id).where(Handoff.id == _ID).scalar_subquery())
_AGENCY = quietly(select(Agency).where(Agency.id == _ID))
_AGENCIES = quietly(
    select(Agency, exists().where(col(User.agency_id) == Agency.id, at_desk(bindparam("now"))).label("staffed"))
)
_PARTICIPATIONS = quietly(select(Participation).where(Participation.case_id == _ID, col(Participation.until).is_(None)))
_DEADLINES = quietly(select(Deadline).where(Deadline.case_id == _ID, Deadline.state == DeadlineState.RUNNING))
_CONSENTS = quietly(select(Consent).where(Consent.case_id == _ID).order_by(col(Consent.entered_at), col(Consent.id)))
_HANDOFFS = quietly(select(Handoff).where(Handoff.instance_id == _ID, Handoff.scope == bindparam("scope")))


@dataclass
class Act:
    """A case under its lock, the law it runs under, its facts, and who acts.

    What is read of the case is read when first needed and kept for the rest of the act, with what the act adds to it.
    Such reading need not write first what is still to be written: the rows of an act then go out together at its end.
    """

    session: Session
    case: Case
    bundle: Bundle
    facts: dict[str, Any]
    by: Actor
    cause: UserTask | None = None
    at: datetime = field(default_factory=clock.now)
    withdrawn: bool = False  # what this act ends, the person has ended: not a recall by the giver
    given_by: str = ""  # who gives what this act opens, where that is not the agency that acts
    before_system: bool = False  # what this act passes through was done on paper: nobody is asked, nothing is decided
    staying: bool = False  # what this act opens again is no journey: the person is where they are
    _agencies: dict[str, Agency] | None = None
    _named: dict[str, Agency] = field(default_factory=dict)
    _participations: list[Participation] | None = None
    _deadlines: list[Deadline] | None = None
    _consents: list[Consent] | None = None
    _said: list[Consent] = field(default_factory=list)
    _handoffs: dict[tuple[str, str], list[Handoff]] = field(default_factory=dict)
    _staffed: set[str] = field(default_factory=set)

    def record(self, action: str, subject: Any, **data: Any) -> None:
        """Write one entry about this case."""
        audit.record(self.session, action, subject, by=self.by, case_id=self.case.id, **data)

    def agencies(self) -> dict[str, Agency]:
        """Every agency by id."""
        if self._agencies is None:
            rows = self.session.exec(_AGENCIES, params={"now": self.at}).all()
            self._agencies = {agency.id: agency for agency, _ in rows}
            self._staffed = {agency.id for agency, staffed in rows if staffed}
        return self._agencies

    def agency(self, agency_id: str) -> Agency:
        """The agency with this id."""
        found = (self._agencies or self._named).get(agency_id)
        if found is None:  # most acts name one or two agencies, and need not read the directory
            found = self._named[agency_id] = self.session.exec(_AGENCY, params={"id": agency_id}).one()
        return found

    def agency_name(self, agency_id: str) -> str:
        """What the agency with this id is called."""
        return self.by.agency_name if agency_id == self.by.agency_id else self.agency(agency_id).name

    def participations(self) -> list[Participation]:
        """Who fills which lane of this case now."""
        if self._participations is None:
            self._participations = self._rows(_PARTICIPATIONS, id=self.case.id)
        return [p for p in self._participations if p.until is None]

    def participate(self, participation: Participation) -> None:
        """Add an agency to the case in one scope and lane."""
        self.participations()
        assert self._participations is not None
        self._participations.append(participation)
        self.session.add(participation)

    def deadlines(self) -> list[Deadline]:
        """The clocks of this case that still run."""
        if self._deadlines is None:
            self._deadlines = self._rows(_DEADLINES, id=self.case.id)
        return [d for d in self._deadlines if d.state is DeadlineState.RUNNING]

    def add_deadline(self, deadline: Deadline) -> None:
        """Let a clock run."""
        self.deadlines()
        assert self._deadlines is not None
        self._deadlines.append(deadline)
        self.session.add(deadline)

    def consents(self) -> list[Consent]:
        """Everything the person has said about purposes, the newest last."""
        if self._consents is None:
            rows = self._rows(_CONSENTS, id=self.case.id)
            said = {consent.id for consent in self._said}
            self._consents = [consent for consent in rows if consent.id not in said]
        return [*self._consents, *self._said]

    def add_consent(self, consent: Consent) -> None:
        """Keep what the person said."""
        self._said.append(consent)
        self.session.add(consent)

    @contextmanager
    def supposing(self, said: list[Consent]) -> Iterator[None]:
        """For a while the person has said this as well; nothing of it is kept."""
        before, self._said = self._said, [*self._said, *said]
        try:
            yield
        finally:
            self._said = before

    def handoffs(self, instance_id: str, scope: str) -> list[Handoff]:
        """Every handoff there has been in one scope."""
        key = (instance_id, scope)
        if key not in self._handoffs:
            self._handoffs[key] = self._rows(_HANDOFFS, id=instance_id, scope=scope)
        return self._handoffs[key]

    def handoffs_of(self, about: UserTask | Handoff) -> list[Handoff]:
        """Every handoff there has been of a lane in its scope."""
        return [h for h in self.handoffs(about.instance_id, about.scope) if h.lane == about.lane]

    def add_handoff(self, handoff: Handoff) -> None:
        """Add a handoff of a lane."""
        self.handoffs(handoff.instance_id, handoff.scope).append(handoff)
        self.session.add(handoff)

    def staffed(self) -> set[str]:
        """The agencies at whose desk somebody is: active, and not on leave."""
        self.agencies()
        return self._staffed

    def _rows(self, query: Any, **about: str) -> list[Any]:
        return list(self.session.exec(query, params=about).all())

    @property
    def giver_id(self) -> str:
        """Who gives what this act opens: the acting agency, or the coordinator where none acted that takes part."""
        own = self.given_by or self.by.agency_id
        takes_part = own is not None and (self.cause is not None or self.agency(own).active)
        return own if own and takes_part else self.case.lead_agency_id

    def seal_facts(self) -> None:
        """Keep the facts as they are now."""
        self.case.language = str(self.facts.get("language") or "unknown")
        self.case.facts = vault.of(self.session).seal_json(
            self.facts, case_id=self.case.id, domain="operational", place=f"{FACTS}:{self.case.id}"
        )


def open_facts(session: Session, case: Case) -> dict[str, Any]:
    """The facts of a case as they stand; refused if they were changed outside the engine."""
    facts: dict[str, Any] = vault.of(session).open_json(
        case.facts, case_id=case.id, domain="operational", place=f"{FACTS}:{case.id}"
    )
    return facts


def begin(session: Session, case_id: str, by: Actor) -> Act:
    """Lock a case and open it for one act.

    What was read before the lock may have changed while it was waited for: it is read again when it is used.
    """
    return _begin(session, _CASE, case_id, by)


def begin_task(session: Session, task_id: str, by: Actor) -> Act:
    """Lock the case of a task and open it for one act."""
    return _begin(session, _CASE_OF_TASK, task_id, by)


def begin_handoff(session: Session, handoff_id: str, by: Actor) -> Act:
    """Lock the case of a handoff and open it for one act."""
    return _begin(session, _CASE_OF_HANDOFF, handoff_id, by)


def _begin(session: Session, locked: Any, about: str, by: Actor) -> Act:
    if session.get_bind().dialect.name == "postgresql":  # an embedded store has one writer, from the beginning
        session.flush()
        session.expire_all()
    case = session.exec(locked, params={"id": about}).one_or_none()
    if case is None:
        raise NotFound()
    bundle = bundles.load(session, case.bundle_id)
    return Act(session, case, bundle, open_facts(session, case), by)


def look(session: Session, case_id: str, by: Actor) -> Act:
    """A case without its lock, for a page. Whether the actor may see what the page shows is decided before."""
    case = session.get_one(Case, case_id)
    return Act(session, case, bundles.load(session, case.bundle_id), open_facts(session, case), by)
