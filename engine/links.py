"""Links between cases: two of the same person, a new episode of somebody known, several people of one event.

No file shows another's: a link is the coordinators' knowledge, and each case keeps its own consents, clocks and record.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from . import cases, handovers, reference
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotFound
from .models.cases import Case, CaseStatus, Link
from .models.work import OPEN_TASK, TaskStatus, UserTask
from .participations import COORDINATOR

MOST_AT_ONCE = 50


def same_person(session: Session, leading: str, follower: str, *, by: Actor) -> Link:
    """Say that two cases are one person. The first is open and leads; the other may be a closed, earlier one.

    The coordinator of the leading case gets the open duties of both; of a closed case nothing moves but whose it is.
    Every other case of the follower's person comes along, and undoing puts all of them back.
    """
    first, second = _visible(session, leading, by), _other(session, follower, by)
    if first.id == second.id:
        raise Invalid(fields={"other": "Give the reference of the other case."})
    acts = _begin(session, {first.id, second.id}, col(Case.person_id) == second.person_id, by)
    lead, other = acts[first.id], acts[second.id]
    _check_lead(by, lead.case)
    if other.case.person_id == lead.case.person_id:
        raise Conflict("These two cases are already of one person.")
    if _follows(lead.case) or _linked(session, other.case):
        raise Conflict("One of these cases, or another one of its person, is already linked. Undo that link first.")
    link = Link(
        case_id=lead.case.id,
        leading_id=lead.case.id,
        follower_id=other.case.id,
        follower_person_id=other.case.person_id,
        follower_lead_id=other.case.lead_agency_id,
        linked_at=lead.at,
        linked_by_id=by.user_id,
    )
    session.add(link)
    lead.record("case.linked", link)
    for act in acts.values():
        if act.case.person_id == link.follower_person_id:
            _of_person(act, lead.case.person_id, "case.linked")
    if other.case.status is CaseStatus.OPEN:
        move_lead(other, lead.case.lead_agency_id)
    return link


def undo(session: Session, link_id: str, *, by: Actor) -> Link:
    """They are two people after all: the follower is again who it was, led by who led it.

    So is every other case of that person, also those opened since. The coordinator of either case may do this.
    """
    link = session.get(Link, link_id)
    if link is None or not any(visible(session, (link.leading_id, link.follower_id), by=by).values()):
        raise NotFound()
    rules.check_coordinator(by)
    own = col(Case.opened_for_id) == link.follower_person_id
    acts = _begin(session, {link.leading_id, link.follower_id}, own, by)
    session.refresh(link)
    if link.undone_at is not None:
        raise Conflict("This link has already been undone.")
    lead, other = acts[link.leading_id], acts[link.follower_id]
    link.undone_at = lead.at
    session.add(link)
    lead.record("case.unlinked", link)
    for act in acts.values():
        if act.case.opened_for_id == link.follower_person_id:
            _of_person(act, link.follower_person_id, "case.unlinked")
    if other.case.lead_agency_id == lead.case.lead_agency_id != link.follower_lead_id:
        before = other.agency(link.follower_lead_id)
        move_lead(other, before.id if before.active else cases.lead_coordinator(session, other.case.region).id)
    return link


def visible(session: Session, case_ids: Iterable[str], *, by: Actor) -> dict[str, Case | None]:
    """The cases with these ids; None for one the actor may not open, of which nothing may be said but that it is."""
    ids = list(case_ids)
    found = session.exec(visibility.visible_cases(by).where(col(Case.id).in_(ids))).all()
    return dict.fromkeys(ids) | {case.id: case for case in found}


def of_case(session: Session, case_id: str) -> list[Link]:
    """The links of a case that hold."""
    query = select(Link).where(
        or_(Link.leading_id == case_id, Link.follower_id == case_id), col(Link.undone_at).is_(None)
    )
    return list(session.exec(query).all())


def new_episode(session: Session, ref: str, *, by: Actor) -> Case:
    """The person of a closed case is found again: a new case of the same person, nothing of the old one reopened."""
    found = _visible(session, ref, by)
    rules.check_coordinator(by)
    old = begin(session, found.id, by).case  # under its lock: a link moves all cases of a person, or none
    if old.status is not CaseStatus.CLOSED:
        raise Conflict("This case is still open. Work on in it.")
    case = cases.open_case(session, by=by, region=old.region, earlier=old)
    begin(session, case.id, by).record("case.new_episode", case)
    return case


def several(session: Session, count: int, *, region: str | None, by: Actor) -> list[Case]:
    """Several people of one event: each gets a case, an intake, consents and clocks of their own."""
    if not 2 <= count <= MOST_AT_ONCE:
        raise Invalid(fields={"count": f"Give a number from 2 to {MOST_AT_ONCE}."})
    first = cases.open_case(session, by=by, region=region)
    rest = [cases.open_case(session, by=by, region=region, incident_id=first.incident_id) for _ in range(count - 1)]
    return [first, *rest]


def _visible(session: Session, ref: str, by: Actor) -> Case:
    return visibility.case(session, reference.read(ref) or "", by=by)


def _begin(session: Session, named: set[str], own: ColumnElement[bool], by: Actor) -> dict[str, Act]:
    """Two cases, and all that are of one person, each under its lock, in the order every act takes locks."""
    query = select(Case.id).where(own)
    wanted = named | set(session.exec(query).all())
    acts = {case_id: begin(session, case_id, by) for case_id in sorted(wanted)}
    if not wanted.issuperset(session.exec(query).all()):  # while the locks were waited for, one more was opened
        raise Conflict()
    return acts


def _check_lead(by: Actor, case: Case) -> None:
    rules.check_coordinator(by)
    if case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed. Link the two from the page of the open case: that one leads.")


def _follows(case: Case) -> bool:
    """Whether a link says that the case is of somebody else than it was opened for."""
    return case.person_id != case.opened_for_id


def _linked(session: Session, case: Case) -> bool:
    """Whether any case of its person is in a link that holds: links are no chain."""
    leads = select(Link.id).join(Case, col(Case.id) == Link.leading_id)
    holds = leads.where(Case.person_id == case.person_id, col(Link.undone_at).is_(None))
    return _follows(case) or session.exec(holds).first() is not None


def _other(session: Session, ref: str, by: Actor) -> Case:
    """The case somebody named by hand."""
    try:
        return _visible(session, ref, by)
    except NotFound:
        raise Invalid(fields={"other": "You see no case with this reference. Check every letter."}) from None


def _of_person(act: Act, person_id: str, action: str) -> None:
    act.case.person_id = person_id
    act.session.add(act.case)
    act.record(action, act.case)


def move_lead(act: Act, lead_id: str) -> None:
    """Another desk leads the case: the coordinator's open duties lie there, in nobody's hand yet."""
    if act.case.lead_agency_id == lead_id:
        return
    handovers.end_held(act, COORDINATOR, act.case.lead_agency_id)
    handovers.pass_lead(act, lead_id)
    query = select(UserTask).where(
        UserTask.case_id == act.case.id, UserTask.lane == COORDINATOR, col(UserTask.status).in_(OPEN_TASK)
    )
    for task in act.session.exec(query).all():
        task.holder_id = task.accountable_id = lead_id
        task.status = TaskStatus.OPEN
        task.claimed_by_id = task.claimed_at = None
        task.revision += 1
        act.session.add(task)
        act.record("task.assigned", task, element=task.element, agency=act.agency(lead_id).name)
