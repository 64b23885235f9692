"""What lists are asked for in an address: strict words, codes only. What does not exist is refused with the choices."""

from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from .. import selections
from ..finding import BoardFilter, Due, WorklistFilter
from ..models.cases import CaseStatus
from . import paging
from .desk import Desk

Word = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]
Person = Annotated[str, Field(pattern="^(me|nobody|[0-9a-f]{32})$")]
OF_STORE = ("stage", "lane", "agency", "waiting", "region", "language", "assignee")  # the rest is checked by its type


class _Page(BaseModel):
    """Which page of a list."""

    limit: int = Field(default=paging.USUAL, ge=1, le=paging.MOST, description="How many at most.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")


class _Query(_Page):
    """What may be asked of any list of work."""

    stage: Word | None = Field(default=None, description="The drawn element.")
    lane: Word | None = Field(default=None, description="The role.")
    clock: Due | None = Field(default=None, description="Late already, due today, or within seven days.")
    region: Word | None = None
    language: Word | None = Field(default=None, description="The language the person understands best.")
    urgent: bool = False
    assignee: Person | None = Field(default=None, description="Who has taken it: `me`, `nobody`, or a person's id.")

    def words(self) -> dict[str, Any]:
        """What was asked for, without the page."""
        return self.model_dump(exclude={"limit", "cursor", "late"}, exclude_none=True)


class WorklistQuery(_Query):
    """Which duties, and which page of them."""

    agency: Word | None = Field(default=None, description="The code of the agency that handed the duty over.")
    waiting: Word | None = Field(default=None, description="The code of an agency asked by this one, in the same case.")

    def wanted(self, desk: Desk) -> WorklistFilter:
        """The same for the verb; refused where something does not exist."""
        check(desk, "worklist", self.words())
        return WorklistFilter(**self.words())


class BoardQuery(_Query):
    """Which cases, and which page of them."""

    status: CaseStatus = CaseStatus.OPEN
    agency: Word | None = Field(default=None, description="The code of the agency that holds the task.")
    waiting: Word | None = Field(default=None, description="The code of the agency whose answer is awaited.")
    unopened: bool = Field(default=False, description="With an offer that nobody has looked at.")
    late: bool = Field(default=False, description="The same as `clock=late`.")

    def wanted(self, desk: Desk) -> BoardFilter:
        """The same for the verb; refused where something does not exist."""
        check(desk, "board", self.words())
        return BoardFilter(**self.words() | ({"clock": Due.LATE} if self.late else {}))


class HandoffsQuery(_Page):
    """Which offers and handoffs, and which page of those whose outcome is awaited."""

    agency: Word | None = Field(default=None, description="The code of the agency that offers.")
    waiting: Word | None = Field(default=None, description="The code of the agency whose answer or outcome is awaited.")

    def words(self, desk: Desk) -> tuple[str, str]:
        """From whom, and for whom one waits; refused where there is no such agency."""
        check(desk, "worklist", {"agency": self.agency, "waiting": self.waiting})
        return self.agency or "", self.waiting or ""


def check(desk: Desk, page: str, words: dict[str, Any]) -> None:
    """Refuse what does not exist, with the choices there are; nothing is looked up where nothing was asked for."""
    asked = {name: str(words[name]) for name in OF_STORE if words.get(name)}
    if not asked:
        return
    _, wrong = selections.sift(desk.session, selections.known(desk.session, by=desk.by), page, asked, by=desk.by)
    if wrong:
        said = ((name, f"There is no such choice. Known: {', '.join(known)}") for name, known in wrong.items())
        raise RequestValidationError([{"loc": ("query", name), "msg": text, "type": "choice"} for name, text in said])
