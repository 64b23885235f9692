"""One act per key: sending the same request again gives the first answer, and does nothing twice."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from . import clock
from .actor import Actor
from .errors import Conflict
from .models.records import Once

Answer = dict[str, Any]


class KeyReused(Conflict):
    """This key was used for another request. Use a new key for a new act."""


def act(session: Session, key: str | None, body: bytes, do: Callable[[], Answer], *, by: Actor) -> tuple[Answer, bool]:
    """The answer to an act, and whether it had been done before. Without a key the act is simply done.

    The same key with another body is refused: it is a mistake of the sender.
    """
    if not key:
        return do(), False
    _one_at_a_time(session, f"{by.user_id} {key}")
    digest = sha256(body).hexdigest()
    present = session.get(Once, (by.user_id, key[:80]))
    if present is not None:
        if present.body_hash != digest:
            raise KeyReused()
        return present.answer, True
    answer = do()
    session.add(Once(user_id=by.user_id or "", key=key[:80], body_hash=digest, answer=answer, done_at=clock.now()))
    return answer, False


def _one_at_a_time(session: Session, name: str) -> None:
    """Where several may write at once, the second request with a key waits until the first is committed."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(number)))
