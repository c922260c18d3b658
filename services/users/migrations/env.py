"""Alembic's environment of the Users service."""

from lib.database.migrations import run_migrations
from services.users.models import Base

run_migrations(Base.metadata)
