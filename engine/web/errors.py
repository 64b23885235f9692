"""What goes wrong, as a page: what it is, what to do, and never a trace of the machine."""

import contextlib
import re
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from .. import alarms
from ..access import signin
from ..errors import Conflict, EngineError, Fault, Invalid, NotAllowed, NotFound, Stale, Unavailable
from . import drafting
from .desk import COOKIE, SignedOut, anonymous, frame, local, see_other, store, translator
from .guard import secure
from .templates import render

STATUS: dict[type[EngineError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    Unavailable: 503,
    Fault: 409,
}
KNOWN = {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503}
FORM = re.compile(r"/tasks/([0-9a-f]{32})/(?:form/(\w{1,64})|draft|completion)")
PARENT = re.compile(r"/(?:tasks|handoffs|cases)/[\w-]+")


def show(request: Request, error: Exception, *, kept: bool = False) -> Response:
    """The page for anything that was raised. A process that failed is reported once what it did is undone."""
    status = status_of(error)
    if isinstance(error, Fault):
        report(request, error)
    detail = error.message if isinstance(error, EngineError) and not isinstance(error, Fault) else ""
    if isinstance(error, HTTPException) and status == 413:
        detail = str(error.detail)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"message": detail}, status)
    page = _page(request, "fault" if isinstance(error, Fault) else str(status), status, detail, kept)
    return secure(page) if status == 500 else page


def status_of(error: Exception) -> int:
    """The status that tells a browser what kind of refusal this is."""
    if isinstance(error, EngineError):
        return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, HTTPException):
        return error.status_code if error.status_code in KNOWN else 400
    return 500


def _page(request: Request, words: str, status: int, detail: str, kept: bool) -> HTMLResponse:
    signed_in = getattr(request.state, "signed_in", None)
    request.state.frame = frame(request, None, *signed_in) if signed_in else anonymous(request)
    back = (_form(request) if status == STATUS[Stale] else None) or _parent(request)
    return render(
        request,
        "error.html",
        status=status,
        words=words,
        detail=translator(request).said(detail) if detail else "",
        back=back if back != request.url.path or request.method == "POST" else None,
        fields_kept=kept,
    )


def _form(request: Request) -> str | None:
    """The page of the form that was sent, where it was one."""
    found = FORM.fullmatch(request.url.path)
    return f"/tasks/{found[1]}/form" if found else None


def _parent(request: Request) -> str | None:
    """The page the person was on: the thing that was acted upon."""
    found = PARENT.match(request.url.path)
    return found.group(0) if found else None


def report(request: Request, fault: Fault) -> None:
    """Tell the coordinator about a step that was undone, in a transaction of its own."""
    if fault.where is None:
        return
    case_id, instance_id, element = fault.where
    with contextlib.suppress(Unavailable), store(request).transaction() as session:
        alarms.report_fault(session, fault, case_id=case_id, instance_id=instance_id, element=element)


def ask_to_sign_in(request: Request, error: SignedOut) -> Response:
    """Nobody is signed in: sign in, then come back. What an idle person sent is kept as a draft first."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"message": ""}, 401)
    kept = request.method == "POST" and _keep(request)
    if request.method == "POST":
        address = _parent(request) or "/"
    else:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked = {"next": local(address)} | ({"kept": "1"} if kept else {})
    return see_other(f"/sign-in?{urlencode(asked)}" if asked != {"next": "/"} else "/sign-in")


def _keep(request: Request) -> bool:
    """Keep a form that came after the session had been idle too long, if it is certain whose it is."""
    form, task = getattr(request.state, "form", None), FORM.fullmatch(request.url.path)
    token = request.cookies.get(COOKIE)
    if form is None or task is None or not token:
        return False
    section = task.group(2) or str(form.get("section", ""))
    with contextlib.suppress(EngineError), store(request).transaction() as session:
        found = signin.who_was(session, token)
        if found is None or form.get("csrf") != found[1].csrf or not section:
            return False
        drafting.keep(session, task.group(1), section, drafting.pairs(form), by=found[0])
        return True
    return False
