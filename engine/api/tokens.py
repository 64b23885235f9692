"""Who acts: a token for a script, and what is known of its person."""

from fastapi import APIRouter, Request
from sqlmodel import col, select

from ..access import signin
from ..errors import Invalid, NotAllowed
from ..models.people import Agency, User
from . import showing, told
from .desk import Desk, Reader, store
from .problems import SIGNED_OUT, TOO_MANY, Problem
from .schemas import NewToken
from .strict import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["people"])


@router.post("/tokens", status_code=201)
def new_token(request: Request, body: NewToken) -> told.Token:
    """A bearer token for whoever has this name and password. It is shown once; keep it like a password."""
    user = _verified(request, body)
    with store(request).transaction() as session:
        return told.Token(token=signin.issue_token(session, user, body.name), name=body.name)


def _verified(request: Request, body: NewToken) -> User:
    """The password is checked outside any writing: it is slow on purpose."""
    try:
        with store(request).reading() as session:
            return signin.verify(session, body.login, body.password)
    except NotAllowed as error:
        raise Problem(TOO_MANY, error.message) from error
    except Invalid as error:
        with store(request).transaction() as session:
            signin.count_failure(session, body.login)
        raise Problem(SIGNED_OUT, error.message) from error


@router.get("/me")
def me(desk: Reader) -> told.Me:
    """Who acts with this token, for which agency, and with whom."""
    by = desk.by
    agency = desk.session.get_one(Agency, by.agency_id)
    return told.Me(
        id=by.user_id or "",
        name=by.name,
        agency=showing.contact(agency),
        roles=sorted(by.roles),
        duties=sorted(by.duties),
        region=by.region,
        language=by.language,
        colleagues=people(desk, agency.id),
    )


def people(desk: Desk, agency_id: str | None) -> list[told.Human]:
    """The active people of an agency."""
    query = select(User).where(User.agency_id == agency_id, col(User.active).is_(True)).order_by(User.name)
    return [told.Human(id=user.id, name=user.name) for user in desk.session.exec(query).all()]
