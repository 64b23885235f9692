"""The record: every change is an entry, and the entries prove themselves."""

from .ledger import record

__all__ = ["record"]
