"""Alembic's environment of the Stripe simulator."""

from services.common.migrations import run_migrations
from services.stripe_simulator.models import Base

run_migrations(Base.metadata)
