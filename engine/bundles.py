"""Bundles: the law at a moment, stored whole in the database and compiled once per process."""

import base64
import zlib
from threading import Lock

import orjson
from sqlmodel import Session

from . import audit, clock
from .actor import SYSTEM, Actor
from .config import Settings
from .errors import NotFound
from .models.cases import Bundle as StoredBundle
from .process import definitions
from .process.definitions import Bundle

_compiled: dict[str, Bundle] = {}
_lock = Lock()


def deploy(session: Session, files: dict[str, bytes], *, by: Actor = SYSTEM) -> Bundle:
    """Check and store a bundle; deploying the same content again changes nothing."""
    bundle = definitions.compile_bundle(files)
    if session.get(StoredBundle, bundle.hash) is None:
        row = StoredBundle(id=bundle.hash, country=bundle.country.code, files=_pack(files), deployed_at=clock.now())
        session.add(row)
        audit.record(session, "bundle.deployed", row, by=by, files=len(files))
    _compiled[bundle.hash] = bundle
    return bundle


def load(session: Session, bundle_hash: str) -> Bundle:
    """The compiled bundle with this hash, from memory or from the database."""
    bundle = _compiled.get(bundle_hash)
    if bundle is None:
        row = session.get(StoredBundle, bundle_hash)
        if row is None:
            raise NotFound("The process definitions of this case are not in the database.")
        with _lock:
            bundle = definitions.compile_bundle(_unpack(row.files))
            _compiled[bundle_hash] = bundle
    return bundle


def shipped(settings: Settings) -> dict[str, bytes]:
    """The files of the country's folders on disk."""
    folders = {kind: settings.folder(kind) for kind in ("workflows", "forms")}
    for kind, folder in folders.items():
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}. Set NRM_COUNTRY or NRM_{kind.upper()} to one that exists.")
    return definitions.read_folders(folders["workflows"], folders["forms"])


def _pack(files: dict[str, bytes]) -> bytes:
    text = {name: base64.b64encode(content).decode() for name, content in files.items()}
    return zlib.compress(orjson.dumps(text, option=orjson.OPT_SORT_KEYS), 9)


def _unpack(packed: bytes) -> dict[str, bytes]:
    text: dict[str, str] = orjson.loads(zlib.decompress(packed))
    return {name: base64.b64decode(content) for name, content in text.items()}
