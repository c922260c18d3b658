"""Lines, spans and what of them leaves a process."""
