"""Speed and cost, measured on one machine in one run: nothing here is asserted, everything is reported.

`python -m tools.bench` starts a stack of its own, puts load on it over the loopback for about two minutes, crashes a
worker of another one, and prints tables; with `--write` it also writes docs/performance.md.
"""
