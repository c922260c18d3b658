"""The application on a Temporal server as production runs it: on PostgreSQL, its frontend by mutual TLS alone."""
