"""The services' databases: migrations, several processes, a server that restarts; most of it on PostgreSQL."""
