"""What processes tell about themselves, seen from outside: traces at a collector, lines of logs, metrics."""
