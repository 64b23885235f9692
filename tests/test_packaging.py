"""What is installed is what was tested: the locks fit the project, and the wheel runs on its own."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) \\$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """What a lock file pins: name to version."""
    return {canonicalize_name(n): version for n, version in PIN.findall((ROOT / name).read_text())}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_the_lock_fits_the_project(lock, wanted):
    locked = pins(lock)
    unfit = [
        text
        for text in wanted
        if (need := Requirement(text)) and not need.specifier.contains(locked.get(canonicalize_name(need.name), "0"))
    ]
    assert not unfit, f"Run `make lock`: {unfit}"


def test_both_locks_agree():
    runtime, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert runtime.items() <= dev.items(), "Run `make lock`."


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_is_hashed_and_names_no_place(lock):
    text = (ROOT / lock).read_text()
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", text) if "==" in entry]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE)
    assert "://" not in text and " @ " not in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A virtual environment with the wheel, and the libraries of this one: nothing is fetched."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    (Path(site) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def run(*command: object, cwd: Path) -> str:
    """Run a program as an installation would: no setting and no path of ours."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("NRM_", "PYTHON", "COV_", "PYTEST"))}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_all_and_no_more(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in held} == {"engine", "integrations"}
    assert not [name for name in held if "__pycache__" in name or name.endswith((".db", ".key"))]
    for folder in ("workflows", "forms"):
        shipped = {str(file.relative_to(ROOT)) for file in (ROOT / folder).rglob("*") if file.is_file()}
        assert {f"engine/bundled/{name}" for name in shipped} <= held
    sources = {str(file.relative_to(ROOT)) for file in (ROOT / "engine").rglob("*") if file.is_file()}
    assert {name for name in sources if "__pycache__" not in name} <= held
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_command_runs_on_its_own(installed, tmp_path):
    where = "import engine, integrations; print(engine.__file__, integrations.__file__)"
    paths = run(installed / "bin" / "python", "-c", where, cwd=tmp_path)
    assert paths.count(str(installed)) == 2
    assert "check" in run(installed / "bin" / "nrm", "--help", cwd=tmp_path)
    run(installed / "bin" / "nrm", "check", cwd=tmp_path)
    run(installed / "bin" / "nrm", "migrate", cwd=tmp_path)
