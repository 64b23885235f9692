"""What a step of a process tells the engine: what is open now, and what happened on the way there."""

from dataclasses import dataclass, field
from typing import Any

from .elements import Outcome


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for a person.

    `due`, `accept` and `moves` are names of clocks; `inputs` are those of its scope. `inherits`: the scopes whose
    participations its own takes over, the nearest first.
    """

    id: str
    element: str
    scope: str
    lane: str | None
    name: str
    form: str | None
    due: str | None
    accept: str | None
    purpose: str | None
    urgent: bool
    service: str | None
    place: bool
    moves: str | None
    properties: dict[str, str]
    inputs: dict[str, Any]
    inherits: tuple[str, ...]


@dataclass(frozen=True)
class ArmedTimer:
    """A drawn timer that waits for its clock."""

    id: str
    element: str
    clock: str
    scope: str


@dataclass(frozen=True)
class ArmedCatch:
    """A place that waits for a message of this name."""

    id: str
    element: str
    message: str
    scope: str


@dataclass(frozen=True)
class SentMessage:
    """A message that was sent on the way."""

    name: str
    element: str
    scope: str


@dataclass(frozen=True)
class DecisionMade:
    """A decision table that was asked: with what, which rules fired, and what facts it set."""

    element: str
    decision: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    rules: list[Any]


@dataclass(frozen=True)
class ScopeOpened:
    """A scope began: the process itself ("", without parent and element) or a call activity."""

    scope: str
    parent: str | None
    element: str | None
    process: str


@dataclass(frozen=True)
class ScopeEnded:
    """A scope ended, at an end event or interrupted from outside (no end event)."""

    scope: str
    process: str
    end_event: str | None
    outcome: Outcome


@dataclass(frozen=True)
class Step:
    """The instance after an act: `state` is opaque, `facts` are all of the case, the lists say what changed.

    `closed`, `disarmed` and `uncaught` hold ids that this step took away, without the one that was acted on.
    """

    state: bytes
    facts: dict[str, Any]
    opened: list[OpenTask] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    armed: list[ArmedTimer] = field(default_factory=list)
    disarmed: list[str] = field(default_factory=list)
    catching: list[ArmedCatch] = field(default_factory=list)
    uncaught: list[str] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    decisions: list[DecisionMade] = field(default_factory=list)
    scopes_opened: list[ScopeOpened] = field(default_factory=list)
    scopes_ended: list[ScopeEnded] = field(default_factory=list)
    finished: bool = False
    end_event: str | None = None
