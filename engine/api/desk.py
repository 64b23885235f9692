"""What every route of the API is given: a session, who acts, and the doing of an act once."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlmodel import Session

from .. import alarms, once
from ..access import signin
from ..actor import Actor
from ..database import Store
from ..errors import Fault, NotFound
from ..language import Translator, negotiate
from .problems import MALFORMED, NO_REVISION, SIGNED_OUT, Problem

SIGN_IN = "Send a bearer token: Authorization: Bearer nrm_… A token is made with POST /api/v1/tokens."

RowId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,80}$",
        description="Makes a repeated request the same act: the first answer is given again.",
    ),
]


@dataclass(frozen=True)
class Done:
    """What an act answers: a body, and the headers that belong to it."""

    body: BaseModel
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: BaseModel, revision: int) -> "Done":
        """The answer about a row that has a revision."""
        return cls(body, headers={"ETag": etag(revision)})


@dataclass
class Desk:
    """One request of one person. Of an act that is done once, session and person are there while it is done."""

    request: Request
    token: str
    key: str | None = None
    session: Session = field(init=False)
    by: Actor = field(init=False)

    def sit(self, session: Session) -> "Desk":
        """Find out whose token it is; the session is used for the rest of the request."""
        self.session, self.by = session, _actor(self.request, session, self.token)
        return self

    @property
    def t(self) -> Translator:
        """Words in the language of this request."""
        return Translator(self.by.language)

    def fields_at(self, name: str, *, but: Collection[str] = ()) -> None:
        """Where in the body the answers to a form are: complaints point there, `but` those about words beside them."""
        self.request.state.fields_at = name, but

    def once(self, do: Callable[[], Done]) -> Response:
        """Do an act in one transaction, committed before this returns.

        Where the same key and request came before, give the same answer and do nothing.
        """
        sent = f"{self.request.method} {self.request.scope['path']}\n".encode() + self.request.state.body
        with store(self.request).transaction() as session:
            self.sit(session)
            told, repeated = once.act(session, self.key, sent, lambda: _plain(do()), by=self.by)
        headers = told["headers"] | ({"Idempotency-Replayed": "true"} if repeated else {})
        return Response(orjson.dumps(told["body"]), told["status"], headers, media_type="application/json")


def _plain(done: Done) -> dict[str, Any]:
    return {"body": done.body.model_dump(mode="json"), "status": done.status, "headers": done.headers}


def store(request: Request) -> Store:
    """The store of this application."""
    found: Store = request.app.state.store
    return found


# What only looks at the request is asynchronous, though it waits for nothing: it needs no turn on a thread. Few
# dependencies with few of their own: each is worked out anew for every request.
class _Token(HTTPBearer):
    """The bearer token, or a refusal that says how to come by one."""

    async def __call__(self, request: Request) -> str:  # type: ignore[override]
        credentials = await super().__call__(request)
        if credentials is None:
            raise Problem(SIGNED_OUT, SIGN_IN)
        return credentials.credentials


_token = _Token(
    auto_error=False, scheme_name="HTTPBearer", description="A token of one person; POST /tokens makes one."
)
Token = Annotated[str, Depends(_token)]


def _read(request: Request, token: Token) -> Iterator[Desk]:
    with store(request).reading() as session:
        yield Desk(request, token).sit(session)


def _write(request: Request, token: Token) -> Iterator[Desk]:
    with store(request).transaction() as session:
        yield Desk(request, token).sit(session)


Reader = Annotated[Desk, Depends(_read, scope="function")]
Writer = Annotated[Desk, Depends(_write, scope="function")]


async def _do(request: Request, token: Token, key: Key = None) -> Desk:
    return Desk(request, token, key)


Doer = Annotated[Desk, Depends(_do)]  # whose act is done once per key, in one turn on a thread: see `Desk.once`


def _actor(request: Request, session: Session, token: str) -> Actor:
    by = signin.of_token(session, token)
    if by is None:
        raise Problem(SIGNED_OUT, f"This token is not known, or its person is no longer active. {SIGN_IN}")
    wanted = request.headers.get("accept-language")
    return replace(by, language=negotiate(wanted)) if wanted else by


def etag(revision: int) -> str:
    """The revision of a task or handoff as an entity tag."""
    return f'"{revision}"'


async def _revision(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of the row as it was read.", max_length=100)
    ] = None,
) -> int:
    if if_match is None:
        raise Problem(NO_REVISION, "Read this first and send its ETag in If-Match.")
    text = if_match.strip().removeprefix('"').removesuffix('"')
    if if_match.strip() != f'"{text}"' or not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Problem(MALFORMED, 'Send in If-Match the one ETag you were given, such as "3", with its quotes.')
    return int(text)


Revision = Annotated[int, Depends(_revision)]


def report(store: Store, fault: Fault) -> None:
    """Tell the coordinator of a step that had to be rolled back; a case that was not opened has none."""
    if fault.where is None:
        return
    case_id, instance_id, element = fault.where
    try:
        with store.transaction() as session:
            alarms.report_fault(session, fault, case_id=case_id, instance_id=instance_id, element=element)
    except NotFound:
        return
