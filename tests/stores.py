"""A pytest plugin: the store of this pass (NRM_TEST_STORE=sqlite|postgresql) and a database for each test.

`database_url` is a prepared database, alone to its test; `empty_database_url` one without a table.
`conftest.py` overrides `prepare_database` with what creates the tables: it runs once per process.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres

STORE = os.environ.get("NRM_TEST_STORE", "sqlite")
CI = os.environ.get("CI") == "true"
_open = ExitStack()
Reported = Generator[None, pytest.TestReport, pytest.TestReport]


def pytest_configure(config: pytest.Config) -> None:
    """Have the server ready before workers are started; they inherit its address."""
    if STORE not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"NRM_TEST_STORE must be sqlite or postgresql, not {STORE!r}.")
    if STORE == "postgresql" and not hasattr(config, "workerinput") and not config.option.collectonly:
        try:
            server = _open.enter_context(postgres.server())
        except postgres.NoServer as error:
            raise pytest.UsageError(str(error)) from error
        postgres.sweep(server)
        os.environ["NRM_TEST_POSTGRES"] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server, if it was ours."""
    if not hasattr(config, "workerinput"):
        _open.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that do not touch the store run once, in the SQLite pass."""
    if STORE == "sqlite":
        return
    kept = [item for item in items if item.get_closest_marker("once") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Reported:
    """Under CI nothing is skipped: a missing browser, server or program is a failure."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and under CI nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped, and under CI nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def store() -> str:
    """`sqlite` or `postgresql`."""
    return STORE


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None]:
    """What makes an empty database ready. Here: nothing."""
    return lambda url: None


@pytest.fixture(scope="session")
def _template(
    prepare_database: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Path | postgres.Database"]:
    """One prepared database for this process: a file to copy, or a database to reset."""
    if STORE == "sqlite":
        folder = tmp_path_factory.mktemp("template")
        prepare_database(f"sqlite:///{folder}/nrm.db")
        yield folder
        return
    database = postgres.Database(os.environ["NRM_TEST_POSTGRES"])
    try:
        prepare_database(database.url)
        database.remember()
        yield database
    finally:
        database.drop()


@pytest.fixture(scope="session")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def database_url(_template: "Path | postgres.Database", _folder: Path) -> Iterator[str]:
    """The address of a prepared database: the same for every test of this process, and as new for each."""
    if isinstance(_template, postgres.Database):
        _template.reset()
        yield _template.url
    else:
        shutil.rmtree(_folder)
        shutil.copytree(_template, _folder)
        yield f"sqlite:///{_folder}/nrm.db"


@pytest.fixture
def empty_database_url(tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table."""
    if STORE == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    database = postgres.Database(os.environ["NRM_TEST_POSTGRES"])
    try:
        yield database.url
    finally:
        database.drop()
