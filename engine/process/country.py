"""What a country replaces: facts, clocks, roles, purposes and grounds (`facts.toml`, `country.toml`)."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import Invalid
from ..forms.kinds import Domain, FactType
from .faults import Problem
from .feel_values import Kind

KINDS = {
    FactType.BOOLEAN: Kind.boolean,
    FactType.NUMBER: Kind.number,
    FactType.CODE: Kind.string,
    FactType.CODES: Kind.list,
    FactType.DATE: Kind.date,
}
UNCONFIRMED = "unconfirmed"


class Unit(StrEnum):
    """What a clock counts in; `years` count from a date fact."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    YEARS = "years"


class _Written(BaseModel):
    """Something read from a file: unknown words are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Fact(_Written):
    """One thing the drawing may ask about. Values are kept as JSON: a date is its ISO text.

    `message` names the message whose payload may set it; otherwise only a form or a decision does.
    """

    name: str
    type: FactType
    values: tuple[str, ...] = ()
    initial: bool | int | float | str | list[str] | None = None
    meaning: str
    message: str | None = None

    @property
    def kind(self) -> Kind:
        """What an expression sees."""
        return KINDS[self.type]

    def read(self, value: Any) -> Any:
        """The value as it is kept, or `Invalid`. Takes what a form, a message or a decision gives."""
        kept = _READERS[self.type](value)
        wrong = kept is None and value is not None
        if wrong or not self._allowed(kept):
            raise Invalid(f"The fact “{self.name}” cannot be {value!r}. {self._expected()}", fields={self.name: ""})
        return kept

    def value(self, kept: Any) -> Any:
        """The kept value as an expression sees it."""
        return date.fromisoformat(kept) if isinstance(kept, str) and self.type is FactType.DATE else kept

    def _allowed(self, kept: Any) -> bool:
        if self.type not in (FactType.CODE, FactType.CODES) or kept is None:
            return True
        return set(kept if isinstance(kept, list) else [kept]) <= set(self.values)

    def _expected(self) -> str:
        if self.values:
            return f"Use one of: {', '.join(self.values)}."
        return f"It is a {self.type}."

    @model_validator(mode="after")
    def _consistent(self) -> "Fact":
        if bool(self.values) != (self.type in (FactType.CODE, FactType.CODES)):
            raise ValueError("codes need a list of `values`, other types have none")
        try:
            self.read(self.initial)
        except Invalid as error:
            raise ValueError(f"`initial` does not fit: {error.message}") from error
        return self


def _boolean(value: Any) -> bool | None:
    return (
        value
        if isinstance(value, bool)
        else {"true": True, "false": False}.get(value)
        if isinstance(value, str)
        else None
    )


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if number != number or abs(number) > 1e15:
        return None
    return int(number) if number == int(number) else number


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _codes(value: Any) -> list[str] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return None
    return list(dict.fromkeys(value))


def _date(value: Any) -> str | None:
    try:
        return value.isoformat() if type(value) is date else date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None


_READERS = {
    FactType.BOOLEAN: _boolean,
    FactType.NUMBER: _number,
    FactType.CODE: _code,
    FactType.CODES: _codes,
    FactType.DATE: _date,
}


class Clock(_Written):
    """A time limit: so many units, from its start or a date fact (`from`), and where the rule is written.

    `holder_extends`: whether the agency that holds the duty may extend it itself; otherwise only the coordinator.
    """

    name: str
    amount: float = Field(gt=0)
    unit: Unit
    source: str = Field(min_length=1)
    from_: str | None = Field(default=None, alias="from")
    holder_extends: bool = False

    @property
    def is_law(self) -> bool:
        """Whether a source is named for it; otherwise it is our guess."""
        return UNCONFIRMED not in self.source


class _Labelled(_Written):
    """Something with a label per language; labels may stand beside the other words in the file."""

    label: dict[str, str]

    @model_validator(mode="before")
    @classmethod
    def _gather_labels(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "label" in written:
            return written
        known = {field.alias or name for name, field in cls.model_fields.items()}
        labels = {name: text for name, text in written.items() if name not in known}
        return {name: text for name, text in written.items() if name in known} | {"label": labels}


class Region(_Labelled):
    """A region of the country, or a country abroad where cases are opened."""

    abroad: bool = False


class Role(_Labelled):
    """What an agency may be in a case: the name of a lane, and the most it may ever be given to read."""

    domains: tuple[Domain, ...]


class Purpose(_Labelled):
    """What a person consents to, and the roles whose agencies that consent reaches.

    `safety_first`: it is urgent, so that the answer does not wait for an interpreter.
    """

    roles: tuple[str, ...]
    safety_first: bool = False


class Ground(_Labelled):
    """A legal ground that stands in for consent; `when` is FEEL over the facts and the offer's `urgent`."""

    when: str
    roles: tuple[str, ...]
    source: str = Field(min_length=1)


class Rung(_Written):
    """A step of the escalation ladder: whom to tell, how many hours after the clock has run out."""

    to: str
    after: float = Field(ge=0)


class Escalation(_Written):
    """The ladder that an overdue duty climbs."""

    steps: tuple[Rung, ...]
    urgent_steps: tuple[Rung, ...]
    repeat_hours: float = Field(gt=0)
    duty_desk: str
    source: str


class Called(_Written):
    """Whom a message calls at once, and by which alarm."""

    kind: Literal["danger", "missing"]
    to: tuple[Literal["lead_coordinator", "duty_desk"], ...] = Field(min_length=1)


class Country(_Written):
    """A country as `country.toml` writes it."""

    name: str
    code: str
    time_zone: str
    languages: tuple[str, ...]
    spine: str
    closing: str = ""  # the process that closes a case whose path was ended from outside
    weekend: tuple[str, ...]
    regions: dict[str, Region]
    roles: dict[str, Role]
    purposes: dict[str, Purpose]
    grounds: dict[str, Ground]
    clocks: dict[str, Clock]
    escalation: Escalation
    alarms: dict[str, Called] = {}  # the messages that nobody may miss, whoever sends them
    fallbacks: dict[str, tuple[str, ...]] = {}  # services to try in order where nobody gives the first

    def day(self, instant: datetime) -> date:
        """The day of the calendar that it is here at an instant."""
        return instant.astimezone(self.zone).date()

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where the country's clocks are."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def unconfirmed(self) -> tuple[Clock, ...]:
        """The clocks for which no source is known."""
        return tuple(clock for clock in self.clocks.values() if not clock.is_law)


def read_country(content: bytes, problems: list[Problem]) -> Country | None:
    """The model of `country.toml`; what is wrong with it is added to `problems`."""
    written = _toml("country.toml", content, problems)
    if written is None:
        return None
    clocks = written.get("clocks", {})
    named = {name: {"name": name, **clock} for name, clock in clocks.items() if isinstance(clock, dict)}
    try:
        return Country.model_validate({**written, "clocks": named})
    except ValidationError as error:
        problems.extend(_explained("country.toml", error))
        return None


def read_facts(content: bytes, problems: list[Problem]) -> dict[str, Fact]:
    """The facts of `facts.toml` by name; what is wrong with them is added to `problems`."""
    facts: dict[str, Fact] = {}
    for name, fact in (_toml("facts.toml", content, problems) or {}).items():
        try:
            facts[name] = Fact.model_validate({"name": name, **fact} if isinstance(fact, dict) else fact)
        except ValidationError as error:
            problems.extend(_explained("facts.toml", error, name))
    return facts


def _toml(file: str, content: bytes, problems: list[Problem]) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(Problem(file, "", f"This is not TOML: {error}.", "Mend the line."))
        return None


def _explained(file: str, error: ValidationError, within: str = "") -> list[Problem]:
    found = []
    for line in error.errors():
        place = ".".join(part for part in (within, *(str(step) for step in line["loc"])) if part)
        found.append(Problem(file, place, f"{line['msg']}.", "Mend it."))
    return found
