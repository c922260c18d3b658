"""Databases: engines, transactions and migrations, of whatever tables."""
