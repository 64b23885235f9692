"""Links between cases: two of the same person, a new episode of somebody known, several people of one event.

No file shows another's: a link is the coordinators' knowledge, and each case keeps its own consents, clocks and record.
"""

from sqlmodel import Session, col, or_, select

from . import cases, handovers, reference
from .access import rules, visibility
from .act import Act, begin
from .actor import Actor
from .errors import Conflict, Invalid, NotAllowed, NotFound
from .models.cases import Case, CaseStatus, Link
from .models.work import OPEN_TASK, TaskStatus, UserTask
from .participations import COORDINATOR

MOST_AT_ONCE = 50


def same_person(session: Session, leading: str, follower: str, *, by: Actor) -> Link:
    """Say that two open cases are one person. The first leads: its coordinator gets the open duties of both."""
    first, second = _visible(session, leading, by), _other(session, follower, by)
    if first.id == second.id:
        raise Invalid(fields={"other": "Give the reference of the other case."})
    acts = {case_id: begin(session, case_id, by) for case_id in sorted((first.id, second.id))}
    lead, other = acts[first.id], acts[second.id]
    for act in (lead, other):
        rules.check_coordinate(by, act.case)
    if other.case.person_id == lead.case.person_id:
        raise Conflict("These two cases are already of one person.")
    if of_case(session, other.case.id) or any(
        link.follower_id == lead.case.id for link in of_case(session, lead.case.id)
    ):
        raise Conflict("One of these cases is already linked. Undo that link first.")
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
    _of_person(other, lead.case.person_id, "case.linked")
    move_lead(other, lead.case.lead_agency_id)
    return link


def undo(session: Session, link_id: str, *, by: Actor) -> Link:
    """They are two people after all: the follower is again who it was, led by who led it."""
    link = session.get(Link, link_id)
    if link is None or not rules.can(_visible_by_id, session, link.leading_id, by):
        raise NotFound()
    if not by.is_coordinator:
        raise NotAllowed("Only a coordinator may do this.")
    acts = {case_id: begin(session, case_id, by) for case_id in sorted((link.leading_id, link.follower_id))}
    session.refresh(link)
    if link.undone_at is not None:
        raise Conflict("This link has already been undone.")
    lead, other = acts[link.leading_id], acts[link.follower_id]
    link.undone_at = lead.at
    session.add(link)
    lead.record("case.unlinked", link)
    _of_person(other, link.follower_person_id, "case.unlinked")
    if other.case.status is CaseStatus.OPEN and other.case.lead_agency_id == lead.case.lead_agency_id:
        before = other.agency(link.follower_lead_id)
        move_lead(other, before.id if before.active else cases.lead_coordinator(session, other.case.region).id)
    return link


def of_case(session: Session, case_id: str) -> list[Link]:
    """The links of a case that hold."""
    query = select(Link).where(
        or_(Link.leading_id == case_id, Link.follower_id == case_id), col(Link.undone_at).is_(None)
    )
    return list(session.exec(query).all())


def new_episode(session: Session, ref: str, *, by: Actor) -> Case:
    """The person of a closed case is found again: a new case of the same person, nothing of the old one reopened."""
    old = _visible(session, ref, by)
    if not by.is_coordinator:
        raise NotAllowed("Only a coordinator may do this.")
    if old.status is not CaseStatus.CLOSED:
        raise Conflict("This case is still open. Work on in it.")
    case = cases.open_case(session, by=by, region=old.region, person_id=old.person_id)
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


def _visible_by_id(session: Session, case_id: str, by: Actor) -> None:
    visibility.case(session, session.get_one(Case, case_id).reference, by=by)


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
