"""The ports' implementations: Payments, Projects and Users over HTTP, notifications over AMQP.

Here belongs how a call travels and what its answer means: done, refused, unknown, broken. Not what to do about it.
"""
