"""What the model is made of: who fills a lane, offers, duties, and what was entered for others."""

from dataclasses import dataclass
from datetime import datetime

Key = tuple[str, str, str]  # instance, scope, lane


@dataclass
class Fill:
    """The agency that fills a lane, and the places it gives."""

    agency: str
    beds: tuple[str, str] | None = None
    units: int = 1


@dataclass
class Offer:
    """A handoff."""

    task: str
    key: Key
    giver: str
    to: str | None
    beds: tuple[str, str] | None
    units: int
    state: str = "offered"
    basis: str = ""
    id: str = ""
    back: bool = False  # taken back by the giver
    taken: bool = False  # the receiver said yes
    lost: bool = False  # and had to give it up
    names: tuple[str, str] = ("", "")  # of giver and receiver, as they were called then


@dataclass
class Duty:
    """A user task."""

    id: str
    case: str
    key: Key
    process: str
    element: str
    service: str
    purpose: str
    urgent: bool
    status: str = "awaiting"
    giver: str = ""
    holder: str | None = None
    accountable: str = ""
    by: str | None = None
    travels: bool = False
    departed: bool = False
    exhausted: str = ""
    since: datetime | None = None  # when `by` took it
    sender: str = ""  # from where the person travels
    left_at: datetime | None = None  # when the person is said to have departed
    interrupted: bool = False  # whoever had the person in care is gone

    @property
    def lane(self) -> str:
        """The role that owes it."""
        return self.key[2]


@dataclass
class Relayed:
    """An act that was entered for another agency."""

    agency: str
    entered_by: str
    state: str = "unconfirmed"
