"""The benchmarks run and tell their ratios; what the ratios are is for `make bench`, not for a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
TOLD = (
    "completion over HTTP",
    "SQL statements",
    "write transactions",
    "completion 8 of a case : completion 3",
    "worklist",
    "case, page of the coordinator",
    "acts of both journeys",
)


def test_a_quick_run_tells_every_ratio() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    missing = [words for words in TOLD if words not in run.stdout]
    assert not missing, run.stdout
