"""The Users service as processes, on SQLite and on PostgreSQL."""
