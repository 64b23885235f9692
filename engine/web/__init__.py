"""The pages: thin routes over the verbs. `router` holds them all, `HANDLERS` turns what is raised into pages."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ..errors import EngineError
from . import (
    account,
    agencies,
    alarms,
    audit,
    behalf,
    board,
    cases,
    changes,
    colleagues,
    corrections,
    demo,
    directory,
    errors,
    forms,
    handovers,
    heard,
    links,
    offers,
    paper,
    paths,
    relays,
    routing,
    signin,
    tasks,
    views,
    worklist,
)
from .desk import SignedOut

__all__ = ["HANDLERS", "PUBLIC", "SignedOut", "errors", "router"]

PUBLIC = frozenset({"/sign-in", "/language", "/health"})  # what answers without a session

router = APIRouter(default_response_class=Response)
PARTS = (
    *(signin, worklist, offers, relays, behalf, forms, tasks, routing, board, cases, links, alarms, audit),
    *(paper, directory, colleagues, agencies, account, demo, changes, corrections, handovers, heard, paths, views),
)
for part in PARTS:
    router.include_router(part.router)

HANDLERS: dict[type[Exception], Callable[[Any, Any], Response]] = {
    EngineError: errors.show,
    RequestValidationError: errors.show,
    HTTPException: errors.show,
    Exception: errors.show,
    SignedOut: errors.ask_to_sign_in,
    forms.Unfinished: forms.keep,
    corrections.Uncorrected: corrections.again,
    behalf.Unentered: behalf.again,
    changes.Unsaid: changes.again,
}
