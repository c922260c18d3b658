"""A payment's life, idempotent by state: asked again for what is done, the operations answer done.

Each writes what it is about to do, asks the provider without any transaction open, and writes what it learned. This
keeps the design's "Contracts of the three services" and its model's rules payment-tombstone, undo-money-by-state,
capture-by-state and record-outlives-workflow.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from lib.telemetry import ids, tracing
from lib.webapi.problem_types import NOT_FOUND
from providers.port import (
    CaptureMode,
    NewPayment,
    PaymentStatus,
    Provider,
    ProviderFault,
    ProviderRefused,
    Snapshot,
)
from services.payments import refusals
from services.payments.models import Payment
from services.payments.records import Records
from services.payments.rules import absorb, canceled, captured, charged, fill, given_up, key, refunded, same
from services.payments.schemas import CreateBody, OutcomeBody, rfc3339

log = logging.getLogger(__name__)

Write = Callable[[str, str], Snapshot]


class Payments:
    """The operations on payments; refusals are Problems, the provider's silence and misconfiguration pass through."""

    def __init__(self, records: Records, provider: Provider, capture: CaptureMode) -> None:
        self._records = records
        self._provider = provider
        self._capture = capture

    def create(self, body: CreateBody, caller: str) -> Payment:
        """The purchase's one payment, created if there is none; a settled purchase's record as it is."""
        with self._records.row(body.purchase_id) as row:
            if row.outcome:
                return row
            if row.marked and row.status is PaymentStatus.CANCELED:
                raise refusals.CANCELED.problem()
            if row.buyer_id is None:
                fill(row, body, self._capture)
                row.traceparent = tracing.traceparent()
            elif not same(row, body):
                raise refusals.MISMATCH.problem()
        if row.status is PaymentStatus.CREATING:
            row = self._settle_creation(row, caller)
        if row.marked:
            self._cancel(row, caller)
            raise refusals.CANCELED.problem()
        return row

    def look(self, payment_id: str) -> Payment:
        """The payment as the provider shows it now."""
        found = self._find(payment_id)
        return self._learn(found, self._provider.retrieve(payment_id))

    def newest(self, limit: int, below: int | None, buyer_id: str | None, purchase_id: str | None) -> list[Payment]:
        """At most `limit` records, newest first, from below that number."""
        return self._records.newest(limit, below, buyer_id, purchase_id)

    def client_secret(self, payment_id: str) -> str:
        """What the buyer's browser pays with; it passes through and is kept nowhere."""
        self._find(payment_id)
        return self._provider.client_secret(payment_id)

    def cancel(self, payment_id: str, caller: str) -> Payment:
        """Cancel a payment that is not captured."""
        return self._cancel(self._find(payment_id), caller)

    def cancel_purchase(self, purchase_id: str, caller: str) -> Payment:
        """Cancel whatever payment the purchase has or may still get."""
        with self._records.row(purchase_id) as row:
            if row.outcome or row.status is PaymentStatus.CANCELED:
                return row
            if row.payment_id is None:
                # From here on no creation can succeed, neither one under way nor one that hangs in the network.
                row.marked = True
                row.ask("cancel", caller)
                if row.buyer_id is None:
                    row.status = PaymentStatus.CANCELED
                    return row
        if row.payment_id is None:
            row = self._settle_creation(row, caller)
        return self._cancel(row, caller)

    def capture(self, payment_id: str) -> Payment:
        """Charge what the order costs; done only if that is what was charged."""
        row = self._find(payment_id)
        if charged(row, row.amount):
            return row
        seen, error = self._attempt(row, "capture", self._provider.capture, lambda seen: charged(seen, row.amount))
        row = self._learn(row, seen)
        if charged(row, row.amount):
            return row
        raise refusals.NOT_CAPTURABLE.problem() if isinstance(error, ProviderRefused) else refusals.unavailable()

    def refund(self, payment_id: str, caller: str) -> Payment:
        """Give back all that was captured and is left with us."""
        row = self._find(payment_id)
        if refunded(row):
            return row

        def refund(payment_id: str, key: str) -> Snapshot:
            return self._provider.refund(payment_id, row.purchase_id, key)

        row, _, error = self._attempt_for(caller, row, "refund", refund, given_up)
        if given_up(row):
            return row
        raise refusals.NOT_REFUNDABLE.problem() if isinstance(error, ProviderRefused) else refusals.unavailable()

    def record_outcome(self, purchase_id: str, body: OutcomeBody) -> Payment:
        """Write once how the purchase ended; whoever comes later is told what is recorded."""
        with self._records.row(purchase_id) as row:
            if row.outcome:
                return row
            # It ended without a payment, so none may come.
            row.marked = row.marked or row.payment_id is None
            if row.buyer_id is None:
                fill(row, body, None)
                row.status = PaymentStatus.CANCELED
            told = body.model_dump(include={"status", "reason", "fingerprint", "answer", "timeline"})
            row.outcome = told | {"recorded_at": rfc3339(datetime.now(UTC))}
        return row

    def _find(self, payment_id: str) -> Payment:
        row = self._records.find(payment_id)
        if row is None:
            raise NOT_FOUND.problem("There is no such payment.")
        return row

    def _settle_creation(self, row: Payment, caller: str) -> Payment:
        """Have the provider create the payment, or find the one it has created under the same key."""
        assert row.amount is not None and row.currency is not None and row.capture is not None, "it has an order"  # noqa: PT018
        wanted = NewPayment(row.purchase_id, row.amount, row.currency, row.capture, row.traceparent)
        try:
            seen = self._provider.create(wanted, key(row, "create"))
        except ProviderRefused:
            log.exception("the provider refuses the payment of purchase %s", row.purchase_id)
            return self._give_up_creation(row)
        except ProviderFault:
            # What it may have created nobody can pay: its secret never left the provider.
            self._raise_number(row, "create")
            raise
        ids.bind(payment_id=seen.payment_id)
        log.info("payment %s is created, asked for by %s", seen.payment_id, caller)
        with self._records.row(row.purchase_id) as kept:
            # The first known payment is the purchase's; a replayed answer would tell of a state long past.
            if kept.payment_id is None:
                kept.payment_id = seen.payment_id
                absorb(kept, seen)
        return kept

    def _give_up_creation(self, row: Payment) -> Payment:
        """The provider will not create this payment: a canceled purchase is done with, any other is our fault."""
        self._raise_number(row, "create")
        with self._records.row(row.purchase_id) as kept:
            if kept.marked and kept.payment_id is None:
                kept.status = PaymentStatus.CANCELED
                return kept
        raise refusals.MISCONFIGURED.problem()

    def _cancel(self, row: Payment, caller: str) -> Payment:
        with self._records.row(row.purchase_id) as kept:
            if kept.status is PaymentStatus.CANCELED:
                return kept
        kept, seen, _ = self._attempt_for(caller, kept, "cancel", self._provider.cancel, canceled)
        if kept.status is PaymentStatus.CANCELED:
            return kept
        if captured(seen):
            raise refusals.PAID.problem()
        if seen.status is PaymentStatus.PROCESSING:
            raise refusals.PROCESSING.problem()
        # Neither canceled nor refused for a reason that still holds: the next try will tell.
        raise refusals.unavailable()

    def _attempt_for(
        self, caller: str, row: Payment, operation: str, write: Write, done: Callable[[Snapshot], bool]
    ) -> tuple[Payment, Snapshot, Exception | None]:
        """Attempt it in the caller's name, which stays with the payment if it is done."""
        with self._records.row(row.purchase_id) as kept:
            asked_before = operation in kept.asked_by
            kept.ask(operation, caller)
        seen, error = self._attempt(kept, operation, write, done)
        with self._records.row(row.purchase_id) as kept:
            absorb(kept, seen)
            if error is None:
                kept.ask(operation, caller)
            elif isinstance(error, ProviderRefused) and not (done(seen) and asked_before):
                # Refused, or found done at the first try: a hand or the provider was there before us.
                kept.forget(operation)
        return kept, seen, error

    def _attempt(
        self, row: Payment, operation: str, write: Write, done: Callable[[Snapshot], bool]
    ) -> tuple[Snapshot, Exception | None]:
        """What the payment looks like after the write, and why that was not done if it was not."""
        assert row.payment_id is not None, "only a known payment can be written to"
        error: Exception | None = None
        try:
            seen = write(row.payment_id, key(row, operation))
        except (ProviderRefused, ProviderFault) as failure:
            log.warning("%s of payment %s: %r", operation, row.payment_id, failure)
            error = failure
            # The state decides, not the answer: a refusal may say that it is done already.
            seen = self._provider.retrieve(row.payment_id)
        if not done(seen):
            # The provider would replay its answer for a day, though the state may have changed.
            self._raise_number(row, operation)
        return seen, error

    def _raise_number(self, row: Payment, operation: str) -> None:
        with self._records.row(row.purchase_id) as kept:
            if kept.key_number(operation) == row.key_number(operation):
                kept.key_numbers = kept.key_numbers | {operation: row.key_number(operation) + 1}

    def _learn(self, row: Payment, seen: Snapshot) -> Payment:
        with self._records.row(row.purchase_id) as kept:
            disputes, refunds = kept.disputes_open, kept.refunds_by_hand
            absorb(kept, seen)
        if (kept.disputes_open, kept.refunds_by_hand) != (disputes, refunds):
            says = "payment %s now has %d open disputes and %d refunds by hand"
            log.warning(says, kept.payment_id, kept.disputes_open, kept.refunds_by_hand)
        return kept
