"""The words that sagas, intake, clients and audit share, and the ports to the services. No I/O.

money: quantities, amounts, currencies · catalogue: what is for sale · purchase: the order and its life ·
keys: ids that are computed · messages: what sagas are started with, signal and answer · answers: what an opening
answers again and again · errors: refused, unavailable, contract broken · ports: what sagas and intake need from the
services. The services do not import this: they have their own models of the same wire (docs/architecture.md).
"""
