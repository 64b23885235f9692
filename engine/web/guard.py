"""What stands at the door of every request and on every answer: size, characters, security headers."""

from collections.abc import Awaitable, Callable, Collection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

LARGEST_BODY = 256 * 1024
SECURITY = (  # as they are sent: names in small letters
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
KEPT, NOT_KEPT = b"public, max-age=31536000, immutable", b"no-store"
Header = tuple[bytes, bytes]
Answer = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, HTTPException], Response]


def refusal(request: Request) -> HTTPException | None:
    """Why a request is not even read, or None."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY or "transfer-encoding" in request.headers:
        return HTTPException(413, f"A request may be at most {LARGEST_BODY // 1024} KiB. Send less at once.")
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        return HTTPException(400)
    return None


def secure(response: Response) -> Response:
    """Put the security headers on an answer that nobody may keep."""
    response.raw_headers = protected(response.raw_headers, kept=False)
    return response


def protected(headers: Collection[Header], *, kept: bool) -> list[Header]:
    """These headers with the security headers that are not among them yet. `kept`: a browser may keep the answer."""
    there = dict(headers)
    caching = (b"cache-control", KEPT if kept else NOT_KEPT)
    return [*headers, *(added for added in (*SECURITY, caching) if added[0] not in there)]


def is_static(path: str, status: int) -> bool:
    """Whether an answer is a file that is the same for everybody; that there is none today may change tomorrow."""
    return path.startswith("/static/") and status in (200, 304)
