"""A measured ratio, its promise, and the table in which they are told."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Ratio:
    """Two medians of one run, in milliseconds, and how many times the second the first may be."""

    what: str
    measured: float
    base: float
    most: float

    @property
    def value(self) -> float:
        """How many times the base."""
        return self.measured / self.base

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.value <= self.most

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The measured thing, what it is compared with, the ratio, and the most it may be."""
        return f"{self.measured:.2f} ms", f"{self.base:.2f} ms", f"{self.value:.2f}", f"{self.most}"


@dataclass(frozen=True)
class Count:
    """Something that is counted, and the most it may be."""

    what: str
    value: int
    most: int

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.value <= self.most

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The same columns as a ratio has."""
        return "", "", str(self.value), str(self.most)


@dataclass
class Report:
    """Everything one run found."""

    promises: list[Ratio | Count] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every promise holds."""
        return all(promise.kept for promise in self.promises)

    def show(self, console: Console) -> None:
        """Print the ratios with their promises, then the plain figures."""
        table = Table(title="Promises", title_justify="left")
        for heading in ("", "measured", "compared with", "ratio", "at most", ""):
            table.add_column(heading, justify="left" if not heading else "right")
        for promise in self.promises:
            table.add_row(promise.what, *promise.cells, "kept" if promise.kept else "[bold red]missed[/]")
        console.print(table)
        plain = Table(title="Figures of this machine, promised nowhere", title_justify="left", show_header=False)
        for what, value in self.figures:
            plain.add_row(what, value)
        console.print(plain)


@dataclass
class Pair:
    """Samples of two things measured in turns, in milliseconds."""

    measured: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)

    def ratio(self, what: str, most: float) -> Ratio:
        """The ratio of the medians."""
        return Ratio(what, median(self.measured), median(self.base), most)


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """What something returns, and how many milliseconds it took."""
    begun = time.perf_counter()
    result = do()
    return result, (time.perf_counter() - begun) * 1000
