"""The one-shot scripts of the compose file, on a real PostgreSQL and a real Temporal."""
