"""Stripe's endpoint: an event is acknowledged only once Temporal has accepted what it starts."""

import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from apiflask import APIBlueprint
from flask import request

from app import metrics
from app.context import Intake
from app.deduplication import Deduplicator, WebhookLimits
from app.refusals import INVALID_SIGNATURE
from app.requests import SignatureHeader
from app.responses import ReceivedResponse
from domain.errors import ContractBroken, Refused, Unavailable
from domain.keys import payment_id_of
from domain.messages import FollowUpInput, PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from lib.telemetry import ids, tracing
from lib.webapi import Problem
from lib.webapi.openapi import problem_responses, reads_raw
from lib.webapi.problem_types import INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNAVAILABLE
from providers.stripe.events import (
    MovedMoney,
    PaymentEvent,
    StripeEvent,
    meaning,
    metadata,
    purchase_of,
    snapshot,
)
from providers.stripe.signature import signed

log = logging.getLogger(__name__)

T = TypeVar("T")

# 512 KiB: an event holds one object, whose metadata alone may take 25 KB.
EVENT_BYTES_MAX = 512 * 1024
# A call to Temporal takes 1.2 s at most: by then it is known whether it is back.
RETRY_AFTER_S = 2
WEBHOOK_PATH = "/webhooks/stripe"
# As far as a signature's time may be from ours.
CLOCKS_APART_MAX_S = 300
# 8 questions at once: few events need one, and a provider that hangs must not keep the others out.
PAYMENTS_MAX = 8
# 5 s: four calls from Payments to the provider; Stripe waits longer for our answer.
PAYMENTS_TIMEOUT_S = 5.0


class Guards:
    """The limits in front of Temporal and Payments, which must have an event before it is acknowledged.

    Temporal stores the event's saga; Payments finds the payment of an event and retrieves it.
    """

    def __init__(self) -> None:
        self.sagas = Deduplicator()
        self.payments = WebhookLimits(PAYMENTS_MAX, callee="Payments")


def webhooks(intake: Intake) -> APIBlueprint:
    """The route /webhooks/stripe."""
    routes = APIBlueprint("webhooks", __name__, tag="Webhooks")
    limits = Guards()

    @routes.post(WEBHOOK_PATH)
    @routes.output(ReceivedResponse)
    @routes.doc(
        operation_id="receiveStripeEvent",
        extensions={
            **problem_responses(INVALID_SIGNATURE, INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNAVAILABLE),
            **reads_raw(headers=SignatureHeader, body=StripeEvent),
        },
    )
    def receive() -> ReceivedResponse:
        """Take an event: 200 once it is stored, or when it is none of ours."""
        metrics.WEBHOOKS.labels(_counted(intake, limits, _payload())).inc()
        return ReceivedResponse()

    return routes


def turned_away(result: str = "full") -> Problem:
    """503, so that Stripe sends the event again; counted under `result`, by default because the bulkhead is full."""
    metrics.WEBHOOKS.labels(result).inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return UNAVAILABLE.problem("Not stored. Send the event again.", headers=headers)


def _payload() -> bytes:
    """The raw body, whatever its content type; raises 413 over 512 KiB."""
    request.max_content_length = EVENT_BYTES_MAX
    return request.get_data()


def _counted(intake: Intake, limits: Guards, payload: bytes) -> str:
    """The result of a delivery, as the metric's label; a refusal is counted before it is raised."""
    header = request.headers.get("Stripe-Signature", "")
    if not signed(payload, header, intake.config.stripe_webhook_secrets, time.time()):
        metrics.WEBHOOKS.labels("unverified").inc()
        raise INVALID_SIGNATURE.problem()
    try:
        return _taken(intake, limits, snapshot(payload))
    except Problem as problem:
        log.warning("a signed event is refused: %s %s", problem.detail, problem.extra)
        metrics.WEBHOOKS.labels("refused").inc()
        raise
    except Unavailable as error:
        log.warning("an event is not stored: %s", error)
        raise turned_away("unavailable") from error


def _taken(intake: Intake, limits: Guards, event: StripeEvent) -> str:
    """The result of a verified event, as the metric's label."""
    if event.livemode not in {None, intake.config.livemode}:
        log.warning("event %s is of the other mode: is this endpoint set up for the mode of our keys?", event.id)
        return "other-mode"
    if event.account not in {None, intake.config.stripe_account}:
        log.warning("event %s is of account %s, which is not STRIPE_ACCOUNT", event.id, event.account)
        return "foreign"
    ids.bind(purchase_id=purchase_of(event))
    about = meaning(event)
    if about is None:
        return "ignored"
    if isinstance(about, MovedMoney):
        return _notice(intake, limits.payments, event, about.payment_intent)
    payment_id = _named(about) or _found(intake, limits.payments, about.reference)
    if payment_id is None and about.purchase_id:
        # It says that it is ours, but Payments does not know it (yet): its saga asks again, and parks after an hour.
        payment_id = payment_id_of(about.purchase_id)
    if payment_id is None:
        return "not-ours"
    return _begin(intake, limits.sagas, event, _follow_up(about, payment_id, intake.config.payment_attempts))


def _named(about: PaymentEvent) -> str | None:
    """The payment that an event's metadata names; None where its two ids do not fit, for people can edit metadata.

    Nothing else is taken from metadata: the saga reads from Payments whose payment it is, and how it stands.
    """
    payment_id = payment_id_of(about.purchase_id) if about.purchase_id else None
    return payment_id if payment_id == about.payment_id else None


def _follow_up(about: PaymentEvent, payment_id: str, attempts_max: int) -> FollowUpInput:
    """What an event starts."""
    if about.kind == "succeeded":
        return PaymentSuccessInput(payment_id=payment_id)
    if about.kind == "refund-failed":
        return RefundFailedInput(payment_id=payment_id, refund_id=about.cause)
    return PaymentFailedInput(payment_id=payment_id, attempts_max=attempts_max, cause=about.cause)


def _begin(intake: Intake, sagas: Deduplicator, event: StripeEvent, follow_up: FollowUpInput) -> str:
    """Start the event's saga at Temporal, or find that it was started."""
    ids.bind(payment_id=follow_up.payment_id)
    # Only the very same event is a double: another event about the same fact may start a failed saga anew.
    same = (event.id, follow_up)
    # Payments has written our trace into the payment's metadata; the signature proves that the event is Stripe's.
    with tracing.continued(metadata(event).get("traceparent")):
        is_new = sagas.accept(same, lambda: intake.portal.run(intake.purchases.follow(follow_up)))
    if not is_new:
        return "repeated"
    now = time.time()
    # The provider's clock may be ahead of ours by a moment.
    if isinstance(event.created, int) and 0 < event.created < now + CLOCKS_APART_MAX_S:
        metrics.WEBHOOK_LAG.observe(max(now - event.created, 0))
    return "started"


def _notice(intake: Intake, payments: WebhookLimits, event: StripeEvent, reference: str | None) -> str:
    """Let Payments retrieve the payment from the provider and keep what it shows: the event itself proves nothing."""
    payment_id = _found(intake, payments, reference) if reference else None
    if payment_id is None:
        return "not-ours"
    _asked(intake, payments, lambda: intake.payments.retrieve(payment_id))
    log.warning("%s of payment %s (event %s): Payments has retrieved it", event.type, payment_id, event.id)
    metrics.NOTICED.labels(event.type).inc()
    return "noticed"


def _found(intake: Intake, payments: WebhookLimits, reference: str) -> str | None:
    """Our id of the payment with this provider's reference, if Payments knows it."""
    payment = _asked(intake, payments, lambda: intake.payments.find_by_reference(reference))
    if payment:
        ids.bind(payment_id=payment.payment_id)
    return payment.payment_id if payment else None


def _asked(intake: Intake, payments: WebhookLimits, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The answer of Payments; raises Unavailable where there is none, so that Stripe sends the event again."""
    with payments.slot():
        try:
            return intake.portal.run(ask(), PAYMENTS_TIMEOUT_S)
        except (TimeoutError, ContractBroken, Refused) as error:
            raise Unavailable(f"Payments has not answered: {error!r}") from error
