"""Speed and cost, measured on one machine in one run: nothing here is asserted, everything is reported.

`python -m tools.bench` puts load over the loopback on a stack of its own, on a naive twin's and (`--against v1.0.0`) on
another revision's, in turn; crashes a worker, floods the webhooks, leaves many purchases open; and prints tables. With
`--write` it also writes docs/performance.md and its plot.
"""
