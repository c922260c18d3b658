"""Stripe as the payment provider, through its official SDK alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from services.payments.provider import (
    CaptureMode,
    NewPayment,
    PaymentStatus,
    ProviderFault,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnknown,
    Snapshot,
)

# The version whose objects this file reads; an update of the SDK must not change it silently.
API_VERSION = "2026-10-28.endive"
# Seconds to connect and to wait for an answer: three tries and the pauses between them (0.5 s and 1 s) end within the
# 10 s of the server's orderly stop, and a healthy Stripe answers within one.
TIMEOUTS = (1.0, 2.5)
NETWORK_RETRIES = 2
# Stripe's largest page; a buyer has no card for the hundred-and-first attempt.
CHARGES_MAX = 100

STATUS = {
    "requires_payment_method": PaymentStatus.PAYABLE,
    "requires_confirmation": PaymentStatus.PAYABLE,
    "requires_action": PaymentStatus.PAYABLE,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.PAID,
    "succeeded": PaymentStatus.PAID,
    "canceled": PaymentStatus.CANCELED,
}


class StripeProvider:
    """The port on one client, which keeps a connection per thread of the server; tests bring an `http` of their own."""

    def __init__(self, secret_key: str, api_base: str, http: stripe.HTTPClient | None = None) -> None:
        # The SDK would keep an id in the user's home folder, and tell Stripe of our latencies.
        stripe.enable_telemetry = False
        self._http = http or stripe.RequestsClient(timeout=TIMEOUTS)
        self._v1 = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base},
            max_network_retries=NETWORK_RETRIES,
            http_client=self._http,
        ).v1

    def close(self) -> None:
        """Give up the calling thread's connection."""
        self._http.close()  # type: ignore[no-untyped-call]  # the SDK's gap

    def create(self, payment: NewPayment, key: str) -> Snapshot:
        """Create the PaymentIntent; nothing about the buyer goes to Stripe."""
        with _translated():
            intent = self._v1.payment_intents.create(
                {
                    "amount": payment.amount,
                    "currency": payment.currency,
                    "capture_method": "manual" if payment.capture is CaptureMode.MANUAL else "automatic",
                    # Makes the intent's payment_method_types ["card"]; since 2026-09-30.endive Stripe answers 400
                    # `payment_method_types_no_longer_supported` to whoever sets those directly (Stripe's changelog).
                    "allowed_payment_method_types": ["card"],
                    # By this our webhook knows that an event is ours.
                    "metadata": {"purchase_id": payment.purchase_id},
                    "expand": ["latest_charge"],
                },
                {"idempotency_key": key},
            )
            return self._snapshot(intent)

    def retrieve(self, payment_id: str) -> Snapshot:
        """Read the PaymentIntent and its charges."""
        with _translated():
            return self._snapshot(self._v1.payment_intents.retrieve(payment_id, {"expand": ["latest_charge"]}))

    def client_secret(self, payment_id: str) -> str:
        """Read the PaymentIntent's secret."""
        with _translated():
            secret = self._v1.payment_intents.retrieve(payment_id).client_secret
        if secret is None:
            raise ProviderMisconfigured("a PaymentIntent without client_secret was not read with a secret key")
        return secret

    def cancel(self, payment_id: str, key: str) -> Snapshot:
        """Cancel the PaymentIntent."""
        with _translated():
            options: stripe.RequestOptions = {"idempotency_key": key}
            return self._snapshot(self._v1.payment_intents.cancel(payment_id, {"expand": ["latest_charge"]}, options))

    def capture(self, payment_id: str, key: str) -> Snapshot:
        """Capture the whole PaymentIntent."""
        with _translated():
            options: stripe.RequestOptions = {"idempotency_key": key}
            return self._snapshot(self._v1.payment_intents.capture(payment_id, {"expand": ["latest_charge"]}, options))

    def refund(self, payment_id: str, purchase_id: str, key: str) -> Snapshot:
        """Refund what is left; without an amount Stripe itself refuses to give back more than there is."""
        with _translated():
            self._v1.refunds.create(
                # By this our webhook knows that the event of a failed refund is ours.
                {"payment_intent": payment_id, "metadata": {"purchase_id": purchase_id}},
                {"idempotency_key": key},
            )
        return self.retrieve(payment_id)

    def _snapshot(self, intent: stripe.PaymentIntent) -> Snapshot:
        charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
        refunded = charge.amount_refunded if charge else 0
        return Snapshot(
            payment_id=intent.id,
            status=STATUS[intent.status],
            amount_captured=intent.amount_received,
            # Stripe shows a released authorisation as refunded too, though nothing was taken.
            amount_refunded=min(refunded, intent.amount_received),
            failed_attempts=self._failed_attempts(intent),
            disputed=charge is not None and charge.disputed,
        )

    def _failed_attempts(self, intent: stripe.PaymentIntent) -> int:
        failed = 0
        if intent.latest_charge is not None:
            charges = self._v1.charges.list({"payment_intent": intent.id, "limit": CHARGES_MAX})
            failed = sum(charge.status == "failed" for charge in charges.data)
        # An attempt that fails at the bank's page has no charge, only this error.
        return max(failed, int(intent.last_payment_error is not None))


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Stripe's errors as the port's (the table of retries in Stripe's docs, "Error handling")."""
    try:
        yield
    except stripe.StripeError as error:
        raise _kind(error)(f"{error.http_status} {error.code}: {error.user_message}") from error


def _kind(error: stripe.StripeError) -> type[Exception]:
    status = error.http_status
    if isinstance(error, stripe.RateLimitError) or status is None or status < 300 or status in {408, 409, 425}:
        return ProviderUnknown
    if status >= 500:
        return ProviderFault
    # What our own record names must exist there: else the key belongs to another account.
    if status in {400, 402} and error.code != "resource_missing":
        return ProviderRefused
    return ProviderMisconfigured
