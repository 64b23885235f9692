"""What the model is made of: desks, beds, who fills a lane, and offers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

Key = tuple[str, str, str]  # instance, scope, lane


@dataclass(frozen=True)
class Desk:
    """An agency as the directory has it."""

    id: str
    code: str
    region: str
    roles: frozenset[str]
    services: frozenset[str]
    sexes: frozenset[str]
    ages: frozenset[str]
    families: bool


@dataclass
class Beds:
    """The places of one kind in one agency."""

    total: int
    taken: int
    confirmed_at: datetime

    def may_have(self, units: int, now: datetime) -> bool:
        """Whether they may be asked for: enough is free, or nobody has confirmed the number for a day."""
        return self.taken + units <= self.total or now - self.confirmed_at > timedelta(hours=24)


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
