"""Payments against the Stripe simulator's process, on SQLite and PostgreSQL."""
