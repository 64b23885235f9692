"""Measure, print the ratios beside their promises, and end with 1 where one is missed."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from . import completion, figures, rounds, volume
from .measuring import Report
from .world import Databases

console = Console()


def main(
    quick: Annotated[bool, typer.Option(help="Few samples: shows that it runs, proves nothing.")] = False,
    cases: Annotated[int, typer.Option(help="How many cases the large database has.")] = 100_000,
    postgres: Annotated[str, typer.Option(help="Measure on this PostgreSQL server too: postgresql://…")] = "",
) -> None:
    """Measure the engine against its promises."""
    kept = True
    for server in (None, postgres) if postgres else (None,):
        report = measure(server, quick, cases)
        console.rule("PostgreSQL" if server else "SQLite")
        report.show(console)
        kept &= report.kept
    sys.exit(0 if kept or quick else 1)


def measure(server: str | None, quick: bool, cases: int) -> Report:
    """Everything on one store."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="nrm_bench_") as folder, _progress() as bar:
        task = bar.add_task("", total=None)
        databases = Databases(Path(folder), server)

        def progress(what: str) -> None:
            bar.update(task, description=what, advance=1)

        try:
            steps = completion.QUIET if quick else completion.STEPS
            completion.measure(databases, report, 1 if quick else 40, steps, progress)
            rounds.measure(databases, report, *((8, 2) if quick else (300, 21)), progress)
            volume.measure(databases, report, *((200, 1) if quick else (cases, 25)), progress)
            figures.measure(databases, report, progress)
        finally:
            databases.drop()
    return report


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


if __name__ == "__main__":
    typer.run(main)
