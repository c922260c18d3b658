"""One process per task queue, and its wiring: settings, ports, steps, worker. Nothing connects before `main` runs."""
