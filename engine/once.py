"""One act per key: sending the same request again gives the first answer, and does nothing twice."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from . import clock
from .actor import Actor
from .errors import Conflict
from .models.records import Once

Answer = dict[str, Any]


def act(session: Session, key: str | None, body: bytes, do: Callable[[], Answer], *, by: Actor) -> tuple[Answer, bool]:
    """The answer to an act, and whether it had been done before. Without a key the act is simply done.

    The same key with another body is refused: it is a mistake of the sender.
    """
    if not key:
        return do(), False
    digest = sha256(body).hexdigest()
    present = session.get(Once, (by.user_id, key[:80]))
    if present is not None:
        if present.body_hash != digest:
            raise Conflict("This Idempotency-Key was used for another request. Use a new key for a new act.")
        return present.answer, True
    answer = do()
    session.add(Once(user_id=by.user_id or "", key=key[:80], body_hash=digest, answer=answer, done_at=clock.now()))
    return answer, False
