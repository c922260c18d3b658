"""The words that all of ours share, and the ports to what is not ours. No I/O, nothing that could fail for being away.

money: quantities, amounts, currencies · catalogue: what is for sale · purchase: the order and its life ·
keys: ids that are computed · messages: what sagas are told and tell · errors: refused, unavailable, broken ·
ports: what the sagas need from Payments, Projects, Users and the Notifier.
"""
