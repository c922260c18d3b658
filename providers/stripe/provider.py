"""Stripe as the payment provider, through its official SDK alone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from email.utils import parsedate_to_datetime

import stripe

from lib.telemetry import tracing
from providers.port import (
    CaptureMode,
    NewPayment,
    NextAction,
    PaymentIds,
    PaymentStatus,
    ProviderFault,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnknown,
    Snapshot,
)
from providers.stripe.fresh_secrets import FreshSecrets
from providers.stripe.version import STRIPE_VERSION

# Seconds to connect and to wait for an answer: three tries and the pauses between them (0.5 s and 1 s) end within the
# 10 s of the server's orderly stop, and a healthy Stripe answers within one.
TIMEOUTS = (1.0, 2.5)
NETWORK_RETRIES = 2
# Stripe's largest page; a buyer has no card for the hundred-and-first attempt, and nobody refunds in a hundred parts.
PAGE_MAX = 100

STATUS = {
    "requires_payment_method": PaymentStatus.PAYABLE,
    "requires_confirmation": PaymentStatus.PAYABLE,
    "requires_action": PaymentStatus.PAYABLE,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.PAID,
    "succeeded": PaymentStatus.PAID,
    "canceled": PaymentStatus.CANCELED,
}
# The bank has decided, or the buyer has withdrawn it ("The Dispute object"); an unknown status counts as open.
DISPUTE_CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})
# Disputes without money moved: given back by the bank, prevented by a refund, or only asked about.
DISPUTE_MOVES_NOTHING = frozenset(
    {"won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed"}
)
# A refund on its way counts as given back; one that the bank has failed or somebody has canceled does not.
REFUND_COUNTS = frozenset({"succeeded", "pending", "requires_action"})


class StripeProvider:
    """The port on one client, which keeps a connection per thread of the server; tests bring an `http` of their own."""

    def __init__(
        self,
        secret_key: str,
        api_base: str,
        http: stripe.HTTPClient | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._clock_ahead_s: float | None = None
        self._secrets = FreshSecrets()
        # The SDK would keep an id in the user's home folder, and tell Stripe of our latencies.
        stripe.enable_telemetry = False
        self._http = http or stripe.RequestsClient(timeout=TIMEOUTS)
        self._v1 = stripe.StripeClient(
            secret_key,
            stripe_version=STRIPE_VERSION,
            base_addresses={"api": api_base},
            max_network_retries=NETWORK_RETRIES,
            http_client=self._http,
        ).v1

    def close(self) -> None:
        """Give up the calling thread's connection."""
        self._http.close()  # type: ignore[no-untyped-call]  # the SDK's gap

    def create(self, payment: NewPayment, key: str) -> Snapshot:
        """Create the PaymentIntent; nothing about the buyer goes to Stripe."""
        with _asking("create"):
            intent = self._v1.payment_intents.create(
                {
                    "amount": payment.amount,
                    "currency": payment.currency,
                    "capture_method": "manual" if payment.capture is CaptureMode.MANUAL else "automatic",
                    # Makes the intent's payment_method_types ["card"]; since 2026-09-30.endive Stripe answers 400
                    # `payment_method_types_no_longer_supported` to whoever sets those directly (Stripe's changelog).
                    "allowed_payment_method_types": ["card"],
                    "metadata": _metadata(payment),
                    "expand": ["latest_charge"],
                },
                {"idempotency_key": key},
            )
            if intent.client_secret:
                self._secrets.keep(intent.id, intent.client_secret)
            return self._snapshot(intent)

    def retrieve(self, reference: str) -> Snapshot:
        """Read the PaymentIntent and its charges."""
        with _asking("retrieve"):
            return self._snapshot(self._v1.payment_intents.retrieve(reference, {"expand": ["latest_charge"]}))

    def next_action(self, reference: str) -> NextAction:
        """The PaymentIntent's secret, by which the buyer's browser confirms it and follows it to its end."""
        secret = self._secrets.take(reference) or self._read_secret(reference)
        return NextAction("stripe", client_secret=secret, payment_intent=reference)

    def _read_secret(self, reference: str) -> str:
        with _asking("read the secret"):
            secret = self._v1.payment_intents.retrieve(reference).client_secret
        if secret is None:
            raise ProviderMisconfigured("a PaymentIntent without client_secret was not read with a secret key")
        return secret

    def cancel(self, reference: str, key: str) -> Snapshot:
        """Cancel the PaymentIntent."""
        with _asking("cancel"):
            options: stripe.RequestOptions = {"idempotency_key": key}
            return self._snapshot(self._v1.payment_intents.cancel(reference, {"expand": ["latest_charge"]}, options))

    def capture(self, reference: str, key: str) -> Snapshot:
        """Capture the whole PaymentIntent."""
        with _asking("capture"):
            options: stripe.RequestOptions = {"idempotency_key": key}
            return self._snapshot(self._v1.payment_intents.capture(reference, {"expand": ["latest_charge"]}, options))

    def refund(self, reference: str, ids: PaymentIds, key: str) -> Snapshot:
        """Refund what is left; without an amount Stripe itself refuses to give back more than there is."""
        with _asking("refund"):
            self._v1.refunds.create(
                # By this our webhook knows that the event of a failed refund is ours.
                {"payment_intent": reference, "metadata": asdict(ids)},
                {"idempotency_key": key},
            )
        return self.retrieve(reference)

    @property
    def clock_ahead_s(self) -> float | None:
        """By the header Date of Stripe's last answer about a payment."""
        return self._clock_ahead_s

    def _snapshot(self, intent: stripe.PaymentIntent) -> Snapshot:
        self._compare_clocks(intent.last_response)
        charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
        # Read only where there are any, which saves these calls for nearly every payment.
        refunds = self._refunds(intent.id) if charge and charge.amount_refunded else []
        disputes = self._disputes(intent.id) if charge and charge.disputed else []
        given_back = [refund for refund in refunds if refund.status in REFUND_COUNTS]
        return Snapshot(
            reference=intent.id,
            status=STATUS[intent.status],
            amount_captured=intent.amount_received,
            # By the refunds themselves: before its version 2025-03-31.basil Stripe counted on the charge what a capture
            # of a part, or a cancel, had only released. Without a capture there is nothing to give back.
            amount_refunded=min(sum(refund.amount for refund in given_back), intent.amount_received),
            failed_attempts=self._failed_attempts(intent),
            amount_authorised=intent.amount_capturable,
            refunded_since=min((refund.created for refund in given_back), default=None),
            disputed=charge is not None and charge.disputed,
            amount_disputed=sum(each.amount for each in disputes if each.status not in DISPUTE_MOVES_NOTHING),
            disputes_open=sum(dispute.status not in DISPUTE_CLOSED for dispute in disputes),
            refunds_by_hand=sum(not _is_ours(refund) for refund in refunds),
            capture_before=_capture_before(charge) if intent.status == "requires_capture" else None,
        )

    def _disputes(self, reference: str) -> list[stripe.Dispute]:
        return self._v1.disputes.list({"payment_intent": reference, "limit": PAGE_MAX}).data

    def _refunds(self, reference: str) -> list[stripe.Refund]:
        return self._v1.refunds.list({"payment_intent": reference, "limit": PAGE_MAX}).data

    def _compare_clocks(self, answer: stripe.StripeResponse | None) -> None:
        told = answer and answer.headers.get("Date")
        if told:
            self._clock_ahead_s = self._now() - parsedate_to_datetime(told).timestamp()

    def _failed_attempts(self, intent: stripe.PaymentIntent) -> int:
        failed = 0
        # Asked only where another attempt may follow, which saves this call for every paid payment.
        if intent.latest_charge is not None and STATUS[intent.status] is PaymentStatus.PAYABLE:
            charges = self._v1.charges.list({"payment_intent": intent.id, "limit": PAGE_MAX})
            failed = sum(charge.status == "failed" for charge in charges.data)
        # An attempt that fails at the bank's page has no charge, only this error.
        return max(failed, int(intent.last_payment_error is not None))


def _capture_before(charge: stripe.Charge | None) -> int | None:
    """Until when the bank holds the money, in epoch seconds."""
    card = charge and charge.payment_method_details and charge.payment_method_details.card
    return getattr(card, "capture_before", None)


def _is_ours(refund: stripe.Refund) -> bool:
    """Whether we have made it."""
    return refund.metadata is not None and "purchase_id" in refund.metadata.to_dict()


def _metadata(payment: NewPayment) -> dict[str, str]:
    """Our ids, by which our webhook knows its events, and `traceparent`, the trace that they continue."""
    ids: dict[str, str] = asdict(payment.ids)
    return {**ids, "traceparent": payment.traceparent} if payment.traceparent else ids


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Raise Stripe's errors as the port's (the table of retries in Stripe's docs, "Error handling")."""
    try:
        with tracing.calling(f"Stripe {what}"):
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
