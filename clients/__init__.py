"""Payments, Projects, Users and the Notifier over HTTP, notifications over AMQP. The audit reads by its own calls.

Here belongs how a call travels and what its answer means: done, refused, unknown, broken. Not what to do about it.
"""
