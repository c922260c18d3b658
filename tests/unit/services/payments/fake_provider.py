"""A payment provider in memory that keeps the port's promises: replays by key, refuses by state, breaks when told."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from providers.port import (
    Capabilities,
    CaptureMode,
    NewPayment,
    NextAction,
    PaymentIds,
    PaymentStatus,
    ProviderMisconfigured,
    ProviderRefused,
    Registered,
    Snapshot,
)
from providers.registry import Registry
from providers.stripe import PROVIDER

# Any time: when the bank gives up what it holds.
HELD_UNTIL = 2_000_000_000


class FakePaymentProvider:
    """The buyer's, the bank's and the operator's moves are methods as well; `keys` are all that it was asked with.

    Its references are `prefix` and a number. It can what Stripe can, unless it is told otherwise.
    """

    def __init__(
        self,
        prefix: str = "pi_",
        *,
        capabilities: Capabilities = PROVIDER.capabilities,
        paid_at_creation: bool = False,
    ) -> None:
        self.capabilities = capabilities
        self._prefix = prefix
        self._paid_at_creation = paid_at_creation
        self.payments: dict[str, Snapshot] = {}
        self.asked_for: list[NewPayment] = []
        self.keys: list[str] = []
        self.refunded_in_the_name_of: list[str] = []
        self.clock_ahead_s: float | None = None
        self._answers: dict[str, Snapshot | ProviderRefused] = {}
        self._before: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._after: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def fail(self, operation: str, error: Exception, *, done: bool = False) -> None:
        """The next call of the operation raises, after its effect if `done`."""

        def fail() -> None:
            raise error

        self.meanwhile(operation, fail, done=done)

    def meanwhile(self, operation: str, act: Callable[[], None], *, done: bool = True) -> None:
        """Something else happens during the next call of the operation, after its effect if `done`."""
        (self._after if done else self._before)[operation].append(act)

    def becomes(self, reference: str, status: PaymentStatus, **counts: int | None) -> None:
        """The payment changes without us."""
        changes: dict[str, Any] = {"status": status, **counts}
        self.payments[reference] = replace(self.payments[reference], **changes)

    def pay(self, reference: str) -> None:
        """The buyer pays."""
        wanted = self._wanted(reference)
        captured = wanted.amount if wanted.capture is CaptureMode.AUTOMATIC else 0
        self.becomes(reference, PaymentStatus.PAID, amount_captured=captured)
        if not captured:
            self.becomes(reference, PaymentStatus.PAID, amount_authorised=wanted.amount, capture_before=HELD_UNTIL)

    def dispute(self, reference: str) -> None:
        """The buyer's bank disputes the charge, and withdraws what is left of it."""
        seen = self.payments[reference]
        left = seen.amount_captured - seen.amount_refunded
        self.payments[reference] = replace(seen, disputed=True, disputes_open=1, amount_disputed=left)

    def decide_dispute(self, reference: str) -> None:
        """The bank has decided, for whomever."""
        self.payments[reference] = replace(self.payments[reference], disputes_open=0)

    def create(self, payment: NewPayment, key: str) -> Snapshot:
        """Create it once per key."""

        def effect() -> Snapshot:
            self.asked_for.append(payment)
            reference = f"{self._prefix}{len(self.asked_for)}"
            self.payments[reference] = Snapshot(reference, PaymentStatus.PAYABLE, 0, 0, 0)
            if self._paid_at_creation:
                self.pay(reference)
            return self.payments[reference]

        return self._write("create", key, effect)

    def retrieve(self, reference: str) -> Snapshot:
        """Show it as it is."""
        self._happen(self._before["retrieve"])
        if reference not in self.payments:
            raise ProviderMisconfigured("No such payment")
        seen = self.payments[reference]
        self._happen(self._after["retrieve"])
        return seen

    def next_action(self, reference: str) -> NextAction:
        """Show its secret; nothing where it is paid at its creation."""
        if self._paid_at_creation:
            return NextAction("none")
        return NextAction("stripe", client_secret=f"{reference}_secret", payment_intent=reference)

    def cancel(self, reference: str, key: str) -> Snapshot:
        """Cancel it unless it is captured or processed."""

        def effect() -> Snapshot:
            seen = self.payments[reference]
            if seen.status in {PaymentStatus.PROCESSING, PaymentStatus.CANCELED} or seen.amount_captured:
                raise ProviderRefused("unexpected state")
            self.becomes(reference, PaymentStatus.CANCELED, amount_authorised=0, capture_before=None)
            return self.payments[reference]

        return self._write("cancel", key, effect)

    def capture(self, reference: str, key: str) -> Snapshot:
        """Capture what is authorised."""

        def effect() -> Snapshot:
            seen = self.payments[reference]
            if seen.status is not PaymentStatus.PAID or seen.amount_captured:
                raise ProviderRefused("unexpected state")
            amount = self._wanted(reference).amount
            self.becomes(
                reference, PaymentStatus.PAID, amount_captured=amount, amount_authorised=0, capture_before=None
            )
            return self.payments[reference]

        return self._write("capture", key, effect)

    def refund(self, reference: str, ids: PaymentIds, key: str) -> Snapshot:
        """Give back what was captured; the answer is a look, as the key replays the refund and not the payment."""

        def effect() -> Snapshot:
            seen = self.payments[reference]
            if seen.amount_captured == seen.amount_refunded or seen.amount_disputed:
                raise ProviderRefused("nothing to refund")
            self.becomes(reference, seen.status, amount_refunded=seen.amount_captured)
            self.refunded_in_the_name_of.append(ids.purchase_id)
            return self.payments[reference]

        self._write("refund", key, effect)
        return self.retrieve(reference)

    def _wanted(self, reference: str) -> NewPayment:
        return self.asked_for[int(reference.removeprefix(self._prefix)) - 1]

    def _write(self, operation: str, key: str, effect: Callable[[], Snapshot]) -> Snapshot:
        self.keys.append(key)
        self._happen(self._before[operation])
        if key not in self._answers:
            try:
                self._answers[key] = effect()
            except ProviderRefused as refusal:
                self._answers[key] = refusal
        self._happen(self._after[operation])
        answer = self._answers[key]
        if isinstance(answer, ProviderRefused):
            raise answer
        return answer

    def _happen(self, acts: list[Callable[[], None]]) -> None:
        if acts:
            acts.pop(0)()


def registry_of(methods: Mapping[str, str], **providers: FakePaymentProvider) -> Registry:
    """A registry of these fakes by their names."""

    def registered(name: str) -> Registered:
        return Registered(providers[name].capabilities, lambda: providers[name])

    return Registry(methods, registered)
