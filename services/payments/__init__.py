"""Payments: one payment per purchase at the payment provider, and the record of how each purchase ended.

Here belongs what we know of charges and how we speak to the provider (`provider` is the port, `stripe_provider` the
one implementation); no word of stock or of sagas beyond the outcome that they record. `payments` is the heart.
"""

from apiflask import APIFlask

from lib.database.database import connect
from lib.settings import read
from providers.port import Provider
from providers.stripe.provider import StripeProvider
from services.payments.metrics import money_watch
from services.payments.payments import Payments
from services.payments.records import Records
from services.payments.routes import payments_api
from services.payments.settings import PaymentsSettings


def create_app(settings: PaymentsSettings | None = None, provider: Provider | None = None) -> APIFlask:
    """The service's WSGI application; the database must have been migrated.

    gunicorn calls it after the fork, so the process's one client of the provider shares no connection with another.
    """
    settings = settings or read(PaymentsSettings)
    provider = provider or StripeProvider(settings.stripe_secret_key, settings.stripe_api_base)
    engine = connect(settings.payments_database_url)
    records = Records(engine)
    payments = Payments(records, provider, settings.capture_mode)
    return payments_api(engine, payments, settings.service_tokens, money_watch(records, provider))
