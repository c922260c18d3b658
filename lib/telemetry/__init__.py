"""What every process tells about itself: logs, traces, metrics; it knows nothing of the business.

Intake, workers and services share it, so it imports nothing of ours.
"""
