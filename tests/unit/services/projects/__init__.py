"""The Projects service's rules and API, on SQLite, without sockets."""
