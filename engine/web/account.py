"""A person's own account: who one is here, where one is signed in, and tokens for programs."""

from fastapi import APIRouter
from fastapi.responses import Response

from ..access import signin
from ..models.people import User
from .desk import Desk, Reader, Writer

router = APIRouter()
LONGEST_NAME = 100


@router.get("/account")
def show(desk: Reader) -> Response:
    """The account."""
    return _page(desk)


@router.post("/account/tokens")
def make(desk: Writer) -> Response:
    """Make a token; it is shown once, on this very page."""
    name = desk.text("name").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        return _page(desk, errors={"name": desk.t("choose.name")}, status=422)
    user = desk.session.get_one(User, desk.by.user_id)
    return _page(desk, new_token=signin.issue_token(desk.session, user, name))


@router.post("/account/tokens/{token_id}/revocation")
def revoke(token_id: str, desk: Writer) -> Response:
    """End a token at once."""

    def do() -> str:
        signin.revoke_token(desk.session, token_id, by=desk.by)
        return "/account?done=revoked"

    return desk.once(do)


def _page(
    desk: Desk, *, new_token: str | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    desk.session.flush()
    user = desk.session.get_one(User, desk.by.user_id)
    return desk.render(
        "account.html",
        status=status,
        user={
            "name": user.name,
            "login": user.login,
            "agency": desk.by.agency_name,
            "duties": user.duties,
            "language": user.language,
        },
        tokens=signin.tokens(desk.session, user.id),
        new_token=new_token,
        sessions=[
            {
                "id": row.id,
                "created_at": row.created_at,
                "seen_at": row.seen_at,
                "current": row.id == desk.sign_in.id,
            }
            for row in signin.of_user(desk.session, user.id)
        ],
        errors=errors or {},
    )
