"""The check of a bundle, before anything of it may run: what `nrm check` prints and every start begins with.

First each file and each element by itself, then paths, then names and expressions. Only what passes all that
is compiled, and what the compiler still refuses is told as well.
"""

from .check_constructs import check_constructs
from .check_flow import check_flow
from .check_names import check_names
from .check_reading import Report, read
from .check_tables import check_tables
from .check_words import check_words
from .definitions import compile_bundle
from .faults import BundleInvalid, Problem

__all__ = ["Problem", "check"]


def check(files: dict[str, bytes]) -> list[Problem]:
    """Everything in these files that must be mended before they may run, each with file, element and remedy.

    `files` are a bundle's, by name: diagrams, tables, facts.toml, country.toml, forms/KEY.csv. Never raises
    for what is in them.
    """
    report = Report()
    sources = read(files, report)
    for diagram in sources.diagrams:
        check_constructs(diagram, report)
        check_flow(diagram, report)
    check_names(sources, report)
    check_tables(sources, report)
    check_words(sources, report)
    if not report.problems:
        try:
            compile_bundle(files)
        except BundleInvalid as refusal:
            report.extend(refusal.problems)
    return report.problems
