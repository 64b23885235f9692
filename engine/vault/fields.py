"""The one door for values that nobody but the engine may read or change: AES-256-GCM, bound to its place.

A sealed value is one byte of version, 12 bytes of nonce, then ciphertext and tag. What it is bound to
(version, case, domain, place) is authenticated and not stored: a value that was changed, moved to another
row, column, domain or case, or written by a version we do not know, is refused before it is parsed.
"""

import hmac
import math
import secrets
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import EngineError
from .keys import DataKeys, DerivedKeys, joined

VERSION = b"\x01"
NONCE_SIZE = 12
TAG_SIZE = 16
SALT_SIZE = 16


class SealBroken(EngineError):
    """A stored value was changed outside the engine, or its key is not the one it was sealed with."""


class Vault:
    """Seals and opens values. Give it the master key, or a source of data keys."""

    def __init__(self, keys: bytes | DataKeys) -> None:
        self._keys: DataKeys = DerivedKeys(keys) if isinstance(keys, bytes) else keys

    def seal(self, plain: bytes, *, case_id: str, domain: str, place: str) -> bytes:
        """Seal bytes for one place, `table.column:row id`, in one domain of one case."""
        nonce = secrets.token_bytes(NONCE_SIZE)
        bound = _bound(case_id, domain, place)
        return VERSION + nonce + self._cipher(case_id, domain).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, case_id: str, domain: str, place: str) -> bytes:
        """The bytes that were sealed for this place. Raises SealBroken for anything else."""
        bound = _bound(case_id, domain, place)
        if sealed[:1] != VERSION:
            raise SealBroken("A stored value was sealed by a version of the engine that this one does not know.")
        if len(sealed) < 1 + NONCE_SIZE + TAG_SIZE:
            raise SealBroken()
        nonce, rest = sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :]
        try:
            return self._cipher(case_id, domain).decrypt(nonce, rest, bound)
        except InvalidTag:
            raise SealBroken() from None

    def seal_json(self, value: Any, *, case_id: str, domain: str, place: str) -> bytes:
        """Seal a value as JSON, names sorted, dates as ISO text. TypeError for what JSON cannot hold."""
        _refuse_lossy(value)
        plain = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return self.seal(plain, case_id=case_id, domain=domain, place=place)

    def open_json(self, sealed: bytes, *, case_id: str, domain: str, place: str) -> Any:
        """The value that `seal_json` sealed for this place; dates come back as ISO text."""
        return orjson.loads(self.open(sealed, case_id=case_id, domain=domain, place=place))

    def _cipher(self, case_id: str, domain: str) -> AESGCM:
        return AESGCM(self._keys.data_key(case_id, domain))


def new_salt() -> bytes:
    """128 random bits. Kept sealed beside the value: who has both can show what the ledger committed to."""
    return secrets.token_bytes(SALT_SIZE)


def commitment(value: bytes, *, case_id: str, place: str, salt: bytes) -> str:
    """What the ledger may hold of a value: HMAC-SHA256 under a random salt, in hexadecimal.

    Without the salt it tells nothing, even of a value that can be guessed; erasing the salt cuts the link.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return hmac.new(salt, joined("nrm commitment 1", case_id, place, value), sha256).hexdigest()


def _bound(case_id: str, domain: str, place: str) -> bytes:
    if not (case_id and domain and place):
        raise ValueError("a sealed value belongs to a case, a domain and a place")
    return joined(VERSION, case_id, domain, place)


def _refuse_lossy(value: Any) -> None:
    """orjson writes NaN and infinity as null: an answer would be lost without a word."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TypeError("JSON has no infinity and no NaN")
    elif isinstance(value, dict):
        for item in value.values():
            _refuse_lossy(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_lossy(item)
