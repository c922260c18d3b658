"""Alembic's environment of the Users service."""

from services.common.migrations import run_migrations
from services.users.models import Base

run_migrations(Base.metadata)
