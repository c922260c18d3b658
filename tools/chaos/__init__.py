"""Chaos on real parts: buyers of many kinds buy while a seed's faults break every part; then the records are audited.

`python -m tools.chaos --purchases 200 --seconds 120 --seed 7` starts a stack of its own. What the buyers do (`stories`)
and what breaks when (`faults`) are pure functions of the seed; the rest carries them out on the stack, waits, judges.
Nothing here knows a service from inside: buyers and judges speak HTTP, and Temporal is asked what still runs.
"""
