"""Signing in: passwords, server-side sessions and bearer tokens. Only hashes of secrets are stored."""

import secrets
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select, update

from .. import audit, clock
from ..actor import SYSTEM, Actor
from ..config import settings
from ..errors import Invalid, NotAllowed, NotFound
from ..models.people import Agency, ApiToken, SignIn, SignInAttempt, User

WRONG = "The name or the password is not right. Check both and try again."
SHORTEST = 12
MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)
_OF_TOKEN = (  # asked by every request of a program: built once
    select(User, Agency)
    .join(ApiToken, col(ApiToken.user_id) == User.id)
    .join(Agency, col(Agency.id) == User.agency_id)
    .where(ApiToken.id == bindparam("token"), col(User.active).is_(True))
)
_OF_COOKIE = (
    select(SignIn, User, Agency)
    .join(User, col(User.id) == SignIn.user_id)
    .join(Agency, col(Agency.id) == User.agency_id)
    .where(SignIn.id == bindparam("token"), col(User.active).is_(True))
)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """A hash nobody knows the password of: an unknown name takes as long as a wrong password."""
    return _hasher().hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """The Argon2id hash of a password; Invalid where it is too short."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password needs at least {SHORTEST} characters.", fields={"password": "too short"})
    return _hasher().hash(password)


def verify(session: Session, login: str, password: str) -> User:
    """The person with this name and password. Slow on purpose; call it outside a write transaction."""
    attempt = session.get(SignInAttempt, login[:64])
    if attempt and attempt.failures >= MOST_FAILURES and _now() < attempt.last_at + PAUSE:
        raise NotAllowed("Too many attempts. Wait 15 minutes, or ask your agency's manager for help.")
    user = session.exec(select(User).where(User.login == login)).first()
    known = user.password_hash if user and user.active and user.password_hash else _nobody()
    right = _hasher().verify(password, known)
    if not right or user is None or not user.active or not user.password_hash:
        raise Invalid(WRONG, fields={"login": WRONG})
    return user


def count_failure(session: Session, login: str) -> None:
    """Count a failed attempt, whether or not anybody has that name."""
    now = _now()
    attempt = session.get(SignInAttempt, login[:64]) or SignInAttempt(login=login[:64], last_at=now)
    attempt.failures = attempt.failures + 1 if now < attempt.last_at + PAUSE else 1
    attempt.last_at = now
    session.add(attempt)


def begin(session: Session, user: User) -> str:
    """Start a session; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = _now()
    row = SignIn(id=_hash(token), user_id=user.id, csrf=secrets.token_urlsafe(24), created_at=now, seen_at=now)
    session.add(row)
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.login) == user.login))
    audit.record(session, "signed_in", user, by=actor_of(user, session.get_one(Agency, user.agency_id)))
    return token


def end(session: Session, token: str) -> None:
    """End a session at once."""
    session.exec(delete(SignIn).where(col(SignIn.id) == _hash(token)))


def end_all(session: Session, user: User) -> None:
    """End every session and token of a person."""
    session.exec(delete(SignIn).where(col(SignIn.user_id) == user.id))
    session.exec(delete(ApiToken).where(col(ApiToken.user_id) == user.id))


def of_cookie(session: Session, token: str) -> tuple[Actor, SignIn] | None:
    """Who is signed in with this cookie; None where the session has ended or was idle too long."""
    found = who_was(session, token)
    if found is None:
        return None
    row, now = found[1], _now()
    idle, longest = timedelta(minutes=settings().idle_minutes), timedelta(hours=settings().session_hours)
    return None if now - row.seen_at > idle or now - row.created_at > longest else found


def who_was(session: Session, token: str) -> tuple[Actor, SignIn] | None:
    """Whose cookie this is, also after the session was idle too long: enough to keep a draft, for nothing else."""
    found = session.exec(_OF_COOKIE, params={"token": _hash(token)}).first()
    return (actor_of(found[1], found[2]), found[0]) if found else None


def stay(row: SignIn) -> bool:
    """Whether the session should be marked as seen: at most once a minute."""
    return _now() - row.seen_at > timedelta(minutes=1)


def seen(session: Session, row: SignIn) -> None:
    """The person is still there."""
    session.exec(update(SignIn).where(col(SignIn.id) == row.id).values(seen_at=_now()))


def of_user(session: Session, user_id: str) -> list[SignIn]:
    """The sessions of one person, newest first."""
    query = select(SignIn).where(SignIn.user_id == user_id).order_by(col(SignIn.created_at).desc())
    return list(session.exec(query).all())


def issue_token(session: Session, user: User, name: str) -> str:
    """A new bearer token for the API; shown once."""
    token = "nrm_" + secrets.token_urlsafe(32)
    session.add(ApiToken(id=_hash(token), user_id=user.id, name=name, created_at=clock.now()))
    audit.record(session, "token.issued", user, by=SYSTEM)
    return token


def tokens(session: Session, user_id: str) -> list[ApiToken]:
    """The tokens of one person, newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user_id).order_by(col(ApiToken.created_at).desc())
    return list(session.exec(query).all())


def revoke_token(session: Session, token_id: str, *, by: Actor) -> None:
    """End one of the actor's own tokens at once."""
    row = session.get(ApiToken, token_id)
    if row is None or row.user_id != by.user_id:
        raise NotFound()
    session.delete(row)
    audit.record(session, "token.revoked", session.get_one(User, row.user_id), by=by)


def of_token(session: Session, token: str) -> Actor | None:
    """Who acts with this bearer token."""
    found = session.exec(_OF_TOKEN, params={"token": _hash(token)}).first()
    return actor_of(*found) if found else None


def actor_of(user: User, agency: Agency) -> Actor:
    """This person, acting for this agency."""
    return Actor(
        user_id=user.id,
        agency_id=agency.id,
        name=user.name,
        agency_name=agency.name,
        roles=frozenset(agency.roles),
        duties=frozenset(user.duties),
        region=agency.region,
        takes_part=agency.active,
        language=user.language,
    )


def _now() -> datetime:
    """Sessions and pauses age in real time, however far the demo clock was moved."""
    return clock.now() - clock.offset()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
