"""Cases: opening one, and what a coordinator or an agency sees of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from . import act as acts
from . import alarms, bundles, clock, deadlines, desks, finding, instances, messages, participations, reference
from .access import rules, visibility
from .act import Act
from .actor import Actor
from .config import settings
from .errors import Invalid, NotAllowed, NotFound
from .finding import BoardFilter
from .models.cases import Bundle as StoredBundle
from .models.cases import Case, CaseStatus, Consent, Incident, Message, Participation, Person
from .models.columns import new_id
from .models.people import Agency
from .models.work import OPEN_TASK, PENDING_HANDOFF, AlarmKind, Deadline, Handoff, Movement, UserTask

OPENED = "case_opened"
PAGE = 50
EVERYTHING_OPEN = BoardFilter()


def open_case(
    session: Session,
    *,
    by: Actor,
    region: str | None = None,
    earlier: Case | None = None,
    incident_id: str | None = None,
) -> Case:
    """Open a case for a person who has just been detected; the intake is its first task.

    `region` is where the person is, the agency's own by default. The person may be abroad. A coordinator's own region
    is the only one it can steer in, and so open in. `earlier` is a case of the same person, of which this is a new
    episode; `incident_id` makes it one of several cases of one event.
    """
    rules.check_open_case(by)
    bundle = current_bundle(session)
    region = _region(bundle, region or by.region, by)
    person_id = earlier.person_id if earlier else _add(session, Person(created_at=clock.now())).id
    case = Case(
        id=new_id(),
        reference=reference.new(),
        person_id=person_id,
        opened_for_id=earlier.opened_for_id if earlier else person_id,
        incident_id=incident_id or _add(session, Incident(opened_at=clock.now())).id,
        bundle_id=bundle.hash,
        region=region,
        opened_by_id=by.agency_id or "",
        lead_agency_id=lead_coordinator(session, region).id,
        facts=b"",
        opened_at=clock.now(),
    )
    act = Act(session, case, bundle, _first_facts(bundle, region), by)
    if not act.agency(case.opened_by_id).active:  # whoever opens a case is accountable for it
        raise NotAllowed("Your agency takes no part at present. Call the coordinator, who can open the case.")
    act.seal_facts()
    session.add(case)
    session.flush()
    act.record("case.opened", case, region=region, agency=by.agency_name)
    instances.start(act, bundle.country.spine, lanes={participations.FIRST_RESPONDER: by.agency_id or ""})
    return case


def _region(bundle: Any, region: str, by: Actor) -> str:
    """Where the person is, if there is such a region and the actor may open a case in it."""
    if region not in bundle.country.regions:
        known = ", ".join(bundle.country.regions)
        raise Invalid(f"Choose where the person is: {known}.", fields={"region": known})
    rules.check_open_in(by, region)
    return region


def _first_facts(bundle: Any, region: str) -> dict[str, Any]:
    """What is known before anybody has asked: where the person is."""
    abroad = bundle.country.regions[region].abroad
    facts = {name: fact.initial for name, fact in bundle.facts.items()}
    return facts | {"whereabouts": "abroad" if abroad else "in_country"}


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    return row


def current_bundle(session: Session) -> Any:
    """The bundle new cases begin under: the newest one deployed for this country."""
    return bundle_of(session, session.exec(newest_bundle()).first())


def newest_bundle() -> SelectOfScalar[str]:
    """The query for the id of the newest bundle, for those who look up more in the same statement."""
    query = select(StoredBundle.id).where(StoredBundle.country == settings().country)
    return query.order_by(col(StoredBundle.deployed_at).desc()).limit(1)


def bundle_of(session: Session, found: str | None) -> Any:
    """The bundle with the id that `newest_bundle` found."""
    if found is None:
        raise Invalid("No process definitions are deployed. Run: nrm migrate")
    return bundles.load(session, found)


def lead_coordinator(session: Session, region: str) -> Agency:
    """The coordinator of a region: its own desk, else the national one. First those where one is there now."""
    for found in (desks.coordinating(session, clock.now()), desks.coordinating(session, None)):
        for wanted in (region, visibility.NATIONAL):
            for desk in found:
                if desk.region == wanted:
                    return desk
    raise Invalid("No coordinator is in the directory. Add a coordinating agency first.")


def read(session: Session, ref: str, *, by: Actor) -> Act:
    """A case for looking at, without its lock. NotFound for what the actor may not see."""
    case = visibility.case(session, reference.read(ref) or "", by=by)
    return Act(session, case, bundles.load(session, case.bundle_id), acts.open_facts(session, case), by)


@dataclass(frozen=True)
class Board:
    """One page of the board: the cases, and what is open in each, with the offers nobody has answered."""

    cases: list[Case]
    tasks: dict[str, list[UserTask]]
    offers: dict[str, list[Handoff]]
    agencies: dict[str, Agency]
    after: tuple[datetime, str] | None  # where the next page begins


def board(
    session: Session,
    *,
    by: Actor,
    wanted: BoardFilter = EVERYTHING_OPEN,
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> Board:
    """The cases a coordinator steers, newest first, with all open stages, holders and clocks."""
    behind = finding.after(after, col(Case.opened_at), col(Case.id))
    query = visibility.visible_cases(by).where(*wanted.conditions(by), *behind)
    order = (col(Case.opened_at).desc(), col(Case.id).desc())
    cases = list(session.exec(query.order_by(*order).limit(limit + 1)).all())
    more, cases = cases[limit:], cases[:limit]
    tasks: dict[str, list[UserTask]] = {case.id: [] for case in cases}
    open_tasks = select(UserTask).where(col(UserTask.case_id).in_(tasks), col(UserTask.status).in_(OPEN_TASK))
    for task in session.exec(open_tasks.order_by(col(UserTask.due_at))).all():
        tasks[task.case_id].append(task)
    offers: dict[str, list[Handoff]] = {case.id: [] for case in cases}
    pending = select(Handoff).where(col(Handoff.case_id).in_(offers), col(Handoff.state).in_(PENDING_HANDOFF))
    for handoff in session.exec(pending.order_by(col(Handoff.answer_by))).all():
        offers[handoff.case_id].append(handoff)
    agencies = {a.id: a for a in session.exec(select(Agency)).all()}
    last = cases[-1] if more else None
    return Board(cases, tasks, offers, agencies, (last.opened_at, last.id) if last else None)


def counts(session: Session, *, by: Actor) -> dict[str, int]:
    """How many cases are open, how many of them have something late, and how many an offer nobody looked at."""
    seen = visibility.visible_cases(by).where(Case.status == CaseStatus.OPEN).with_only_columns(col(Case.id))
    parts = {
        "open": seen,
        "late": seen.where(col(Case.id).in_(finding.overdue())),
        "unopened": seen.where(col(Case.id).in_(finding.unopened())),
    }
    return {name: session.exec(select(func.count()).select_from(part.subquery())).one() for name, part in parts.items()}


@dataclass(frozen=True)
class CaseView:
    """Everything the coordinator's page of a case shows."""

    tasks: list[UserTask]
    handoffs: list[Handoff]
    movements: list[Movement]
    deadlines: list[Deadline]
    participations: list[Participation]
    consents: list[Consent]


def overview(act: Act) -> CaseView:
    """The path of a case: for a coordinator all of it, for an agency its own stretch only."""
    agency_id = None if act.by.is_coordinator else act.by.agency_id
    tasks = _rows(act, UserTask, UserTask.opened_at)
    handoffs = _rows(act, Handoff, Handoff.offered_at)
    movements = _rows(act, Movement, Movement.id)
    if agency_id:
        tasks = [t for t in tasks if agency_id == t.holder_id]
        handoffs = [h for h in handoffs if agency_id in (h.giver_id, h.receiver_id)]
        movements = [m for m in movements if agency_id in (m.from_id, m.to_id)]
    own = {t.id for t in tasks}
    clocks = [d for d in _rows(act, Deadline, Deadline.due_at) if not agency_id or d.task_id in own]
    return CaseView(
        tasks=tasks,
        handoffs=handoffs,
        movements=movements,
        deadlines=clocks,
        participations=[] if agency_id else _rows(act, Participation, Participation.since),
        consents=[] if agency_id else _rows(act, Consent, Consent.entered_at),
    )


def stretch(act: Act) -> CaseView:
    """The part of an overview that may be told as a story: without what tells where the person went on to."""
    found = overview(act)
    if act.by.is_coordinator:
        return found
    named = visibility.naming_receiver(act.session, found.handoffs, by=act.by)
    return replace(
        found,
        handoffs=[h for h in found.handoffs if h.id in named],
        movements=[m for m in found.movements if m.to_id == act.by.agency_id or m.arrived_at is None],
    )


def _rows(act: Act, table: Any, order: Any) -> list[Any]:
    return list(act.session.exec(select(table).where(table.case_id == act.case.id).order_by(order)).all())


def extend(session: Session, deadline_id: str, *, days: int, reason: str, by: Actor) -> Deadline:
    """Extend a clock by calendar days, with a coded reason; who, why, from and to are recorded.

    Where who holds its task does it, the lead coordinator is called.
    """
    found = session.get(Deadline, deadline_id)
    if found is None or session.exec(visibility.visible_cases(by).where(Case.id == found.case_id)).first() is None:
        raise NotFound("There is no such clock.")
    act = acts.begin(session, found.case_id, by)
    session.refresh(found)
    deadlines.check_extend(act, found, session.get(UserTask, found.task_id) if found.task_id else None)
    deadlines.extend(act, found, days=days, reason=reason)
    lead = act.case.lead_agency_id
    if not by.is_coordinator and (by.behalf is None or by.behalf.agency_id != lead):
        alarms.call(act, AlarmKind.EXTENDED, lead, task_id=found.task_id)
    return found


def tell(session: Session, ref: str, name: str, payload: dict[str, Any], *, by: Actor) -> Message:
    """Send a message to a case: only who steers it may, and only a message that its drawing knows."""
    case = visibility.case(session, reference.read(ref) or "", by=by)
    act = acts.begin(session, case.id, by)
    rules.check_coordinate(by, act.case)
    known = sorted(messages.known(act.bundle))
    if name not in known:
        raise Invalid(f"No step of this case takes a message “{name}”. Known: {', '.join(known)}.", fields={"name": ""})
    return instances.send(act, name, payload)
