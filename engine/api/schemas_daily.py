"""What comes in about colleagues, agencies, paper and persons."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictInt

from ..models.people import PlaceKind, Reach
from .schemas import Behalf, Code, Heard, Id, Line, Sent

Name = Annotated[str, Field(min_length=2, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Settlement(Heard):
    """What the agency says of an act that was entered for it; `behalf` where it has no account."""

    state: Literal["confirmed", "disputed"]  # in words: they stand in the message of a refusal


class NewColleague(Sent):
    """Somebody who joins the agency."""

    login: Annotated[str, Field(pattern="^[A-Za-z0-9_]{3,64}$")]
    name: Name
    duties: Annotated[list[Code], Field(min_length=1, max_length=4)]
    language: Annotated[str, Field(pattern="^(ky|ru|en)$")] = "ru"


class Leave(Sent):
    """From when until when somebody is away, and who stands in; without a deputy it waits on the desk."""

    start: AwareDatetime
    until: AwareDatetime
    deputy: Id | None = None


class Receiver(Sent):
    """Who gets everything another person has in hand."""

    to: Id


class Profile(Sent):
    """How an agency is reached."""

    phone: Line
    hours: Line
    email: Annotated[str, Field(max_length=200, pattern=r"^$|^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")] = ""


class Capacity(Sent):
    """How many places of a kind there are now."""

    kind: PlaceKind
    total: Annotated[StrictInt, Field(ge=0, le=500)]


class HeardCapacity(Capacity):
    """How many places of a kind an agency without an account says it has."""

    behalf: Behalf


class Entry(Sent):
    """What an agency does, for whom (nothing: for everybody), where, and how it is reached."""

    region: Code
    roles: Annotated[list[Code], Field(min_length=1, max_length=20)]
    services: list[Code] = Field(default=[], max_length=50)
    sexes: list[Code] = Field(default=[], max_length=2)
    ages: list[Code] = Field(default=[], max_length=2)
    families: StrictBool = True
    reach: Reach
    phone: Line
    hours: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class NewAgency(Entry):
    """An agency that comes into the directory."""

    name: Name


class NewManager(Sent):
    """The first person of an agency at which nobody can sign in."""

    login: Annotated[str, Field(pattern="^[A-Za-z0-9_]{3,64}$")]
    name: Name
    language: Annotated[str, Field(pattern="^(ky|ru|en)$")] = "ru"


class NewName(Sent):
    """What an agency is called from now on."""

    name: Name


class Closure(Sent):
    """Which agency goes on with its work; without one it is offered to others."""

    successor: Id | None = None


class OtherCase(Sent):
    """A case of the same person."""

    other: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9 -]+$")]


class NewIncident(Sent):
    """Several people of one event."""

    count: Annotated[StrictInt, Field(ge=2, le=50)]
    region: Code | None = None
