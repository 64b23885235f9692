"""What Alembic runs: the models' tables against the store it is given."""

from alembic import context
from sqlmodel import SQLModel

from engine import models  # noqa: F401

database = context.config.attributes["database"]
with database.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
