"""The services' databases: migrations, several processes, a server that restarts, backups; most of it on PostgreSQL."""
