"""The schema, step by step, and the way to bring a store up to the newest one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import select

from ..database import Store
from ..models.records import LogHead


def _config(store: Store) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = None
    config.attributes["database"] = store.database
    return config


def upgrade(store: Store) -> None:
    """Bring the store to the newest schema; does nothing where it is there already."""
    command.upgrade(_config(store), "head")
    with store.transaction() as session:
        if session.exec(select(LogHead)).first() is None:
            session.add(LogHead(id=1, size=0))


def is_current(store: Store) -> bool:
    """Whether the store has the newest schema."""
    with store.database.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(_config(store)).get_current_head()


def write(store: Store, message: str) -> None:
    """Write the step from the store's schema to that of the models (maintainers)."""
    number = len(list(ScriptDirectory.from_config(_config(store)).walk_revisions())) + 1
    command.revision(_config(store), message=message, autogenerate=True, rev_id=f"{number:04}")
