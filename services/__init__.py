"""The reference services that a purchase meets: each a process with data, settings and a contract of its own.

Services and sagas import nothing of each other: they meet over HTTP and AMQP alone, and each side has its own models of
the same wire (docs/architecture.md).
"""
