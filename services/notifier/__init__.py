"""Notifier: takes the notifications of purchases from RabbitMQ and keeps what it delivered.

Here belongs the reading end of the exchange `notifications`; who publishes there, and why, is not known here.
"""

import atexit

from apiflask import APIFlask

from lib.database.database import connect
from lib.settings import read
from services.notifier.consumer import notifications_consumer
from services.notifier.notifications import Notifications
from services.notifier.routes import notifier_api
from services.notifier.settings import NotifierSettings


def create_app(settings: NotifierSettings | None = None) -> APIFlask:
    """The service's WSGI application, which consumes as long as its process lives; the database must be migrated."""
    settings = settings or read(NotifierSettings)
    engine = connect(settings.notifier_database_url)
    notifications = Notifications(engine)
    consumer = notifications_consumer(settings.amqp_url.get_secret_value(), notifications.keep)
    consumer.start()
    atexit.register(consumer.stop)
    return notifier_api(engine, notifications, consumer, settings.service_tokens)
