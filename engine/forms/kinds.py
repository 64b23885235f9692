"""The words of a form: kinds of question and domains of answers."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of question this engine runs; an XLSForm of any other kind is refused."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"

    @property
    def is_select(self) -> bool:
        """Whether the answer comes from a list of choices."""
        return self in (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)


class Domain(StrEnum):
    """The seven sealed domains of a case; every stored answer belongs to exactly one."""

    IDENTITY = "identity"
    LOCATION = "location"
    TESTIMONY = "testimony"
    MEDICAL = "medical"
    LEGAL = "legal"
    IMMIGRATION = "immigration"
    OPERATIONAL = "operational"


class FactType(StrEnum):
    """The types a fact of a case may have (`facts.toml`)."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
