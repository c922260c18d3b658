"""The Notifier's keeping and showing, on SQLite, without sockets and without a broker."""
