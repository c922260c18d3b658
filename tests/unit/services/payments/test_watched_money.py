"""What happens to money without a saga: it is learned at a look, shown, and told to Prometheus."""

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from providers.port import PaymentStatus
from services.payments.rules import payment_id_of
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.fake_provider import HELD_UNTIL, FakePaymentProvider
from tests.unit.services.payments.requests import PAYMENT_ID, REFERENCE, create, done, outcome

RUNS_OUT = "payments_authorisation_expires_in_seconds_min"


def told(api: ServiceApi) -> dict[str, float]:
    """What Prometheus reads of money."""
    text = api.ask("GET", "/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name: sample.value for sample in samples if sample.name.startswith("payments_")}


def test_nothing_to_watch_is_told_as_nothing(api: ServiceApi) -> None:
    """A service without payments tells zeros, and no time where nothing runs out."""
    assert told(api) == {"payments_disputes_open": 0, "payments_provider_refunds_total": 0}


def test_a_dispute_is_open_until_the_bank_has_decided(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """The next look learns of a dispute and of its end; that there was one stays."""
    create(api)
    provider.pay(REFERENCE)
    provider.dispute(REFERENCE)
    assert told(api)["payments_disputes_open"] == 0
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["disputes_open"] == 1
    assert told(api)["payments_disputes_open"] == 1
    provider.decide_dispute(REFERENCE)
    seen = done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert (seen["disputed"], seen["disputes_open"]) == (True, 0)
    assert told(api)["payments_disputes_open"] == 0


def test_refunds_by_hand_add_up_over_payments(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Two of one payment and one of another are three; ours are none of them."""
    for number in (1, 2, 3):
        create(api, purchase_id=f"p{number}")
        provider.pay(f"pi_{number}")
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=800, refunds_by_hand=2)
    provider.becomes("pi_2", PaymentStatus.PAID, amount_refunded=1800, refunds_by_hand=1)
    for number in (1, 2):
        done(api.ask("GET", f"/payments/{payment_id_of(f'p{number}')}"))
    done(api.ask("POST", f"/payments/{payment_id_of('p3')}/refund"))
    assert told(api)["payments_provider_refunds_total"] == 3


def test_the_authorisation_that_runs_out_first_is_told(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """Of two held payments the one whose time is nearer; the payment shows the time itself."""
    for number in (1, 2):
        create(manual, purchase_id=f"p{number}")
        provider.pay(f"pi_{number}")
    provider.becomes("pi_2", PaymentStatus.PAID, capture_before=HELD_UNTIL - 3600)
    shown = [done(manual.ask("GET", f"/payments/{payment_id_of(f'p{number}')}"))["capture_before"] for number in (1, 2)]
    assert shown == ["2033-05-18T03:33:20Z", "2033-05-18T02:33:20Z"]
    # Ten minutes are more than any test takes.
    assert told(manual)[RUNS_OUT] == pytest.approx(HELD_UNTIL - 3600 - time.time(), abs=600)


@pytest.mark.parametrize("end", ["capture", "cancel"])
def test_an_authorisation_that_has_ended_runs_out_no_more(
    manual: ServiceApi, provider: FakePaymentProvider, end: str
) -> None:
    """Taken or given up: there is nothing left to watch."""
    create(manual)
    provider.pay(REFERENCE)
    done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))
    assert RUNS_OUT in told(manual)
    assert done(manual.ask("POST", f"/payments/{PAYMENT_ID}/{end}"))["capture_before"] is None
    assert RUNS_OUT not in told(manual)


def test_an_authorisation_of_a_complete_purchase_is_not_watched(
    manual: ServiceApi, provider: FakePaymentProvider
) -> None:
    """What nobody will capture any more may run out."""
    create(manual)
    provider.pay(REFERENCE)
    done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))
    done(manual.ask("PUT", "/purchases/p1/outcome", outcome(status="failed")))
    assert RUNS_OUT not in told(manual)


def test_an_old_answer_does_not_bring_an_authorisation_back(manual: ServiceApi, provider: FakePaymentProvider) -> None:
    """A look that was answered before the capture and comes in after it says nothing of the present."""
    create(manual)
    provider.pay(REFERENCE)
    held = provider.payments[REFERENCE]
    done(manual.ask("POST", f"/payments/{PAYMENT_ID}/capture"))
    provider.payments[REFERENCE] = held
    assert done(manual.ask("GET", f"/payments/{PAYMENT_ID}"))["capture_before"] is None


def test_our_clocks_distance_from_the_providers_is_told(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """Once the provider has answered."""
    provider.clock_ahead_s = -42.0
    assert told(api)["payments_clock_ahead_seconds"] == -42


def test_a_refund_by_hand_that_the_bank_fails_stays_counted(api: ServiceApi, provider: FakePaymentProvider) -> None:
    """It was made; a number that went down again would look like a restart to Prometheus."""
    create(api)
    provider.pay(REFERENCE)
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=800, refunds_by_hand=1)
    done(api.ask("GET", f"/payments/{PAYMENT_ID}"))
    provider.becomes(REFERENCE, PaymentStatus.PAID, amount_refunded=0, refunds_by_hand=0)
    assert done(api.ask("GET", f"/payments/{PAYMENT_ID}"))["refunds_by_hand"] == 1
    assert told(api)["payments_provider_refunds_total"] == 1
