"""What stands at the door of every request and on every answer: size, characters, security headers."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

LARGEST_BODY = 256 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
Answer = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, HTTPException], Response]


def refusal(request: Request) -> HTTPException | None:
    """Why a request is not even read, or None."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY or "transfer-encoding" in request.headers:
        return HTTPException(413, f"A request may be at most {LARGEST_BODY // 1024} KiB. Send less at once.")
    if "\x00" in request.url.path or "%00" in request.url.query:
        return HTTPException(400)
    return None


def secure(response: Response, path: str) -> Response:
    """Put the security headers on an answer; only static files may be kept."""
    protect(response.headers, path)
    return response


def protect(headers: MutableHeaders, path: str) -> None:
    """Add the security headers that are not there yet."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    kept = "public, max-age=31536000, immutable" if path.startswith("/static/") else "no-store"
    headers.setdefault("Cache-Control", kept)
