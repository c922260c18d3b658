"""Alembic's environment of the Payments service."""

from lib.database.migrations import run_migrations
from services.payments.models import Base

run_migrations(Base.metadata)
