"""Buyers who have nothing open yet: purchases that other tests have left open are not among theirs."""

from tools.devstack.shop import load_buyers

_names = load_buyers()


def newcomer() -> str:
    """A buyer whom no other test of this run has met."""
    return next(_names)
