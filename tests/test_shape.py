"""The limits of house style that no linter holds. Each failure names the file and what to do."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
FILE_LINES = 350
FUNCTION_LINES = 40
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "base", "misc"}
# Put together here, so that this file does not hold what it looks for.
INDEXES = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "deb." + "debian",
    "registry." + "yarn",
]
PLACES = ["/wo" + "rk/", "/opt/" + "pypi", "/opt/" + "wheels", "/ro" + "ot/"]
BANNER = re.compile(r"^\s*(?:#|//|/\*|--)\s*[-=#*_~─═]{4,}", re.MULTILINE)
SCREEN_WORDS = re.compile(r"\b(clicks?|buttons?|pages?|urls?|https?|browsers?|links?|endpoints?|json)\b", re.IGNORECASE)
MAY_CATCH_ALL = {
    "engine/worker.py",
    "engine/forms/xlsx.py",  # a broken workbook raises anything there is
    "engine/api/problems.py",  # what nobody foresaw is answered without a word of it
}
MAY_COMMIT = {"engine/database.py", "engine/worker.py"}


@cache
def files() -> list[str]:
    """Every file of the project that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def python(*folders: str) -> list[str]:
    """The Python files, all or those below some folders; migrations are lists of steps, however long."""
    named = [name for name in files() if name.endswith(".py") and "/migrations/versions/" not in name]
    return [name for name in named if not folders or name.startswith(folders)]


@cache
def text(name: str) -> str:
    """A file's text; nothing for a file that holds none."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def nodes(name: str) -> list[ast.AST]:
    """Every node of a Python file."""
    return list(ast.walk(ast.parse(text(name), name)))


def test_no_python_file_is_long():
    long = {name: n for name in python() if (n := len(text(name).splitlines())) > FILE_LINES}
    assert not long, f"Files over {FILE_LINES} lines; part what does not belong together: {long}"


def test_no_function_is_long():
    long = {
        f"{name}:{node.lineno} {node.name}": lines
        for name in python()
        for node in nodes(name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long, f"Functions over {FUNCTION_LINES} lines; give the parts names: {long}"


def test_no_module_has_a_vague_name():
    vague = [name for name in python() if Path(name).stem in VAGUE or VAGUE & set(Path(name).parent.parts)]
    assert not vague, f"Name these after the thing they are about: {vague}"


def test_there_are_no_banner_comments():
    code = (".py", ".css", ".js", ".mjs", "Makefile", ".ci/run", ".ci/setup", ".ci/tests", ".ci/diagrams")
    found = [name for name in files() if name.endswith(code) and "vendor" not in name and BANNER.search(text(name))]
    assert not found, f"Comments that only draw lines: {found}"


def test_no_file_names_an_index_or_a_place_of_one_machine():
    found = [(name, word) for name in files() for word in INDEXES + PLACES if word in text(name)]
    assert not found, f"Addresses and folders that exist in one place only: {found}"


def test_the_engine_imports_itself_relatively():
    absolute = [
        f"{name}:{node.lineno}"
        for name in python("engine/")
        if not name.startswith("engine/migrations/")
        for node in nodes(name)
        if (isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "engine")
        or (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "engine" for a in node.names))
    ]
    assert not absolute, f"Write `from . import ...`: {absolute}"


def test_nothing_is_called_engine_but_the_package():
    named = [
        f"{name}:{node.lineno}"
        for name in python("engine/", "integrations/")
        for node in nodes(name)
        if isinstance(node, ast.Name) and node.id == "engine" and isinstance(node.ctx, ast.Store)
    ]
    assert not named, f"Call SQLAlchemy's object `database`: {named}"


def test_the_verifier_stands_alone():
    borrowed = [
        ast.unparse(node)
        for node in nodes("engine/audit/verify.py")
        if isinstance(node, ast.ImportFrom | ast.Import)
        if (isinstance(node, ast.ImportFrom) and node.level) or not _standard(node)
    ]
    assert not [line for line in borrowed if "cryptography" not in line], borrowed


def _standard(node: ast.ImportFrom | ast.Import) -> bool:
    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return all(module.split(".")[0] in sys.stdlib_module_names for module in modules)


def test_only_the_edge_commits():
    found = [
        f"{name}:{node.lineno}"
        for name in python("engine/")
        if name not in MAY_COMMIT and not name.startswith("engine/migrations/")
        for node in nodes(name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("commit", "rollback")
    ]
    assert not found, f"A verb leaves the commit to who called it: {found}"


def test_only_the_worker_catches_everything():
    found = [
        f"{name}:{node.lineno}"
        for name in python("engine/", "integrations/")
        if name not in MAY_CATCH_ALL
        for node in nodes(name)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception")
    ]
    assert not found, f"Name the error that is expected: {found}"


def test_features_tell_what_not_how():
    found = {
        name: words for name in files() if name.endswith(".feature") and (words := SCREEN_WORDS.findall(text(name)))
    }
    assert not found, f"A caseworker does not think of these: {found}"


def test_scripts_are_strict():
    lax = [name for name in files() if text(name).startswith("#!/usr/bin/env bash") and "\nset -" not in text(name)]
    assert not lax, f"Begin with set -euo pipefail: {lax}"


def test_the_readme_names_every_setting_and_command():
    from engine.cli import app
    from engine.config import Settings

    settings = {f"NRM_{name.upper()}" for name in Settings.model_fields}
    commands = {f"nrm {command.name or command.callback.__name__}" for command in app.registered_commands}
    commands |= {f"nrm {group.name}" for group in app.registered_groups}
    missing = [word for word in sorted(settings | commands) if word not in text("README.md")]
    assert not missing, f"Say in README.md what these are for: {missing}"
