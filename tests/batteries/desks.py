"""The directory as it must be: agencies that take part, pause or end, and the people who act for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.demo.agencies import AGENCIES, WITHOUT_ACCOUNT


@dataclass
class Person:
    """Somebody who acts for an agency."""

    id: str
    login: str
    duties: frozenset[str]
    active: bool = True
    away: tuple[datetime, datetime, str | None] | None = None  # from, until, deputy

    @property
    def manages(self) -> bool:
        """Whether this person keeps the people of the agency."""
        return bool(self.duties & {"manager", "coordinator"})

    def is_away(self, now: datetime) -> bool:
        """Whether a leave has begun and not ended."""
        return self.away is not None and self.away[0] <= now < self.away[1]


@dataclass
class Beds:
    """The places of one kind in one agency."""

    total: int
    taken: int
    confirmed_at: datetime
    over: bool = False  # somebody gave a reason to take in more people than there are places for

    def may_have(self, units: int, now: datetime) -> bool:
        """Whether they may be asked for: enough is free, or nobody has confirmed the number for a day."""
        return self.taken + units <= self.total or now - self.confirmed_at > timedelta(hours=24)


@dataclass
class Desk:
    """An agency as the directory has it."""

    id: str
    code: str
    name: str
    region: str
    roles: frozenset[str]
    services: frozenset[str]
    sexes: frozenset[str]
    ages: frozenset[str]
    families: bool
    account: bool = True
    active: bool = True
    closed: bool = False
    successor: str | None = None
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def staffed(self) -> bool:
        """Whether it takes part, and somebody can sign in."""
        return self.active and bool(self.present)

    def asked(self, now: datetime) -> bool:
        """Whether it gets offers: it takes part, and somebody is there just now or somebody else brings them."""
        return self.active and (not self.account or any(not person.is_away(now) for person in self.present))

    def coordinates(self, now: datetime) -> bool:
        """Whether it can lead a case now: a coordinator is there."""
        return self.active and any("coordinator" in p.duties and not p.is_away(now) for p in self.present)

    @property
    def present(self) -> list[Person]:
        """The people who have not gone."""
        return [person for person in self.people.values() if person.active]

    def is_last_manager(self, person: Person) -> bool:
        """Whether people would be left here without anybody to manage them."""
        others = [one for one in self.present if one is not person]
        return bool(others) and person.manages and not any(one.manages for one in others)

    def needs(self, person: Person, now: datetime) -> bool:
        """Whether the desk would have no coordinator without this one, now or as long as this one stands in."""
        others = [one for one in self.present if one is not person and "coordinator" in one.duties]
        if any(one.away and one.away[2] == person.id and one.away[1] > now for one in others):
            return True
        return "coordinator" in person.duties and all(one.is_away(now) for one in others)


def desks(ids: dict[str, str], people: Iterable[tuple[str, Person]]) -> dict[str, Desk]:
    """The demo directory by id; `ids` names the id of each code, `people` the agency of each person."""
    made = {}
    for code, (name, region, roles, services, sexes, ages, families, _) in (AGENCIES | WITHOUT_ACCOUNT).items():
        words = [frozenset(text.split()) for text in (roles, services, sexes, ages)]
        made[ids[code]] = Desk(ids[code], code, name, region, words[0], words[1], words[2], words[3], families)
    for agency, person in people:
        made[agency].people[person.id] = person
    return made
