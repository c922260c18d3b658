"""Stripe's door: an event is acknowledged only once Temporal has accepted what it starts."""

from apiflask import APIBlueprint
from flask import request

from app import metrics
from app.context import Intake
from app.schemas import ReceivedShown
from app.stripe_events import REFUND_FAILED, SUCCEEDED, PaymentEvent, payment_event, verify
from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput

# 512 KiB: an event holds one object, whose metadata alone may take 25 KB.
EVENT_BYTES_MAX = 512 * 1024


def webhooks(intake: Intake) -> APIBlueprint:
    """The route /webhooks/stripe."""
    routes = APIBlueprint("webhooks", __name__, tag="Webhooks")

    @routes.post("/webhooks/stripe")
    @routes.output(ReceivedShown)
    @routes.doc(
        operation_id="receiveStripeEvent",
        responses={
            400: "The signature is not valid",
            413: "The event is over 512 KiB",
            422: "Signed, but no snapshot event",
            503: "Not stored: send it again",
        },
    )
    def receive() -> ReceivedShown:
        """Take an event: 200 once it is stored, or when it is none of ours."""
        request.max_content_length = EVENT_BYTES_MAX
        header = request.headers.get("Stripe-Signature", "")
        event = payment_event(verify(request.get_data(), header, intake.config.stripe_webhook_secrets))
        if event is None:
            metrics.WEBHOOKS.labels("ignored").inc()
        else:
            metrics.WEBHOOKS.labels("started" if _start(intake, event) else "repeated").inc()
        return ReceivedShown()

    return routes


def _start(intake: Intake, event: PaymentEvent) -> bool:
    if event.type in SUCCEEDED:
        return intake.sagas.payment_succeeded(PaymentSuccessInput(payment_id=event.payment_id))
    if event.type == REFUND_FAILED:
        return intake.sagas.refund_failed(RefundFailedInput(payment_id=event.payment_id, refund_id=event.cause))
    start = PaymentFailedInput(payment_id=event.payment_id, attempts_max=intake.config.payment_attempts)
    return intake.sagas.payment_failed(start, event.cause)
