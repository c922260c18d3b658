"""A migrated Payments service per test, in front of a fake provider."""

from collections.abc import Callable

import pytest

from providers.port import CaptureMode
from providers.registry import Registry
from services.payments import create_app
from services.payments.settings import PaymentsSettings
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider, registry_of

ApiIn = Callable[[CaptureMode], ServiceApi]


@pytest.fixture
def provider() -> FakePaymentProvider:
    """The provider behind the service."""
    return FakePaymentProvider()


@pytest.fixture
def registry(provider: FakePaymentProvider) -> Registry:
    """It carries out all that is paid by card."""
    return registry_of({"card": "stripe"}, stripe=provider)


@pytest.fixture
def api_in(database_url: str, registry: Registry) -> ApiIn:
    """The service in a capture mode."""

    def start(mode: CaptureMode) -> ServiceApi:
        settings = PaymentsSettings(_env_file=None, payments_database_url=database_url, capture_mode=mode)
        return ServiceApi(create_app(settings, registry))

    return start


@pytest.fixture
def api(api_in: ApiIn) -> ServiceApi:
    """The service with automatic capture."""
    return api_in(CaptureMode.AUTOMATIC)


@pytest.fixture
def manual(api_in: ApiIn) -> ServiceApi:
    """The service with manual capture, on the same database."""
    return api_in(CaptureMode.MANUAL)
