"""Logs, traces and metrics of every process; it knows nothing of the business.

Intake, workers and services share it.
"""
