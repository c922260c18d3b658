"""The intake API: takes purchases from the web UI and events from Stripe, starts the sagas and asks them.

Here belongs the door: who may come in, what they may say, what they are told. No decision about a purchase.
"""

from app.factory import create_app

__all__ = ["create_app"]
