"""Bundles of torture models: invented facts, clocks and a table around a few diagrams."""

from pathlib import Path

from engine.process.definitions import Bundle, compile_bundle

from .drawing import draw
from .invented import invent
from .models import MODELS

HERE = Path(__file__).parent


def files(drawings: dict[str, str]) -> dict[str, bytes]:
    """The files of a bundle of these processes."""
    drawn = {f"{name}.bpmn": draw(name, text) for name, text in drawings.items()}
    return drawn | {name: (HERE / name).read_bytes() for name in ("facts.toml", "country.toml", "rate.dmn")}


def processes(name: str) -> dict[str, str]:
    """The processes of a model; `invented:7` is the seventh that is invented."""
    kind, _, seed = name.partition(":")
    return invent(int(seed)) if kind == "invented" else MODELS[name]


def model(name: str) -> Bundle:
    """A compiled model."""
    return compile_bundle(files(processes(name)))


def sketch(**drawings: str) -> Bundle:
    """A compiled bundle of a few processes, for one test."""
    return compile_bundle(files(drawings))
