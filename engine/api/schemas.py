"""What comes in: the body of each act. Unknown names are refused, and values are not guessed."""

from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from ..models.cases import Channel, ConsentAnswer
from ..models.work import DeclineCode
from ..movements import Condition, Escort

Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Line = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Value = StrictStr | StrictBool | StrictInt | StrictFloat | list[StrictStr] | None
Answers = Annotated[
    dict[str, Value],
    Field(max_length=1_000, description="By question; `GET /forms/{key}` is their JSON Schema."),
]


class Sent(BaseModel):
    """A body that a client sends."""

    model_config = ConfigDict(extra="forbid")


class NewToken(Sent):
    """Who asks for a token, and what it is for."""

    login: Line
    password: Annotated[str, Field(min_length=1, max_length=200)]
    name: Line = "script"


class NewCase(Sent):
    """A person who has just been detected; with `intake`, the first task is completed in the same act."""

    region: Code | None = Field(default=None, description="Where the person is; the agency's own by default.")
    intake: Answers | None = None


class NewMessage(Sent):
    """A message to a case; `payload` holds facts that name this message as their source."""

    name: Code
    payload: dict[Code, Value] = Field(default={}, max_length=50)


class Behalf(Sent):
    """What was heard from somebody without an account: who said it, how, when it happened, where the paper is."""

    channel: Channel
    said_by: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
    paper: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    happened_at: AwareDatetime


class Heard(Sent):
    """An act of an agency without an account, entered for it."""

    behalf: Behalf | None = None


class Later(Sent):
    """An act that is entered later than it happened, or for the agency whose act it is."""

    happened_at: AwareDatetime | None = Field(default=None, description="When it happened; now by default.")
    behalf: Behalf | None = Field(default=None, description="For the agency whose act it is; it carries its own time.")

    @model_validator(mode="after")
    def _one_time(self) -> "Later":
        if self.happened_at is not None and self.behalf is not None:
            raise ValueError("Give the time once: inside behalf")
        return self


class Reported(Behalf):
    """The same, and which agency said it."""

    agency: Id


class Report(Later):
    """What happened to the person, entered later than it happened, or for an agency with a part in the case."""

    behalf: Reported | None = Field(default=None, description="For the agency that says it; it carries its own time.")


class NewConsent(Report):
    """What the person said about one purpose. Taking a consent back is an act of its own: `/withdrawal`."""

    purpose: Code
    answer: Literal[ConsentAnswer.GIVEN, ConsentAnswer.REFUSED]
    recipient: Id | None = Field(default=None, description="The one agency it is for; all of the purpose otherwise.")
    domains: list[Code] = Field(default=[], max_length=7, description="What may be passed on; everything if empty.")
    interpreter: Line | None = Field(default=None, description="Who interpreted: needed where the person needs one.")


class Completion(Later):
    """The answers to the task's form; `sheet` is the code of the paper on which they were written."""

    answers: Answers
    sheet: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9 -]*$")] = ""


class SectionDraft(Sent):
    """What has been typed so far in one section of the form; it is kept unchecked."""

    section: Annotated[str, Field(min_length=1, max_length=64)]
    answers: Answers


class Departure(Later):
    """The person has left."""

    escort: Escort


class Arrival(Later):
    """The person is there."""

    condition: Condition


class Assignment(Sent):
    """Who shall do the task."""

    person: Id


class NewOffer(Sent):
    """To which agency the task shall be offered."""

    agency: Id


class Acceptance(Later):
    """Nothing, or the reason to take somebody in although every place is taken."""

    over_capacity: Code | None = Field(default=None, description="Why beyond capacity, where no place is free.")


class Refusal(Later):
    """Why the agency does not take the case."""

    reason: DeclineCode


class ClockMove(Sent):
    """How far the training clock goes on: so many hours, or just past the next due time."""

    hours: Annotated[StrictInt, Field(ge=1, le=24 * 366)] | None = None
    to_next_deadline: StrictBool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> "ClockMove":
        if (self.hours is None) is not self.to_next_deadline:
            raise ValueError("Give either hours or to_next_deadline")
        return self
