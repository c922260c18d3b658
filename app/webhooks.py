"""Stripe's door: an event is acknowledged only once Temporal has accepted what it starts."""

import logging
import time

from apiflask import APIBlueprint
from flask import request

from app import metrics
from app.acceptance import Acceptance
from app.context import Intake
from app.refusals import INVALID_SIGNATURE
from app.schemas import ReceivedShown, SignatureHeader
from app.stripe_events import TAKEN, PaymentEvent, Snapshot, payment_event, snapshot
from app.stripe_signature import signed
from domain.errors import Unavailable
from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from webapi import Problem
from webapi.openapi import may_tell, reads_raw
from webapi.problem_types import INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNAVAILABLE

log = logging.getLogger(__name__)

# 512 KiB: an event holds one object, whose metadata alone may take 25 KB.
EVENT_BYTES_MAX = 512 * 1024
# A call to Temporal takes 1.2 s at most: by then it is known whether it is back.
RETRY_AFTER_S = 2
WEBHOOK_PATH = "/webhooks/stripe"


def webhooks(intake: Intake) -> APIBlueprint:
    """The route /webhooks/stripe."""
    routes = APIBlueprint("webhooks", __name__, tag="Webhooks")
    acceptance = Acceptance()

    @routes.post(WEBHOOK_PATH)
    @routes.output(ReceivedShown)
    @routes.doc(
        operation_id="receiveStripeEvent",
        extensions={
            **may_tell(INVALID_SIGNATURE, INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNAVAILABLE),
            **reads_raw(headers=SignatureHeader, body=Snapshot),
        },
    )
    def receive() -> ReceivedShown:
        """Take an event: 200 once it is stored, or when it is none of ours."""
        metrics.WEBHOOKS.labels(_counted(intake, acceptance, _payload())).inc()
        return ReceivedShown()

    return routes


def turned_away() -> Problem:
    """What makes Stripe send an event again; counted."""
    metrics.WEBHOOKS.labels("unavailable").inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return UNAVAILABLE.problem("Not stored. Send the event again.", headers=headers)


def _payload() -> bytes:
    """The body as it came, whatever it says that it is; raises 413 over 512 KiB."""
    request.max_content_length = EVENT_BYTES_MAX
    return request.get_data()


def _counted(intake: Intake, acceptance: Acceptance, payload: bytes) -> str:
    """What becomes of a delivery, in one word; what is refused is counted before it is raised."""
    header = request.headers.get("Stripe-Signature", "")
    if not signed(payload, header, intake.config.stripe_webhook_secrets, time.time()):
        metrics.WEBHOOKS.labels("unverified").inc()
        raise INVALID_SIGNATURE.problem()
    try:
        return _taken(intake, acceptance, snapshot(payload))
    except Problem as problem:
        log.warning("a signed event is refused: %s %s", problem.detail, problem.extra)
        metrics.WEBHOOKS.labels("refused").inc()
        raise
    except Unavailable as error:
        log.warning("an event is not stored: %s", error)
        raise turned_away() from error


def _taken(intake: Intake, acceptance: Acceptance, event: Snapshot) -> str:
    """What becomes of a verified event, in one word."""
    if event.livemode not in {None, intake.config.livemode}:
        log.warning("event %s is of the other mode: is this endpoint set up for the mode of our keys?", event.id)
        return "other-mode"
    if event.account not in {None, intake.config.stripe_account}:
        log.warning("event %s is of account %s, which is not STRIPE_ACCOUNT", event.id, event.account)
        return "foreign"
    if event.type not in TAKEN:
        return "ignored"
    about = payment_event(event)
    if about is None:
        return "not-ours"
    # The very same event: another one of the same fact may be there to start anew what has failed since.
    same = (event.id, about)
    return "started" if acceptance.accept(same, lambda: _start(intake, about)) else "repeated"


def _start(intake: Intake, event: PaymentEvent) -> bool:
    if event.kind == "succeeded":
        return intake.sagas.payment_succeeded(PaymentSuccessInput(payment_id=event.payment_id))
    if event.kind == "refund-failed":
        return intake.sagas.refund_failed(RefundFailedInput(payment_id=event.payment_id, refund_id=event.cause))
    start = PaymentFailedInput(payment_id=event.payment_id, attempts_max=intake.config.payment_attempts)
    return intake.sagas.payment_failed(start, event.cause)
