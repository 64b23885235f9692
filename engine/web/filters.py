"""What a list is asked for in its address, and the choices its page offers. Codes only, nothing of a person."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from .. import cases
from ..finding import ME, NOBODY, BoardFilter, Due, WorklistFilter
from ..models.cases import CaseStatus
from ..models.people import Agency
from ..process.elements import Kind
from .desk import Desk
from .words import Words

WORD = re.compile("[a-z][a-z0-9_]{0,63}", re.ASCII)
PERSON = re.compile("[0-9a-f]{32}", re.ASCII)


class Asked(BaseModel):
    """The words of an address, read leniently: a word that is none of ours asks for nothing."""

    stage: str = ""
    lane: str = ""
    clock: str = ""
    region: str = ""
    language: str = ""
    urgent: str = ""
    assignee: str = ""
    late: str = ""
    after: str = ""

    def words(self) -> dict[str, str]:
        """What was asked for, in our words; empty words and the page left out."""
        said = {name: value for name, value in self.model_dump(exclude={"after", "late"}).items() if value}
        found = {name: value for name, value in said.items() if _is_ours(name, value)}
        return found | ({"clock": Due.LATE.value} if self.late == "1" else {})

    def query(self) -> str:
        """The same as it stands in an address."""
        return urlencode(self.words())

    def filters(self) -> dict[str, Any]:
        """The same for a verb."""
        found: dict[str, Any] = dict(self.words())
        if "clock" in found:
            found["clock"] = Due(found["clock"])
        return found | {name: True for name in ("urgent", "unopened") if name in found}

    def shown(self) -> dict[str, str]:
        """What the page's controls show: every word, the empty ones too."""
        kept = self.words()
        return {name: kept.get(name, "") for name in type(self).model_fields if name not in ("after", "late")}


class AskedOfWorklist(Asked):
    """What the worklist is asked for; `mine` is short for what one has taken oneself."""

    mine: str = ""

    def words(self) -> dict[str, str]:
        found = super().words()
        found.pop("mine", None)
        return found | ({"assignee": ME} if self.mine == "1" else {})

    @property
    def wanted(self) -> WorklistFilter:
        """The same for the verb."""
        return WorklistFilter(**self.filters())


class AskedOfBoard(Asked):
    """What the board is asked for."""

    status: str = ""
    agency: str = ""
    waiting: str = ""
    unopened: str = ""

    @property
    def wanted(self) -> BoardFilter:
        """The same for the verb."""
        return BoardFilter(**self.filters() | {"status": CaseStatus(self.words().get("status", CaseStatus.OPEN))})


def choices(desk: Desk, agencies: Iterable[Agency] = ()) -> dict[str, list[dict[str, str]]]:
    """What there is to choose from, in the reader's language: stages, roles, regions, languages, and agencies."""
    words = Words(cases.current_bundle(desk.session), desk.t)
    country, facts = words.bundle.country, words.bundle.facts
    tasks = sorted(e.id for e in words.bundle.elements.values() if e.kind is Kind.USER_TASK)
    found = {
        "stage": _sorted((element, str(words.element(element))) for element in tasks),
        "lane": [_choice(role, str(words.role(role))) for role in country.roles],
        "clock": [_choice(due, desk.t.plain(f"due.{due}")) for due in Due],
        "region": [_choice(region, words.region(region)) for region in country.regions],
        "language": [
            _choice(code, desk.t.plain(f"language_name.{code}"))
            for code in (facts["language"].values if "language" in facts else ())
        ],
        "assignee": [_choice(who, desk.t.plain(f"assignee.{who}")) for who in (ME, NOBODY)],
    }
    desks = _sorted((agency.code, agency.name) for agency in agencies if agency.active)
    return found | ({"agency": desks, "waiting": desks} if desks else {})


def _sorted(pairs: Any) -> list[dict[str, str]]:
    return sorted((_choice(code, name) for code, name in pairs), key=lambda one: one["name"].casefold())


def _choice(code: str, name: str) -> dict[str, str]:
    return {"code": code, "name": name}


def _is_ours(name: str, value: str) -> bool:
    if name in ("urgent", "unopened", "mine"):
        return value == "1"
    if name == "clock":
        return value in set(Due)
    if name == "status":
        return value in set(CaseStatus)
    if name == "assignee":
        return value in (ME, NOBODY) or PERSON.fullmatch(value) is not None
    return WORD.fullmatch(value) is not None
