"""The intake API: takes purchases from the web UI and events from Stripe, starts the sagas and asks them.

Here belongs who may come in, what they may say and what they are told. No decision about a purchase.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from app.context import Intake


def create_app(intake: "Intake | None" = None) -> "APIFlask":
    """The Flask application; without `intake` it is wired from the settings."""
    # Here and not above: gunicorn reads app.settings before it is known where its processes count (gunicorn.conf.py).
    from app import factory  # noqa: PLC0415

    return factory.create_app(intake)
