"""Where keys come from: the master key of an installation, and one data key per case and domain.

Today a data key is derived from the master key. `DataKeys` is the seam: keys that are stored wrapped, can be
re-wrapped and can be destroyed will stand behind the same call, and no sealed value has to change.
"""

import base64
import binascii
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import EngineError

KEY_SIZE = 32


class KeyUnusable(EngineError):
    """The master key cannot be used."""


class DataKeys(Protocol):
    """Gives the key that seals one domain of one case."""

    def data_key(self, case_id: str, domain: str) -> bytes:
        """32 bytes; the same for the same case and domain as long as the key lives."""


class DerivedKeys:
    """Data keys derived from one master key with HKDF-SHA256 (RFC 5869)."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_SIZE:
            raise KeyUnusable(f"The master key must have {KEY_SIZE} bytes and has {len(master_key)}.")
        self._master_key = master_key
        self._derived = lru_cache(maxsize=4096)(self._derive)

    def data_key(self, case_id: str, domain: str) -> bytes:
        """The key of this domain of this case."""
        return self._derived(case_id, domain)

    def _derive(self, case_id: str, domain: str) -> bytes:
        info = joined("nrm data key 1", case_id, domain)
        return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=info).derive(self._master_key)


def joined(*parts: str | bytes) -> bytes:
    """The parts in a row, each behind its length, so that no two lists of parts give the same bytes."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def new_master_key() -> bytes:
    """A master key nobody has seen."""
    return secrets.token_bytes(KEY_SIZE)


def decode_master_key(text: str, *, source: str = "the master key") -> bytes:
    """Read a master key written as base64; `source` names it in the refusal, which never shows the text."""
    try:
        key = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_SIZE:
        raise KeyUnusable(
            f"{source} is not the base64 of {KEY_SIZE} bytes. Restore the key this installation began with: "
            "with another one nothing that was sealed can be read."
        )
    return key


def read_key_file(path: Path) -> bytes:
    """The master key kept at `path`. Raises KeyUnusable when it is absent, malformed, or open to others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyUnusable(
            f"There is no key file at {path}. Restore it from its backup, or name the right place."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise KeyUnusable(f"The key file {path} cannot be read: {reason}.") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyUnusable(f"Others can read the key file {path}. Run: chmod 600 {path}")
    return decode_master_key(text, source=f"The key file {path}")


def read_or_create_key_file(path: Path) -> bytes:
    """The master key at `path`, made at the first start of a demo or training system.

    Two processes that start at once end with the same key: the file appears whole, and only once.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _place(path, base64.b64encode(new_master_key()) + b"\n")
    return read_key_file(path)


def _place(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        draft.unlink()
