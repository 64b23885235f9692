"""Sealed values: the one door to what must not be read or changed behind the engine's back."""

from sqlmodel import Session

from .fields import SealBroken, Vault, commitment, new_salt
from .keys import decode_master_key, new_master_key, read_or_create_key_file

__all__ = [
    "SealBroken",
    "Vault",
    "commitment",
    "decode_master_key",
    "new_master_key",
    "new_salt",
    "of",
    "read_or_create_key_file",
]


def of(session: Session) -> Vault:
    """The vault of the store this session belongs to."""
    vault: Vault = session.info["vault"]
    return vault
