"""Long lists a page at a time: an opaque cursor in the query, the next page in a `Link` header (RFC 8288)."""

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from ..errors import Invalid

MOST = 100
USUAL = 50
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="Where the page begins: `next` of the page before.")]


def write(*parts: object) -> str:
    """A cursor that means these values."""
    text = "|".join(part.isoformat() if isinstance(part, datetime) else str(part) for part in parts)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str | None) -> list[str]:
    """The values of a cursor; empty for none. Invalid where it is not one of ours."""
    if cursor is None:
        return []
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode().split("|")
    except (binascii.Error, UnicodeError) as error:
        raise _refused() from error


def after(cursor: str | None) -> tuple[datetime, str] | None:
    """The moment and id behind a cursor of a list that is ordered by time."""
    parts = read(cursor)
    if not parts:
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
    except ValueError as error:
        raise _refused() from error
    if len(parts) != 2 or moment.tzinfo is None or not _ID.fullmatch(parts[1]):
        raise _refused()
    return moment, parts[1]


def offset(cursor: str | None) -> int:
    """The number of rows behind a cursor of a list that is counted."""
    parts = read(cursor) or ["0"]
    if len(parts) != 1 or not (parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 10):
        raise _refused()
    return int(parts[0])


def numbered(following: int | None) -> str | None:
    """The cursor of a list that is counted, if there is more of it."""
    return None if following is None else write(following)


def _refused() -> Invalid:
    return Invalid("This cursor is not one of ours. Begin with the first page and follow its links.")


def link(request: Request, response: Response, following: str | None) -> str | None:
    """Point to the next page in the header, if there is one; returns the cursor for the body."""
    if following is not None:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        address = f"{request.url.path}?{urlencode([*query, ('cursor', following)])}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return following
