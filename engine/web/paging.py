"""Where the next page of a list begins, as text in an address."""

from datetime import datetime
from urllib.parse import quote

Cursor = tuple[datetime, str]


def write(moment: datetime, row_id: str) -> str:
    """The last row of this page, quoted for an address."""
    return quote(f"{moment.isoformat()}~{row_id}")


def read(text: str) -> Cursor | None:
    """The row after which to go on; None for anything that is not one of ours: the list begins anew."""
    moment, _, row_id = text.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, row_id) if found.tzinfo and row_id.isalnum() and len(row_id) <= 32 else None


def number(text: str) -> int | None:
    """An entry of the record from an address; None for anything else: the newest are shown."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
