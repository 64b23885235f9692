"""JSON under /api/v1: the same verbs as the pages, for programs with a bearer token."""

from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ..database import Store
from ..errors import EngineError, Fault
from ..turns import turn
from .agencies import router as agencies
from .alarms import router as alarms
from .audit import router as audit
from .cases import router as cases
from .changes import router as changes
from .clock import router as clock
from .colleagues import router as colleagues
from .consents import router as consents
from .corrections import router as corrections
from .description import describe
from .desk import report
from .directory import router as directory
from .handoffs import router as handoffs
from .handovers import router as handovers
from .links import router as links
from .papers import router as papers
from .paths import router as paths
from .problems import Problem, Shield, problem, show
from .relays import router as relays
from .tasks import router as tasks
from .tokens import router as tokens
from .views import router as views

__all__ = ["create", "problem"]


def create(store: Store) -> FastAPI:
    """The API over one store, to be mounted at /api/v1."""
    app = FastAPI(
        title="NRM engine",
        version="1",
        summary="A National Referral Mechanism as it is drawn: cases, tasks, handoffs and their record.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.store = store
    bends = (changes, corrections, handovers, paths, views)
    daily = (relays, links, papers, colleagues, agencies)
    first = (tasks, handoffs, cases)  # a request tries one after the other, and most are about these
    for noun in (*first, tokens, consents, alarms, directory, audit, clock, *bends, *daily):
        app.include_router(noun, dependencies=[Depends(turn, scope="function")])
    for kind in (EngineError, Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, show)
    app.add_exception_handler(Fault, _report)
    app.add_middleware(Shield)
    describe(app)
    return app


async def _report(request: Request, error: Exception) -> Response:
    """A step that failed is rolled back by now; the coordinator is told in a transaction of its own."""
    if isinstance(error, Fault):
        await run_in_threadpool(report, request.app.state.store, error)
    return problem(error)
