"""Alembic's entry: migrate the database that `config.attributes["url"]` names."""

from alembic import context

from services.common.database import connect
from services.stripe_simulator.models import Base

engine = connect(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
