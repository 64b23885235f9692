"""What lists are asked for in an address: strict words, codes only."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..finding import BoardFilter, Due, WorklistFilter
from ..models.cases import CaseStatus
from . import paging

Word = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]
Person = Annotated[str, Field(pattern="^(me|nobody|[0-9a-f]{32})$")]


class WorklistQuery(BaseModel):
    """Which duties, and which page of them."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(default=paging.USUAL, ge=1, le=paging.MOST, description="How many at most.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")
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

    @property
    def wanted(self) -> WorklistFilter:
        """The same for the verb."""
        return WorklistFilter(**self.words())


class BoardQuery(WorklistQuery):
    """Which cases, and which page of them."""

    status: CaseStatus = CaseStatus.OPEN
    agency: Word | None = Field(default=None, description="The code of the agency that holds the task.")
    waiting: Word | None = Field(default=None, description="The code of the agency whose answer is awaited.")
    unopened: bool = Field(default=False, description="With an offer that nobody has looked at.")
    late: bool = Field(default=False, description="The same as `clock=late`.")

    @property
    def wanted(self) -> BoardFilter:  # type: ignore[override]
        """The same for the verb."""
        return BoardFilter(**self.words() | ({"clock": Due.LATE} if self.late else {}))
