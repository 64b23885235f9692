"""What a list is asked for in its address, and the choices its page offers. Codes only, nothing of a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict

from .. import selections
from ..finding import ME, BoardFilter, Due, WorklistFilter
from ..models.cases import CaseStatus
from ..selections import Known
from .desk import Desk
from .words import Words

Choices = dict[str, list[dict[str, str]]]
NAMED = ("agency", "waiting", "assignee")  # what would not be understood without its label
BESIDE = frozenset({"done"})  # in an address, but nothing a list is asked for


class Asked(BaseModel):
    """The words of an address as they came. What asks for nothing that exists is left out, and the page says so."""

    model_config = ConfigDict(extra="allow")

    after: str = ""  # the last duty, or case, of the page before
    given: str = ""  # the last handoff of the page before
    late: str = ""  # short for what is late
    mine: str = ""  # short for what one has taken oneself

    def words(self) -> dict[str, str]:
        """What was asked for, in our words."""
        found = {str(name): str(value) for name, value in (self.model_extra or {}).items() if name not in BESIDE}
        found |= {"clock": Due.LATE.value} if self.late == "1" else {}
        return found | ({"assignee": ME} if self.mine == "1" else {})


@dataclass(frozen=True)
class Selection:
    """What a list shows. `left_out`: the labels of what was asked for and does not exist."""

    page: str
    words: dict[str, str]
    left_out: list[str]

    @property
    def query(self) -> str:
        """The selection as it stands in an address."""
        return urlencode(self.words)

    @property
    def board(self) -> BoardFilter:
        """The same for the verb of the board."""
        return BoardFilter(**self._values() | {"status": CaseStatus(self.words.get("status", CaseStatus.OPEN))})

    @property
    def worklist(self) -> WorklistFilter:
        """The same for the verb of the worklist."""
        return WorklistFilter(**self._values())

    def _values(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(self.words)
        if "clock" in found:
            found["clock"] = Due(found["clock"])
        return found | {name: True for name in ("urgent", "unopened") if name in found}

    def shown(self) -> dict[str, str]:
        """What the page's controls show: every word, the empty ones too."""
        return {name: self.words.get(name, "") for name in selections.PAGES[self.page]}

    def further(self, name: str, cursor: str) -> str:
        """The address of the next page of a list; the cursor is quoted already."""
        address = "/cases" if self.page == "board" else "/worklist"
        return f"{address}?{name}={cursor}{'&' if self.words else ''}{self.query}"


def select(desk: Desk, page: str, asked: Asked, known: Known) -> Selection:
    """What the list shall show of what was asked for."""
    said = {name: value for name, value in asked.words().items() if value}
    words, wrong = selections.sift(desk.session, known, page, said, by=desk.by)
    labels = [_label(desk, page, name) for name in wrong]
    strange = said.keys() - set(selections.PAGES[page])
    return Selection(page, words, labels + [desk.t.plain("filter.strange")] * bool(strange))


def choices(desk: Desk, known: Known) -> Choices:
    """What there is to choose from, in the reader's language."""
    words, t = Words(known.bundle, desk.t), desk.t
    codes = known.codes()
    agencies = _sorted((agency.code, agency.name) for agency in known.agencies if agency.active)
    return {
        "stage": _sorted((element, str(words.element(element))) for element in codes["stage"]),
        "lane": _choices((role, str(words.role(role))) for role in codes["lane"]),
        "clock": _choices((due, t.plain(f"due.{due}")) for due in codes["clock"]),
        "agency": agencies,
        "waiting": agencies,
        "region": _choices((region, str(words.region(region))) for region in codes["region"]),
        "language": _choices((code, t.plain(f"language_name.{code}")) for code in codes["language"]),
        "assignee": _choices((who, t.plain(f"assignee.{who}")) for who in codes["assignee"]),
        "urgent": _choices([("1", t.plain("filter.urgent"))]),
        "status": _choices((status, t.plain(f"case.status.{status}")) for status in codes["status"]),
        "unopened": _choices([("1", t.plain("filter.unopened"))]),
    }


def name(desk: Desk, page: str, query: str, offered: Choices) -> str:
    """What a selection is called: what it asks for, word by word."""
    return ", ".join(_name(desk, page, word, code, offered) for word, code in parse_qsl(query))


def _name(desk: Desk, page: str, word: str, code: str, offered: Choices) -> str:
    said = next((one["name"] for one in offered.get(word, ()) if one["code"] == code), None)
    if said is None:  # a colleague, or an agency that has closed since
        said = desk.t.plain("filter.one_person") if word == "assignee" else code
    return f"{_label(desk, page, word)}: {said}" if word in NAMED else said


def _label(desk: Desk, page: str, word: str) -> str:
    """What a word of the address is called; the agency of a duty is who handed it over."""
    return desk.t.plain("filter.from" if (page, word) == ("worklist", "agency") else f"filter.{word}")


def _sorted(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return sorted(_choices(pairs), key=lambda one: one["name"].casefold())


def _choices(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "name": name} for code, name in pairs]
