"""Selections: what a list may be asked for, word by word, and the choices of each. Codes only, nothing of a person."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from . import cases
from .actor import Actor
from .finding import ME, NOBODY, Due
from .models.cases import CaseStatus
from .models.people import Agency, User
from .process.definitions import Bundle
from .process.elements import Kind

WORDS = ("stage", "lane", "clock", "agency", "waiting", "region", "language", "urgent", "assignee")
PAGES = {"worklist": WORDS, "board": (*WORDS, "status", "unopened")}
PERSON = re.compile("[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Known:
    """What there is to choose from now: what the country has drawn and named, its agencies, and one's colleagues."""

    bundle: Bundle
    agencies: list[Agency]
    colleagues: list[User]

    def codes(self) -> dict[str, Collection[str]]:
        """The choices of each word; of `assignee`, those that stand for everybody."""
        country, facts = self.bundle.country, self.bundle.facts
        agencies = [agency.code for agency in self.agencies]
        return {
            "stage": sorted(e.id for e in self.bundle.elements.values() if e.kind is Kind.USER_TASK),
            "lane": list(country.roles),
            "clock": list(Due),
            "agency": agencies,
            "waiting": agencies,
            "region": list(country.regions),
            "language": facts["language"].values if "language" in facts else (),
            "urgent": ("1",),
            "assignee": (ME, NOBODY),
            "status": list(CaseStatus),
            "unopened": ("1",),
        }


def known(session: Session, *, by: Actor) -> Known:
    """What this person's lists may be asked for."""
    query = (
        select(Agency, User, cases.newest_bundle().scalar_subquery())
        .outerjoin(User, (col(User.agency_id) == Agency.id) & (Agency.id == by.agency_id) & col(User.active).is_(True))
        .order_by(Agency.code, User.name)
    )
    rows = session.exec(query).all()
    agencies = {agency.id: agency for agency, _, _ in rows}
    bundle = cases.bundle_of(session, rows[0][2] if rows else None)
    return Known(bundle, list(agencies.values()), [user for _, user, _ in rows if user])


def sift(
    session: Session, found: Known, page: str, words: Mapping[str, str], *, by: Actor
) -> tuple[dict[str, str], dict[str, Collection[str]]]:
    """The words that ask for something that exists, in our order; and the choices of each of ours that does not."""
    codes = found.codes()
    asked = {name: words[name] for name in PAGES[page] if words.get(name)}
    wrong = {
        name: codes[name]
        for name, value in asked.items()
        if value not in codes[name] and not (name == "assignee" and _is_person(session, page, value, by))
    }
    return {name: value for name, value in asked.items() if name not in wrong}, wrong


def _is_person(session: Session, page: str, value: str, by: Actor) -> bool:
    """Somebody of this agency; a coordinator looks for anybody's work on the board."""
    user = session.get(User, value) if PERSON.fullmatch(value) else None
    return user is not None and (page == "board" or user.agency_id == by.agency_id)
