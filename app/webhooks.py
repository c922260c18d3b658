"""Stripe's door: an event is acknowledged only once Temporal has accepted what it starts."""

import logging
import time

from apiflask import APIBlueprint
from flask import request

from app import metrics
from app.acceptance import Acceptance, Room
from app.context import Intake
from app.refusals import INVALID_SIGNATURE
from app.schemas import ReceivedShown, SignatureHeader
from domain.errors import ContractBroken, Refused, Unavailable
from domain.messages import PaymentFailedInput, PaymentSuccessInput, RefundFailedInput
from lib.telemetry import ids, tracing
from lib.webapi import Problem
from lib.webapi.openapi import may_tell, reads_raw
from lib.webapi.problem_types import INVALID_REQUEST, PAYLOAD_TOO_LARGE, UNAVAILABLE
from providers.stripe.events import (
    HANDLED,
    NOTICED,
    TAKEN,
    PaymentEvent,
    Snapshot,
    marked_purchase,
    marks,
    noticed_payment,
    payment_event,
    snapshot,
)
from providers.stripe.signature import signed

log = logging.getLogger(__name__)

# 512 KiB: an event holds one object, whose metadata alone may take 25 KB.
EVENT_BYTES_MAX = 512 * 1024
# A call to Temporal takes 1.2 s at most: by then it is known whether it is back.
RETRY_AFTER_S = 2
WEBHOOK_PATH = "/webhooks/stripe"
# As far as a signature's time may be from ours.
CLOCKS_APART_MAX_S = 300
# 8 looks at once: disputes and refunds are rare, and a provider that hangs must not take the door from payments.
LOOKS_MAX = 8
# 5 s: four calls from Payments to the provider; Stripe waits longer for our answer.
LOOK_TIMEOUT_S = 5.0


class Keepers:
    """Who has to have an event before it is acknowledged: Temporal its saga, Payments what its payment came to."""

    def __init__(self) -> None:
        self.sagas = Acceptance()
        self.looks = Room(LOOKS_MAX, keeper="Payments")


def webhooks(intake: Intake) -> APIBlueprint:
    """The route /webhooks/stripe."""
    routes = APIBlueprint("webhooks", __name__, tag="Webhooks")
    keepers = Keepers()

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
        metrics.WEBHOOKS.labels(_counted(intake, keepers, _payload())).inc()
        return ReceivedShown()

    return routes


def turned_away(result: str = "full") -> Problem:
    """What makes Stripe send an event again; counted, and by default told of one for which there was no room."""
    metrics.WEBHOOKS.labels(result).inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return UNAVAILABLE.problem("Not stored. Send the event again.", headers=headers)


def _payload() -> bytes:
    """The body as it came, whatever it says that it is; raises 413 over 512 KiB."""
    request.max_content_length = EVENT_BYTES_MAX
    return request.get_data()


def _counted(intake: Intake, keepers: Keepers, payload: bytes) -> str:
    """What becomes of a delivery, in one word; what is refused is counted before it is raised."""
    header = request.headers.get("Stripe-Signature", "")
    if not signed(payload, header, intake.config.stripe_webhook_secrets, time.time()):
        metrics.WEBHOOKS.labels("unverified").inc()
        raise INVALID_SIGNATURE.problem()
    try:
        return _taken(intake, keepers, snapshot(payload))
    except Problem as problem:
        log.warning("a signed event is refused: %s %s", problem.detail, problem.extra)
        metrics.WEBHOOKS.labels("refused").inc()
        raise
    except Unavailable as error:
        log.warning("an event is not stored: %s", error)
        raise turned_away("unavailable") from error


def _taken(intake: Intake, keepers: Keepers, event: Snapshot) -> str:
    """What becomes of a verified event, in one word."""
    if event.livemode not in {None, intake.config.livemode}:
        log.warning("event %s is of the other mode: is this endpoint set up for the mode of our keys?", event.id)
        return "other-mode"
    if event.account not in {None, intake.config.stripe_account}:
        log.warning("event %s is of account %s, which is not STRIPE_ACCOUNT", event.id, event.account)
        return "foreign"
    ids.bind(purchase_id=marked_purchase(event))
    about = payment_event(event) if event.type in TAKEN else None
    if about and (about.marked or _is_known(intake, keepers.looks, about.payment_id)):
        return _begin(intake, keepers.sagas, event, about)
    if about:
        return "not-ours"
    payment_id = noticed_payment(event) if event.type in NOTICED else None
    if payment_id:
        return _notice(intake, keepers.looks, event, payment_id)
    return "not-ours" if event.type in HANDLED else "ignored"


def _begin(intake: Intake, sagas: Acceptance, event: Snapshot, about: PaymentEvent) -> str:
    """Let Temporal have the event's saga."""
    ids.bind(payment_id=about.payment_id)
    # The very same event: another one of the same fact may be there to start anew what has failed since.
    same = (event.id, about)
    # Stripe knows nothing of our traces but what Payments has written on the payment; the signature vouches for it.
    with tracing.continued(marks(event).get("traceparent")):
        is_new = sagas.accept(same, lambda: _start(intake, about))
    if not is_new:
        return "repeated"
    now = time.time()
    # The provider's clock may be ahead of ours by a moment.
    if isinstance(event.created, int) and 0 < event.created < now + CLOCKS_APART_MAX_S:
        metrics.WEBHOOK_LAG.observe(max(now - event.created, 0))
    return "started"


def _notice(intake: Intake, looks: Room, event: Snapshot, payment_id: str) -> str:
    """Let Payments ask the provider, and keep, what has become of a payment: the event itself proves nothing."""
    if not _is_known(intake, looks, payment_id):
        return "not-ours"
    log.warning("%s of payment %s (event %s): Payments has looked", event.type, payment_id, event.id)
    metrics.NOTICED.labels(event.type).inc()
    return "noticed"


def _is_known(intake: Intake, looks: Room, payment_id: str) -> bool:
    """Whether Payments knows the payment, which it looks at for that."""
    ids.bind(payment_id=payment_id)
    with looks.place():
        try:
            intake.run(intake.payments.look(payment_id), LOOK_TIMEOUT_S)
        except Refused:
            return False
        except (TimeoutError, ContractBroken) as error:
            raise Unavailable(f"Payments has not looked at {payment_id}: {error!r}") from error
    return True


def _start(intake: Intake, event: PaymentEvent) -> bool:
    if event.kind == "succeeded":
        return intake.sagas.payment_succeeded(PaymentSuccessInput(payment_id=event.payment_id))
    if event.kind == "refund-failed":
        return intake.sagas.refund_failed(RefundFailedInput(payment_id=event.payment_id, refund_id=event.cause))
    failed = PaymentFailedInput(payment_id=event.payment_id, attempts_max=intake.config.payment_attempts)
    return intake.sagas.payment_failed(failed, event.cause)
