"""Payments: one payment per purchase at the payment provider, and the record of how each purchase ended.

Here belongs what we know of payments, whichever of the `providers` carries them out; nothing about stock, and of sagas
only the outcome that they record. Begin to read at `payments`.
"""

from apiflask import APIFlask

from lib.database.database import connect
from lib.settings import read
from providers.registry import REGISTRY, Registry
from services.payments.metrics import money_watch
from services.payments.payments import Payments
from services.payments.records import Records
from services.payments.routes import payments_api
from services.payments.settings import PaymentsSettings


def create_app(settings: PaymentsSettings | None = None, registry: Registry = REGISTRY) -> APIFlask:
    """The service's WSGI application; the database must have been migrated.

    gunicorn calls it after the fork, so the process's one client of a provider shares no connection with another.
    """
    settings = settings or read(PaymentsSettings)
    providers = registry.make()
    engine = connect(settings.payments_database_url)
    records = Records(engine)
    payments = Payments(records, registry, providers, settings.capture_mode)
    return payments_api(engine, payments, settings.service_tokens, money_watch(records, providers))
