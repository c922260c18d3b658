"""The Projects service as processes, on SQLite and on PostgreSQL."""
