"""Alembic's environment of the Stripe simulator."""

from lib.database.migrations import run_migrations
from simulators.stripe.models import Base

run_migrations(Base.metadata)
