"""Calls to the providers: the payment's row is written before each, and refreshed with the answer after it."""

import logging
from collections.abc import Callable, Mapping

from providers.port import Provider, ProviderFault, ProviderMisconfigured, ProviderRefused, Snapshot
from services.payments.models import Payment
from services.payments.records import Records
from services.payments.rules import absorb, key

log = logging.getLogger(__name__)

# A write at a provider: the payment's reference and the write's key.
Write = Callable[[str, str], Snapshot]


class Attempts:
    """`providers` by their names: a call goes to the one that its payment was created at."""

    def __init__(self, records: Records, providers: Mapping[str, Provider]) -> None:
        self._records = records
        self._providers = providers

    def provider(self, row: Payment) -> Provider:
        """The provider of a payment; only a tombstone has none, and no call is made for one."""
        assert row.provider is not None, "a payment that was asked for has a provider"
        if row.provider not in self._providers:
            raise ProviderMisconfigured(f"payment {row.payment_id} is at {row.provider}, which is registered no more")
        return self._providers[row.provider]

    def retrieve(self, row: Payment) -> Payment:
        """The payment as its provider shows it now; one that no provider has told of yet as it is recorded."""
        if row.provider_reference is None:
            return row
        return self.learn(row, self.provider(row).retrieve(row.provider_reference))

    def write_for(
        self, caller: str, row: Payment, operation: str, write: Write, done: Callable[[Snapshot], bool]
    ) -> tuple[Payment, Snapshot, Exception | None]:
        """Attempt a write in the caller's name, which is kept with the payment if the write is done."""
        with self._records.row(row.purchase_id) as kept:
            asked_before = operation in kept.asked_by
            kept.ask(operation, caller)
        seen, error = self.write(kept, operation, write, done)
        with self._records.row(row.purchase_id) as kept:
            absorb(kept, seen)
            if error is None:
                kept.ask(operation, caller)
            elif isinstance(error, ProviderRefused) and not (done(seen) and asked_before):
                # Refused, or found done at the first try: then a person or the provider did it, not the caller.
                kept.forget(operation)
        return kept, seen, error

    def write(
        self, row: Payment, operation: str, write: Write, done: Callable[[Snapshot], bool]
    ) -> tuple[Snapshot, Exception | None]:
        """The payment after the write, and the refusal if the write was not done."""
        assert row.provider_reference is not None, "only a known payment can be written to"
        error: Exception | None = None
        try:
            seen = write(row.provider_reference, key(row, operation))
        except (ProviderRefused, ProviderFault) as failure:
            log.warning("%s of payment %s: %r", operation, row.payment_id, failure)
            error = failure
            # The state decides, not the answer: a refusal may mean that it is done already.
            seen = self.provider(row).retrieve(row.provider_reference)
        if not done(seen):
            # The provider would replay its answer for a day, though the state may have changed.
            self.raise_number(row, operation)
        return seen, error

    def raise_number(self, row: Payment, operation: str) -> None:
        """Let the operation's next call have a key of its own."""
        with self._records.row(row.purchase_id) as kept:
            if kept.key_number(operation) == row.key_number(operation):
                kept.key_numbers = kept.key_numbers | {operation: row.key_number(operation) + 1}

    def learn(self, row: Payment, seen: Snapshot) -> Payment:
        """Write what the provider has shown, and log money that moves without us."""
        with self._records.row(row.purchase_id) as kept:
            disputes, refunds = kept.disputes_open, kept.refunds_by_hand
            absorb(kept, seen)
        if (kept.disputes_open, kept.refunds_by_hand) != (disputes, refunds):
            says = "payment %s now has %d open disputes and %d refunds by hand"
            log.warning(says, kept.payment_id, kept.disputes_open, kept.refunds_by_hand)
        return kept
