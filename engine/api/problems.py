"""What goes wrong, as `application/problem+json` (RFC 9457) with a stable type that clients may rely on."""

import logging
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import errors, once

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "urn:nrm:problem:"


@dataclass(frozen=True)
class Kind:
    """One type of problem: its status, its last word in the URN and its title."""

    status: int
    name: str
    title: str
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)


MALFORMED = Kind(400, "malformed", "The request could not be read")
SIGNED_OUT = Kind(401, "signed-out", "Nobody is signed in", {"WWW-Authenticate": 'Bearer realm="nrm"'})
NOT_ALLOWED = Kind(403, "not-allowed", "This act is not yours")
NOT_FOUND = Kind(404, "not-found", "Nothing is here")
WRONG_METHOD = Kind(405, "method-not-allowed", "This cannot be done here")
CONFLICT = Kind(409, "conflict", "The present state does not allow this")
FAULT = Kind(409, "fault", "The process could not go on")
STALE = Kind(412, "stale", "Changed since you read it")
TOO_LARGE = Kind(413, "too-large", "The request is too large")
NOT_JSON = Kind(415, "not-json", "Only JSON is understood")
INVALID = Kind(422, "invalid", "Some values need your attention")
KEY_REUSED = Kind(422, "key-reused", "The key belongs to another request")
NO_REVISION = Kind(428, "revision-required", "Say which revision you act on")
TOO_MANY = Kind(429, "too-many-attempts", "Too many attempts", {"Retry-After": "900"})
UNEXPECTED = Kind(500, "unexpected", "The system failed")
UNAVAILABLE = Kind(503, "unavailable", "Not available just now", {"Retry-After": "5"})
KINDS = (
    MALFORMED, SIGNED_OUT, NOT_ALLOWED, NOT_FOUND, WRONG_METHOD, CONFLICT, FAULT, STALE, TOO_LARGE, NOT_JSON,
    INVALID, KEY_REUSED, NO_REVISION, TOO_MANY, UNEXPECTED, UNAVAILABLE,
)  # fmt: skip

# The first class that fits decides, so the special ones come first.
_OF_ERROR: tuple[tuple[type[errors.EngineError], Kind], ...] = (
    (once.KeyReused, KEY_REUSED),
    (errors.NotFound, NOT_FOUND),
    (errors.NotAllowed, NOT_ALLOWED),
    (errors.Conflict, CONFLICT),
    (errors.Stale, STALE),
    (errors.Invalid, INVALID),
    (errors.Unavailable, UNAVAILABLE),
    (errors.Fault, FAULT),
)
_OF_STATUS = {
    400: MALFORMED, 404: NOT_FOUND, 405: WRONG_METHOD, 413: TOO_LARGE, 415: NOT_JSON,
}  # fmt: skip
_SAID = {
    NOT_FOUND: "There is no such address here. The description of the API is at /api/v1/openapi.json.",
    WRONG_METHOD: "Use one of the methods in the Allow header.",
    MALFORMED: "Check the address, and send one JSON document in UTF-8.",
}


class Problem(Exception):
    """A refusal of the API itself, apart from those of the verbs."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def answer(kind: Kind, detail: str, wrong: list[dict[str, str]] | None = None, **more: Any) -> Response:
    """A problem as a response. `wrong` lists what is wrong with each value."""
    body = {"type": TYPES + kind.name, "title": kind.title, "status": kind.status, "detail": detail, **more}
    if wrong:
        body["errors"] = wrong
    return Response(orjson.dumps(body), kind.status, dict(kind.headers), media_type=MEDIA_TYPE)


def problem(error: Exception, at: str = "", but: Collection[str] = ()) -> Response:
    """The response to an error of any kind; `at` is where in the body the fields of a form are, `but` those beside."""
    if isinstance(error, Problem):
        return answer(error.kind, error.detail)
    if isinstance(error, RequestValidationError):
        return _misread(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, errors.Unavailable):
        log.warning("api.unavailable", exc_info=error)
    for known, kind in _OF_ERROR:
        if isinstance(error, known):
            return answer(kind, error.message, _fields(error, at, but))
    return unexpected(error)


def unexpected(error: Exception) -> Response:
    """A failure of ours: the log has the details under an id, the answer only the id."""
    number = uuid.uuid4().hex[:12]
    log.error("api.failed %s", number, exc_info=error)
    detail = f"Nothing was changed. Try again in a minute; if it fails again, report the number {number}."
    return answer(UNEXPECTED, detail, log_id=number)


def _fields(error: errors.EngineError, at: str, but: Collection[str]) -> list[dict[str, str]]:
    if not isinstance(error, errors.Invalid):
        return []
    return [
        {"pointer": pointer("" if name in but else at, name), "detail": text or error.message}
        for name, text in error.fields.items()
    ]


def pointer(*steps: object) -> str:
    """A JSON pointer (RFC 6901)."""
    parts = [str(step).replace("~", "~0").replace("/", "~1") for step in steps if step != ""]
    return "/" + "/".join(parts)


def _http(error: HTTPException) -> Response:
    kind = _OF_STATUS.get(error.status_code, MALFORMED)
    response = answer(kind, _SAID.get(kind, str(error.detail)))
    response.headers.update(error.headers or {})
    return response


def _misread(error: RequestValidationError) -> Response:
    """What the schemas refuse: an address that cannot exist, a broken document, or wrong values."""
    found = error.errors()
    if any(line["loc"][0] == "path" for line in found):
        return answer(NOT_FOUND, errors.NotFound().message)
    if any(line["type"] == "json_invalid" for line in found):
        return answer(MALFORMED, "The body is not a JSON document. Send one JSON document in UTF-8.")
    wrong = [_line(line["loc"], line["msg"]) for line in found[:50]]
    named = list(dict.fromkeys(line["parameter"] for line in wrong if "parameter" in line))
    said = f"These parameters are not as they must be: {', '.join(named)}. Each is told below." if named else ""
    return answer(INVALID, said or errors.Invalid().message, wrong)


def _line(place: tuple[Any, ...], text: str) -> dict[str, str]:
    where, *steps = place
    text = text.removeprefix("Value error, ")
    if where == "body":
        return {"pointer": pointer(*steps) if steps else "", "detail": f"{text}."}
    return {"parameter": str(steps[0])[:80], "detail": f"{text}."}


async def show(request: Request, error: Exception) -> Response:
    """The handler of every error that a route or a dependency raises."""
    return problem(error, *getattr(request.state, "fields_at", ("", ())))


class Shield:
    """Around everything: what nobody foresaw becomes a problem without details, and never ends the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and answer where nobody else has."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).append("Vary", "Authorization, Accept-Language")
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            await unexpected(error)(scope, receive, watched)
