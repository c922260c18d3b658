"""A migrated Notifier without its broker."""

import pytest

from lib.database.database import connect
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS
from services.notifier.consumer import notifications_consumer
from services.notifier.notifications import Notifications
from services.notifier.routes import notifier_api
from tests.unit.service_api import ServiceApi


@pytest.fixture
def notifications(database_url: str) -> Notifications:
    """What the Notifier keeps."""
    return Notifications(connect(database_url))


@pytest.fixture
def api(database_url: str, notifications: Notifications) -> ServiceApi:
    """The Notifier's API, whose consumer was not started."""
    consumer = notifications_consumer("amqp://127.0.0.1/", notifications.keep)
    return ServiceApi(notifier_api(connect(database_url), notifications, consumer, DEVELOPMENT_SERVICE_TOKENS))
