"""A stand-in for Stripe where there are no keys: the parts of its `/v1` that we and our page use, and signed webhooks.

Here belongs what a Stripe user knows of Stripe: statuses, test cards, errors, idempotency, events. Nothing of our own
business belongs here, and none of our API conventions: the bodies are Stripe's. Beside `/v1` there are the 3-D Secure
page (`/challenge/…`) and a control API for tests and the demo (`/simulator/…`).
"""

from simulators.stripe.application import create_app

__all__ = ["create_app"]
