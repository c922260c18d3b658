"""Payments, Projects, Users and the Notifier over HTTP, notifications over AMQP, for whoever asks them but the audit.

Here belongs how a call travels and what its answer means: done, refused, unknown, broken. Not what to do about it.
"""
