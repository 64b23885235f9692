"""Who acts, for one request."""

from dataclasses import dataclass, field
from datetime import datetime

from . import clock
from .models.people import Duty


@dataclass(frozen=True, kw_only=True)
class Behalf:
    """Who entered an act for somebody else, and under which `relay` row the channel and the paper are kept."""

    relay_id: str
    agency_id: str
    agency_name: str


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person acting for an agency, or the system itself (no user, no agency)."""

    user_id: str | None = None
    agency_id: str | None = None
    name: str = "system"
    agency_name: str = ""
    roles: frozenset[str] = frozenset()  # the lanes the agency may fill
    duties: frozenset[str] = frozenset()  # what the person may do
    region: str = ""
    takes_part: bool = True  # whether the agency does: what is suspended or closed sees and does nothing
    language: str = "en"
    happened_at: datetime | None = field(default=None)  # when the act was entered later than it happened
    behalf: Behalf | None = None  # when another agency entered the act for this one

    @property
    def is_system(self) -> bool:
        """Whether no person acts: a clock or a message does."""
        return self.agency_id is None

    @property
    def is_coordinator(self) -> bool:
        """Whether the person sees paths and clocks of a region, or of the country."""
        return Duty.COORDINATOR in self.duties

    @property
    def is_auditor(self) -> bool:
        """Whether the person sees pseudonymised timelines and nothing else."""
        return Duty.AUDITOR in self.duties

    def acted_at(self) -> datetime:
        """When the act happened: now, unless it is entered late."""
        return self.happened_at or clock.now()


SYSTEM = Actor()


SYSTEM = Actor()
