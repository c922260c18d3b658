"""A payment's life, idempotent by state: asked again for what is done, the operations answer done.

Each writes what it is about to do, asks the provider without an open transaction, and writes what the provider showed
(`attempts`). This keeps the rules of the protocol's model (tests/model/saga_model.py) payment-tombstone,
undo-money-by-state, capture-by-state and record-outlives-workflow.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from lib.telemetry import ids, tracing
from lib.webapi.problem_types import NOT_FOUND
from providers.port import (
    CaptureMode,
    NewPayment,
    NextAction,
    PaymentIds,
    PaymentStatus,
    Provider,
    ProviderFault,
    ProviderRefused,
    Snapshot,
)
from providers.registry import Registry
from services.common.values import rfc3339
from services.payments import refusals
from services.payments.attempts import Attempts
from services.payments.models import Payment
from services.payments.orders import CreateRequest, check, fill, same
from services.payments.outcomes import OutcomeRequest
from services.payments.records import Records
from services.payments.rules import absorb, canceled, captured, charged, given_up, key, refunded

log = logging.getLogger(__name__)


class Payments:
    """The operations on payments; refusals are Problems, ProviderUnknown and ProviderMisconfigured pass through.

    `providers` are the registry's by their names: an operation goes to the one that its payment was created at.
    """

    def __init__(
        self, records: Records, registry: Registry, providers: Mapping[str, Provider], capture: CaptureMode
    ) -> None:
        self._records = records
        self._registry = registry
        self._attempts = Attempts(records, providers)
        self._capture = capture

    def create(self, body: CreateRequest, caller: str) -> Payment:
        """The purchase's one payment, created if there is none; for a purchase that has ended its record."""
        with self._records.row(body.purchase_id) as row:
            if row.outcome:
                return row
            if row.canceled_early and row.status is PaymentStatus.CANCELED:
                raise refusals.CANCELED.problem()
            if row.buyer_id is None:
                check(body, self._registry)
                fill(row, body)
                row.provider = self._registry.methods[body.method]
                row.capture = self._capture_by(body.method)
                row.traceparent = tracing.traceparent()
            elif not same(row, body):
                raise refusals.MISMATCH.problem()
        if row.status is PaymentStatus.CREATING:
            row = self._finish_creation(row, caller)
        if row.canceled_early:
            row = self._cancel_or_keep(row, caller)
            if row.status is PaymentStatus.CANCELED:
                raise refusals.CANCELED.problem()
        return row

    def refresh(self, payment_id: str) -> Payment:
        """The payment as its provider shows it now; one that no provider has told of yet as it is recorded."""
        return self._attempts.retrieve(self._find(payment_id))

    def newest(self, limit: int, below: int | None, wanted: Mapping[str, str | None]) -> list[Payment]:
        """At most `limit` records, newest first, from below that number, of these columns' values."""
        return self._records.newest(limit, below, wanted)

    def next_action(self, payment_id: str) -> NextAction:
        """What the buyer has to do to pay; read from the provider, stored nowhere."""
        row = self._find(payment_id)
        # A payment that is to be canceled must not be paid.
        if row.canceled_early or row.provider_reference is None:
            return NextAction("none")
        return self._attempts.provider(row).next_action(row.provider_reference)

    def cancel(self, payment_id: str, caller: str) -> Payment:
        """Cancel a payment that is not captured."""
        row = self._find(payment_id)
        return self._cancel(row, caller) if row.provider_reference else self._cancel_early(row.purchase_id, caller)

    def cancel_payment_of(self, purchase_id: str, caller: str) -> Payment:
        """Cancel whatever payment the purchase has or may still get."""
        with self._records.row(purchase_id) as row:
            if row.outcome:
                return row
        return self._cancel_early(purchase_id, caller)

    def _cancel_early(self, purchase_id: str, caller: str) -> Payment:
        """Cancel though the provider's payment may not be known."""
        with self._records.row(purchase_id) as row:
            if row.status is PaymentStatus.CANCELED:
                return row
            if row.provider_reference is None:
                # From here on no creation can succeed, neither one under way nor one that hangs in the network.
                row.canceled_early = True
                row.ask("cancel", caller)
                if row.buyer_id is None:
                    row.status = PaymentStatus.CANCELED
                    return row
        if row.provider_reference is None:
            row = self._finish_creation(row, caller)
        return self._cancel(row, caller)

    def capture(self, payment_id: str) -> Payment:
        """Charge what the order costs; done only if that is what was charged."""
        row = self._find(payment_id)
        if charged(row, row.amount):
            return row
        if row.provider_reference is None:
            raise refusals.NOT_CAPTURABLE.problem()
        seen, error = self._attempts.write(
            row, "capture", self._attempts.provider(row).capture, lambda seen: charged(seen, row.amount)
        )
        row = self._attempts.learn(row, seen)
        if charged(row, row.amount):
            return row
        raise refusals.NOT_CAPTURABLE.problem() if isinstance(error, ProviderRefused) else refusals.unavailable()

    def refund(self, payment_id: str, caller: str) -> Payment:
        """Give back all that was captured and is left with us."""
        row = self._find(payment_id)
        if refunded(row):
            return row
        if row.provider_reference is None:
            raise refusals.NOT_REFUNDABLE.problem()
        provider = self._attempts.provider(row)
        assert row.provider is not None, "only a tombstone has none"
        if not self._registry.registered(row.provider).capabilities.can_refund:
            return self._refunded_by_hand(row)

        def refund(reference: str, key: str) -> Snapshot:
            return provider.refund(reference, PaymentIds(row.payment_id, row.purchase_id), key)

        row, _, error = self._attempts.write_for(caller, row, "refund", refund, given_up)
        if given_up(row):
            return row
        raise refusals.NOT_REFUNDABLE.problem() if isinstance(error, ProviderRefused) else refusals.unavailable()

    def record_outcome(self, purchase_id: str, body: OutcomeRequest) -> Payment:
        """Write once how the purchase ended; whoever comes later is told what is recorded."""
        with self._records.row(purchase_id) as row:
            if row.outcome:
                return row
            # It ended without a payment, so none may come.
            row.canceled_early = row.canceled_early or row.provider_reference is None
            if row.buyer_id is None:
                fill(row, body)
                row.status = PaymentStatus.CANCELED
            recorded = body.model_dump(include={"status", "reason", "fingerprint", "answer", "timeline"})
            row.outcome = recorded | {"recorded_at": rfc3339(datetime.now(UTC))}
        return row

    def _capture_by(self, method: str) -> CaptureMode:
        """How the money of a new payment is taken: as we want it, where the method's provider can do that.

        What could not be given back is held until its offset is sold, whatever we want.
        """
        provider = self._registry.capabilities(method)
        wanted = self._capture if provider.can_refund else CaptureMode.MANUAL
        return wanted if wanted in provider.captures else next(iter(provider.captures))

    def _refunded_by_hand(self, row: Payment) -> Payment:
        """The payment if a human has given its money back at a provider that takes no refund from us."""
        row = self._attempts.retrieve(row)
        if given_up(row):
            return row
        # The saga parks with these words: they tell its operator what is to be done.
        raise refusals.NOT_REFUNDABLE.problem(f"{row.provider} takes no refund from us: give the money back there.")

    def _find(self, payment_id: str) -> Payment:
        row = self._records.find(payment_id)
        if row is None:
            raise NOT_FOUND.problem("There is no such payment.")
        return row

    def _finish_creation(self, row: Payment, caller: str) -> Payment:
        """Have the provider create the payment, or find the one it has created under the same key."""
        assert row.amount is not None and row.currency is not None and row.capture is not None, "it has an order"  # noqa: PT018
        payment = PaymentIds(row.payment_id, row.purchase_id)
        wanted = NewPayment(payment, row.amount, row.currency, row.capture, row.traceparent)
        ids.bind(payment_id=row.payment_id)
        try:
            seen = self._attempts.provider(row).create(wanted, key(row, "create"))
        except ProviderRefused:
            log.exception("the provider refuses the payment of purchase %s", row.purchase_id)
            return self._give_up_creation(row)
        except ProviderFault:
            # A payment that it may have created cannot be paid: its secret never left the provider.
            self._attempts.raise_number(row, "create")
            raise
        log.info("payment %s is created as %s, asked for by %s", row.payment_id, seen.reference, caller)
        with self._records.row(row.purchase_id) as kept:
            # Only the first reference is taken; a replayed answer would show an old state.
            if kept.provider_reference is None:
                kept.provider_reference = seen.reference
                # Another attempt may have marked it canceled without a reference; now there is a payment to cancel
                # after all.
                kept.status = PaymentStatus.CREATING
                absorb(kept, seen)
        return kept

    def _give_up_creation(self, row: Payment) -> Payment:
        """The provider will not create this payment: fine for a canceled purchase, else our own fault."""
        self._attempts.raise_number(row, "create")
        with self._records.row(row.purchase_id) as kept:
            if kept.canceled_early and kept.provider_reference is None:
                kept.status = PaymentStatus.CANCELED
                return kept
        raise refusals.MISCONFIGURED.problem()

    def _cancel(self, row: Payment, caller: str) -> Payment:
        row = self._cancel_or_keep(row, caller)
        if row.status is PaymentStatus.CANCELED:
            return row
        raise (refusals.PAID if captured(row) else refusals.PROCESSING).problem()

    def _cancel_or_keep(self, row: Payment, caller: str) -> Payment:
        """The payment canceled; or as it is, where its money moves and nobody can cancel it."""
        with self._records.row(row.purchase_id) as kept:
            if kept.status is PaymentStatus.CANCELED:
                return kept
        kept, seen, _ = self._attempts.write_for(caller, kept, "cancel", self._attempts.provider(kept).cancel, canceled)
        if kept.status is PaymentStatus.CANCELED:
            return kept
        if not captured(seen) and seen.status is not PaymentStatus.PROCESSING:
            # Neither canceled nor refused for a reason that still holds: the caller tries again.
            raise refusals.unavailable()
        with self._records.row(row.purchase_id) as kept:
            # A refused cancel leaves no tombstone: money moves, so the purchase has to be opened after all.
            kept.canceled_early = kept.canceled_early and kept.status is PaymentStatus.CANCELED
        return kept
