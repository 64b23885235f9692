"""What comes in and goes out where the path bends: what happened, corrections, handovers, stages, saved views."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr

from ..models.cases import CaseStatus
from .schemas import Answers, Code, Heard, Id, Later, Report, Sent, Value

Known = Annotated[dict[Code, Value], Field(max_length=50)]


class Withdrawal(Report):
    """Which consent the person takes back: a purpose, or `everything`. No reason is asked."""

    purpose: Code


class Mistake(Sent):
    """What was wrong about opening the case."""

    reason: Code


class Reason(Sent):
    """A coded reason."""

    reason: Code


class TakingBack(Later):
    """Why a handoff is taken back."""

    reason: Code


class Extension(Heard):
    """How many days more, and why; `behalf` where the agency that holds the duty says so."""

    days: Annotated[StrictInt, Field(ge=1, le=365)]
    reason: Code


class CorrectedForm(Later):
    """The whole form as it should be, and why it is corrected."""

    answers: Answers
    reason: Code


class Decided(Sent):
    """What the coordinator says about what was decided on the old answer."""

    verdict: Literal["stand", "redo"]  # in words: they stand in the message of a refusal


class NewStage(Sent):
    """A stage to begin beside the path, with what it must be told."""

    stage: Code
    reason: Code
    inputs: dict[Code, StrictBool | StrictStr] = Field(default={}, max_length=10)


class PaperCase(Sent):
    """A case that has been running on paper: where it stands, and what the paper says."""

    stage: Code
    region: Code | None = None
    facts: Known = Field(default_factory=dict)


class NewHandover(Later):
    """To which agency of the same role, and why."""

    agency: Id
    reason: Code


class NewView(Sent):
    """A selection to keep: the query of the list as it stands in the address."""

    page: Literal["board", "worklist"]
    query: Annotated[str, Field(max_length=500)]


class Happened(BaseModel):
    """What a case has come to after something was said about the person. `reported`: the coordinator must ask first."""

    reference: str
    status: CaseStatus
    close_reason: str
    reported: bool = False
    purposes: list[str] = []


class Services(BaseModel):
    """The services the person may decline: each by one of its open tasks."""

    items: list["Service"]


class Service(BaseModel):
    """A service that is offered or under way."""

    task_id: str
    element: str
    service: str


class Version(BaseModel):
    """A completed form as it stood from a moment on."""

    number: int
    since: datetime
    reason: str
    values: dict[str, Any]
    changed: list[str]


class Versions(BaseModel):
    """A completed form in all its versions, the newest first."""

    items: list[Version]


class Correction(BaseModel):
    """A correction. `verdict`: open while the coordinator must decide about the gateways, else empty or decided."""

    id: str
    task_id: str
    fields: list[str]
    gateways: list[str]
    reason: str
    verdict: str
    corrected_at: datetime
    decided_at: datetime | None
    redo: Literal["path", "beside", "no", ""] = Field(
        default="",
        description="While it waits: whether done again the path goes back to the step, or it is done beside the path.",
    )


class Corrections(BaseModel):
    """The corrections of a case that wait for the coordinator."""

    items: list[Correction]


class Stages(BaseModel):
    """The stages that can be begun early or again, each with what it must be told and the values to choose from."""

    items: dict[str, dict[str, list[bool | str]]]


class Begun(BaseModel):
    """A stage that has begun."""

    stage: str
    instance_id: str


class View(BaseModel):
    """A saved selection."""

    id: str
    page: str
    query: str


class Views(BaseModel):
    """This person's saved selections of a list."""

    items: list[View]
