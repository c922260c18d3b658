"""Alembic's environment of the Projects service."""

from lib.database.migrations import run_migrations
from services.projects.models import Base

run_migrations(Base.metadata)
