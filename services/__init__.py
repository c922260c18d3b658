"""The reference services that a purchase meets: each a process with data, settings and a contract of its own.

Nothing here imports the sagas or the intake, and they import nothing of this: they meet over HTTP and AMQP alone.
"""
