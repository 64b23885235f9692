"""What the demo's agencies without an account are asked for and owe: others bring it and enter what they say."""

from sqlmodel import Session, col, select

from .. import clock, handoffs, handovers, paths, relays
from ..access.signin import actor_of
from ..actor import Actor
from ..database import Store
from ..models.cases import Case, Channel
from ..models.people import Agency, User
from ..models.work import OPEN_TASK, UserTask


def lawyer_by_phone(store: Store, reference: str) -> None:
    """The lawyer hands the case over to a colleague in private practice, who agrees by telephone."""
    with store.transaction() as session:
        task = _open(session, reference, "legal_report")
        by, lawyer = _person(session, task.holder_id or ""), _agency(session, "lawyer_by_phone")
        offer = handovers.offer(session, task.id, lawyer.id, reason="conflict_of_interest", by=by)
        said = relays.Said(channel=Channel.PHONE, said_by="B. Attorney in person", happened_at=clock.now())
        handoffs.accept(session, offer.id, by=relays.answer_as(session, offer, said, by=by))


def document_by_letter(store: Store, reference: str) -> None:
    """A foreign woman wants home soon: her embassy is asked for a travel document, and waits for a letter."""
    with store.transaction() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        by = _person(session, case.lead_agency_id)
        paths.start_stage(session, reference, "repatriation", reason="wish_of_person", inputs={}, by=by)


def _open(session: Session, reference: str, element: str) -> UserTask:
    query = select(UserTask).join(Case, col(Case.id) == UserTask.case_id)
    return session.exec(
        query.where(Case.reference == reference, UserTask.element == element, col(UserTask.status).in_(OPEN_TASK))
    ).one()


def _agency(session: Session, code: str) -> Agency:
    return session.exec(select(Agency).where(Agency.code == code)).one()


def _person(session: Session, agency_id: str) -> Actor:
    user = session.exec(select(User).where(User.agency_id == agency_id).order_by(User.login)).first()
    assert user is not None, "somebody signs in for this agency"
    return actor_of(user, session.get_one(Agency, agency_id))
