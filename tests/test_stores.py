"""The tests' own footing: a server of our own where there is none, and nothing skipped unseen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parent.parent
SKIPS = "import pytest\ndef test_one(): pytest.skip('no browser')\ndef test_two(): pass\n"


@pytest.mark.once
def test_a_server_of_our_own_starts_and_leaves_nothing_behind():
    try:
        cluster = postgres.Cluster()
    except postgres.NoServer as error:
        pytest.skip(str(error))
    try:
        database = postgres.Database(cluster.url)
        assert postgres.answers(database.plain)
        database.drop()
        assert not postgres.answers(database.plain)
    finally:
        cluster.stop()
    assert not postgres.answers(cluster.url)
    assert not cluster.folder.exists()


@pytest.mark.once
def test_a_reset_brings_back_what_was_there_past_triggers_and_open_transactions():
    import psycopg

    with postgres.server() as server:
        database = postgres.Database(server)
        try:
            with psycopg.connect(database.plain) as session:
                session.execute("CREATE TABLE head (size integer)")
                session.execute("INSERT INTO head VALUES (0)")
                session.execute("CREATE TABLE leaf (head integer)")
                session.execute("CREATE RULE fixed AS ON UPDATE TO leaf DO INSTEAD NOTHING")
            database.remember()
            with psycopg.connect(database.plain) as session:
                session.execute("UPDATE head SET size = 1")
                session.execute("INSERT INTO leaf VALUES (1)")
            left_open = psycopg.connect(database.plain)
            left_open.execute("LOCK TABLE head")
            database.reset()
            with psycopg.connect(database.plain) as session:
                assert session.execute("SELECT size FROM head").fetchall() == [(0,)]
                assert session.execute("SELECT * FROM leaf").fetchall() == []
            left_open.close()
        finally:
            database.drop()


@pytest.mark.once
@pytest.mark.parametrize(("ci", "code", "told"), [("true", 1, "1 failed, 1 passed"), ("", 0, "1 passed, 1 skipped")])
def test_under_ci_a_skip_is_a_failure(tmp_path, ci, code, told):
    (tmp_path / "test_skips.py").write_text(SKIPS)
    options = f"-q -p tests.stores -p no:cacheprovider -c {os.devnull} --rootdir {tmp_path}"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *options.split(),
            "-W",
            "ignore::pytest.PytestUnknownMarkWarning",
            tmp_path,
        ],
        cwd=ROOT,
        env=os.environ | {"CI": ci, "NRM_TEST_STORE": "sqlite"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, told in done.stdout) == (code, True), done.stdout + done.stderr
