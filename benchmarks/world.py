"""Databases to measure on: prepared once by the engine's own acts, then copied."""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import update
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from engine import bundles, clock, migrations, tasks, vault
from engine.access import signin
from engine.actor import Actor
from engine.config import settings
from engine.database import Store
from engine.demo import agencies, answering
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.models.cases import Case
from engine.models.people import Agency, Place, User
from engine.models.work import TaskStatus, UserTask

MANY = 1_000_000  # places in every shelter: they must not run out halfway


class Databases:
    """Makes, copies and drops databases: files in a folder, or databases of a PostgreSQL server."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.folder = folder
        self.key = folder / "key"
        self._server = make_url(server).set(drivername="postgresql") if server else None
        self._made: list[str] = []
        self._ready: str | None = None

    def new(self, like: str | None = None) -> str:
        """The address of a new database, empty or a copy of another that nobody is connected to."""
        name = f"nrm_bench_{uuid.uuid4().hex[:12]}"
        self._made.append(name)
        if self._server is None:
            if like:
                shutil.copy(make_url(like).database or "", self.folder / name)
            return f"sqlite:///{self.folder / name}"
        template = sql.Identifier((make_url(like).database if like else None) or "template0")
        self._say("CREATE DATABASE {} TEMPLATE {}", sql.Identifier(name), template)
        return self._server.set(database=name, drivername="postgresql+psycopg").render_as_string(False)

    def prepared(self) -> str:
        """The address of a new database with the country's definitions and agencies, but no case."""
        if self._ready is None:
            self._ready = self.new()
            rest(_prepare(self._ready, self.key))
        return self.new(like=self._ready)

    def drop(self) -> None:
        """Remove every database that was made; files go with their folder."""
        for name in self._made if self._server else ():
            self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))

    def _say(self, statement: str, *names: sql.Identifier) -> None:
        assert self._server is not None
        with psycopg.connect(self._server.render_as_string(False), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*names))


def open_store(url: str, key: Path) -> Store:
    """The store at this address."""
    return Store(url, vault.Vault(vault.read_or_create_key_file(key)))


def _prepare(url: str, key: Path) -> Store:
    """A store with the country's definitions and the demo's agencies, whose shelters are never full."""
    store = open_store(url, key)
    migrations.upgrade(store)
    with store.transaction() as session:
        bundles.deploy(session, bundles.shipped(settings()))
        agencies.seed(session)
        session.flush()
        session.connection().execute(update(Place).values(total=MANY))
    return store


def rest(store: Store) -> None:
    """Bring everything into the database itself, so that it can be copied, and let go of it."""
    if store.embedded:
        with store.database.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def play_to(store: Store, element: str, login: str = "police_osh", **differs: Any) -> str:
    """A case played until only the first task drawn as `element` is left to do; returns its reference."""
    story = Story(store, WOMAN_IN_OSH | differs, frozenset({element}))
    reference = story.open(login)
    for _ in range(200):
        if _open(store, reference, element) or not story.play(reference, steps=1):
            break
    return reference


def _open(store: Store, reference: str, element: str) -> bool:
    query = (
        select(UserTask.id)
        .join(Case, col(Case.id) == UserTask.case_id)
        .where(Case.reference == reference, UserTask.element == element, UserTask.status == TaskStatus.OPEN)
    )
    with store.reading() as session:
        return session.exec(query).first() is not None


@dataclass(frozen=True)
class Ready:
    """A task that somebody has claimed, with valid answers: all that a completion needs."""

    task_id: str
    user_id: str
    revision: int
    element: str
    answers: dict[str, Any]


def claim(store: Store, reference: str, element: str, **differs: Any) -> Ready:
    """Take the open task of a case that is drawn as `element`, and find answers to its form."""
    query = (
        select(UserTask)
        .join(Case, col(Case.id) == UserTask.case_id)
        .where(Case.reference == reference, UserTask.element == element, UserTask.status == TaskStatus.OPEN)
    )
    with store.transaction() as session:
        task = session.exec(query).one()
        by = member(session, task.holder_id or "")
        task = tasks.claim(session, task.id, by=by)
        bundle = bundles.load(session, session.get_one(Case, task.case_id).bundle_id)
        today = bundle.country.day(clock.now())
        given = answering.fill(bundle.forms[task.form], WOMAN_IN_OSH | differs, today=today)
        return Ready(task.id, by.user_id or "", task.revision, element, given)


def complete(store: Store, ready: Ready) -> None:
    """Complete a task that is ready, through the verb."""
    with store.transaction() as session:
        by = signin.actor_of(user := session.get_one(User, ready.user_id), session.get_one(Agency, user.agency_id))
        tasks.complete(session, ready.task_id, ready.answers, by=by, revision=ready.revision)


def member(session: Session, agency_id: str) -> Actor:
    """Somebody of an agency, acting."""
    user = session.exec(select(User).where(User.agency_id == agency_id).order_by(User.login)).first()
    assert user is not None
    return signin.actor_of(user, session.get_one(Agency, agency_id))


def bearer(store: Store) -> dict[str, dict[str, str]]:
    """For each person by id, the header with which a program acts for them."""
    with store.transaction() as session:
        users = session.exec(select(User)).all()
        return {user.id: {"Authorization": f"Bearer {signin.issue_token(session, user, 'bench')}"} for user in users}
