"""Every table, grouped by the life of a case."""

from . import answers, cases, people, records, work
from .columns import new_id

__all__ = ["answers", "cases", "new_id", "people", "records", "work"]
