"""The intake API: takes purchases from the web UI and events from Stripe, starts sagas and reads them.

Here belongs who may call, what they may send and what they are answered. No decision about a purchase.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from app.context import Intake


def create_app(intake: "Intake | None" = None) -> "APIFlask":
    """The Flask application; without `intake` it is wired from the settings."""
    # Imported here: gunicorn.conf.py reads app.settings before it has set where the processes keep their metrics.
    from app import factory  # noqa: PLC0415

    return factory.create_app(intake)
