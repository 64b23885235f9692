"""What a diagram says about each of its elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from .feel import Expression
from .feel import Kind as Value


class Kind(StrEnum):
    """The elements a diagram may use; every other one is refused."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    USER_TASK = "userTask"
    DECISION = "businessRuleTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    EXCLUSIVE = "exclusiveGateway"
    INCLUSIVE = "inclusiveGateway"
    PARALLEL = "parallelGateway"
    EVENT_GATEWAY = "eventBasedGateway"
    CALL = "callActivity"
    EMBEDDED = "subProcess"


class Event(StrEnum):
    """What an event waits for or throws."""

    NONE = "none"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"


class Outcome(StrEnum):
    """How a scope ended: what its end event says, or that it was interrupted from outside."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Flow:
    """A sequence flow: from one element to another, perhaps on a condition or as the default."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None
    default: bool


@dataclass
class Element:
    """An element as written.

    `texts` holds its expressions by site, each with the kind it must have; `expressions` the same compiled.

    Sites: `due`, `accept`, `moves`, `purpose`, `service`, `urgent`, `timer`, `collection`, `input:NAME`,
    `condition:FLOW`. `within` is the embedded subprocess around it, "" at the top of the process.
    """

    id: str
    process: str
    kind: Kind
    file: str
    name: str = ""
    lane: str | None = None
    documentation: str = ""
    within: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    texts: dict[str, tuple[str, Value]] = field(default_factory=dict)
    form: str | None = None
    decision: str | None = None
    result: str | None = None
    calls: str | None = None
    event: Event = Event.NONE
    reference: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    item: str | None = None
    sequential: bool = False
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    expressions: dict[str, Expression] = field(default_factory=dict)

    @property
    def due(self) -> Expression | None:
        """The clock by which a user task is to be done."""
        return self.expressions.get("due")

    @property
    def outcome(self) -> Outcome:
        """What an end event says about its scope."""
        return Outcome(self.properties.get("nrm:outcome", Outcome.DONE))

    @property
    def inherits(self) -> bool:
        """Whether the called process takes over the participations of its caller."""
        return self.properties.get("nrm:participations") == "inherit"

    @property
    def brings(self) -> Iterator[str]:
        """The scope inputs this element brings into what lies inside it."""
        if self.item:
            yield self.item
        yield from (site.removeprefix("input:") for site in self.texts if site.startswith("input:"))
