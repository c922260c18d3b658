"""The trace that a payment is asked for in: told to the provider, and the same on every attempt."""

from opentelemetry.sdk.trace import TracerProvider

from lib.telemetry import tracing
from providers.port import ProviderUnknown
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import FakePaymentProvider
from tests.unit.services.payments.requests import create, order

tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")


def test_every_attempt_names_the_first_ones_trace(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Under one key the provider is asked for the same, though the second attempt has another trace, or none."""
    provider.fail("create", ProviderUnknown("away"))
    with tracer.start_as_current_span("first"):
        first = tracing.traceparent()
        assert api.ask("POST", "/payments", order()).status_code == 503
    with tracer.start_as_current_span("second"):
        create(api)
    assert [asked.traceparent for asked in provider.asked_for] == [first]
    assert first


def test_while_nothing_is_traced_the_provider_is_told_of_no_trace(
    api: ServiceApi, provider: FakePaymentProvider
) -> None:
    """Nor is one that is turned on later, when the payment is known already."""
    create(api)
    with tracer.start_as_current_span("repeat"):
        create(api)
    assert [asked.traceparent for asked in provider.asked_for] == [None]
