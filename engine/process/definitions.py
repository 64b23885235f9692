"""A bundle: the diagrams, tables, forms, facts and clocks of a country, compiled together."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from lxml import etree

from ..forms import FormDefinition
from .country import Clock, Country, Fact
from .decisions import Decision
from .elements import Element
from .faults import BundleInvalid, Problem
from .feel import Kind

__all__ = [
    "Bundle",
    "BundleInvalid",
    "Element",
    "Problem",
    "Process",
    "bundle_hash",
    "compile_bundle",
    "read_folders",
]

_KEPT = 16


@dataclass(frozen=True, eq=False)
class Process:
    """One executable process: its specs for the interpreter, and what its diagram says.

    `inputs` are the scope inputs its callers give, with their kinds; `calls` the processes it calls, by the
    id of the call activity; `start_message` the message that starts it, if one does. `specs` holds the spec
    of every process and embedded subprocess that may run inside. `tree` is the file as parsed, `file` its
    name.
    """

    id: str
    name: str
    file: str
    documentation: str
    lanes: tuple[str, ...]
    elements: dict[str, Element]
    inputs: dict[str, Kind]
    calls: dict[str, str]
    start_message: str | None
    tree: etree._Element
    spec: Any
    specs: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Bundle:
    """Everything a case runs under, pinned by `hash`. Shared by all threads; nothing in it changes."""

    hash: str
    files: dict[str, bytes]
    country: Country
    facts: dict[str, Fact]
    decisions: dict[str, Decision]
    forms: dict[str, FormDefinition]
    processes: dict[str, Process]
    elements: dict[str, Element] = field(default_factory=dict)

    @property
    def clocks(self) -> dict[str, Clock]:
        """The clocks of the country."""
        return self.country.clocks

    def initial_facts(self) -> dict[str, Any]:
        """What is true of a case before anybody asked."""
        return {name: fact.initial for name, fact in self.facts.items()}

    def values(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a case as expressions see them; a fact that is not kept yet has its initial value."""
        return {name: fact.value(facts.get(name, fact.initial)) for name, fact in self.facts.items()}

    def started_by(self, message: str) -> list[Process]:
        """The processes that a message of this name starts beside the case's others."""
        return [process for process in self.processes.values() if process.start_message == message]


def read_folders(workflows: Path, forms: Path) -> dict[str, bytes]:
    """The files of a country's two folders, by the names they have in a bundle."""
    drawn = [path for path in sorted(workflows.iterdir()) if path.suffix in (".bpmn", ".dmn")]
    written = [workflows / "facts.toml", workflows / "country.toml"]
    files = {path.name: path.read_bytes() for path in [*drawn, *written] if path.exists()}
    asked = sorted(forms.glob("*.csv")) if forms.is_dir() else []
    return files | {f"forms/{path.name}": path.read_bytes() for path in asked}


def bundle_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256, in hex, over the sorted names and content hashes of the files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name)}:{name}:".encode())
        digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


_compiled: OrderedDict[str, Bundle] = OrderedDict()
_lock = Lock()


def compile_bundle(files: Mapping[str, bytes]) -> Bundle:
    """The bundle of these files, compiled once; raises `BundleInvalid` with everything that is wrong."""
    from .compiling import Compilation  # compiling needs the types of this module

    key = bundle_hash(files)
    with _lock:
        bundle = _compiled.get(key)
        if bundle is None:
            bundle = Compilation(key, dict(files)).bundle()
            _compiled[key] = bundle
        _compiled.move_to_end(key)
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
        return bundle
