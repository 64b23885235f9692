"""A PostgreSQL server for the tests: named by NRM_TEST_POSTGRES, found here, or started for this run.

`python -m tests.postgres` tells whether the store of this pass can be had: exit 0, or the reason and exit 1.
"""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
PREFIX = "nrm_test"
DRIVER = "postgresql+psycopg://"
SOUGHT = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/bin",
)
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


class NoServer(Exception):
    """There is no PostgreSQL server, and none could be started. Install one: apt-get install postgresql"""


def answers(url: str) -> bool:
    """Whether a server answers there and lets us in."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def found() -> str | None:
    """The address of a server that is already there, or nothing."""
    named = os.environ.get("NRM_TEST_POSTGRES")
    if named:
        named = named.replace(DRIVER, "postgresql://")
        if not answers(named):
            raise NoServer(f"NRM_TEST_POSTGRES names a server that does not answer: {named}")
        return named
    return LOCAL if answers(LOCAL) else None


def binaries() -> Path:
    """The folder of the newest server programs of this machine."""
    folders = [Path(folder) for pattern in SOUGHT for folder in sorted(glob.glob(pattern), reverse=True)]
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoServer(NoServer.__doc__)


class Cluster:
    """A private server in a temporary folder, on a free port of this machine. Durable it is not."""

    def __init__(self) -> None:
        programs = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}_"))
        self.owner = _unprivileged()
        if self.owner:
            shutil.chown(self.folder, self.owner)
        self.port = _free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._programs = programs
        try:
            self._start()
        except subprocess.CalledProcessError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise NoServer(f"A PostgreSQL server could not be started: {error.stdout}") from error

    def _start(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = [f"-c {setting}" for setting in QUICK]
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} {' '.join(settings)}"
        self._run("pg_ctl", "-D", data, "-l", str(self.folder / "log"), "-o", options, "-w", "-t", "60", "start")

    def stop(self) -> None:
        """End the server and remove what it wrote."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        # The server inherits standard output, so it goes to a file: a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            code = subprocess.call(
                command,
                user=self.owner,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=120,
            )
            output.seek(0)
            if code:
                raise subprocess.CalledProcessError(code, command, output=output.read()[-2000:])


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as the user its package made."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoServer("PostgreSQL refuses to run as root, and there is no user `postgres` to run it as.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Database:
    """One database on that server: made empty, to be dropped at the end; or, with its name, one that is there."""

    def __init__(self, server: str, name: str = "") -> None:
        self.server = server
        self.name = name or f"{PREFIX}_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        self.plain = server.rsplit("/", 1)[0] + f"/{self.name}"
        self.url = self.plain.replace("postgresql://", DRIVER)
        if not name:
            self._make()

    def _make(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as session:
            name = sql.Identifier(self.name)
            session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
            session.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))

    def remember(self, schema: str = "kept") -> None:
        """Keep what is in the tables now, in a schema beside them: `reset` goes back to it."""
        copy = "CREATE UNLOGGED TABLE {kept} AS TABLE {now};"
        with psycopg.connect(self.plain) as session:
            session.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
            session.execute(_for_every_table(session, copy, schema))

    def reset(self, schema: str = "kept") -> None:
        """Bring every table back to what was remembered, also those whose triggers forbid it to the product.

        Deleting beats truncating here: the tables are small, and a truncated table is a new file on the disk.
        """
        with psycopg.connect(self.plain) as session:
            self._end_others(session)
            session.execute("SET session_replication_role = replica")
            session.execute(_for_every_table(session, "DELETE FROM {now}; INSERT INTO {now} TABLE {kept};", schema))

    def drop(self) -> None:
        """Remove it, whoever is still connected."""
        with psycopg.connect(self.server, autocommit=True) as session:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _end_others(self, session: psycopg.Connection[tuple[object, ...]]) -> None:
        """A test that left a transaction open must not hold up, or leak into, the next one."""
        session.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %s"
            " AND pid <> pg_backend_pid() AND state <> 'idle'",
            (self.name,),
        )


def _for_every_table(session: psycopg.Connection[tuple[object, ...]], statements: str, schema: str) -> sql.Composed:
    """The same for every table, sent at once: most of the time would go by on the way."""
    rows = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    each = sql.SQL(statements)
    return sql.Composed(
        each.format(now=sql.Identifier("public", str(name)), kept=sql.Identifier(schema, str(name))) for (name,) in rows
    )


def sweep(server: str) -> None:
    """Drop databases of earlier runs on this machine that were killed before they could."""
    with psycopg.connect(server, autocommit=True) as session:
        for (name,) in session.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{PREFIX}\\_%",)
        ).fetchall():
            process = name.split("_")[2]
            if process.isdigit() and not Path(f"/proc/{process}").exists() and Path("/proc/self").exists():
                with contextlib.suppress(psycopg.Error):
                    session.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server, for as long as the block lasts."""
    there = found()
    if there:
        yield there
        return
    cluster = Cluster()
    try:
        yield cluster.url
    finally:
        cluster.stop()


def main() -> int:
    """Say whether the store of this pass can be had."""
    if os.environ.get("NRM_TEST_STORE", "sqlite") != "postgresql":
        return 0
    try:
        if not found():
            binaries()
    except NoServer as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
