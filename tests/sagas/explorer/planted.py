"""Bugs that are put into the sagas, their callees or their keys on purpose: the search must find every one."""

from datetime import timedelta

from temporalio import activity, workflow

from domain.errors import Refused
from domain.messages import PurchaseResult, SagaEnd
from domain.offset import Reservation
from domain.payment import Payment, PaymentStatus
from domain.purchase import Order, Outcome, PurchaseStatus
from tests.sagas.explorer.town import Parts
from tests.sagas.fakes import Callees, FakePayments, FakeProjects, FakeUsers
from tests.sagas.sdk import stands_in, workflow_type
from tests.sagas.world import SAGAS
from workflows.payment_failed import PaymentFailed
from workflows.payment_success import PaymentSuccess, Undo
from workflows.start_payment import StartPayment

# By such a record a saga takes its purchase for complete.
ENDED = Outcome(status=PurchaseStatus.REJECTED, fingerprint="")

# ---- in the sagas ---------------------------------------------------------------------------------------------------


@stands_in
class ReleasesFirst(StartPayment):
    """At the deadline the offset is released before the cancel is done."""

    async def _expire(self) -> None:
        try:
            await self.release(self.payment_id)
        except Refused:
            return
        await super()._expire()


@stands_in
class GoesDeaf(StartPayment):
    """Once it has retrieved the payment it only waits to be told."""

    async def _wait_for_end(self, attempt: int) -> None:
        if attempt:
            await workflow.wait_condition(lambda: self.result is not None)
        await super()._wait_for_end(attempt)


@stands_in
class PromisesTheCancel(StartPayment):
    """Who cancels is told that it is done before the reservation is won."""

    async def _expire(self) -> None:
        self.buyer_canceled = self.buyer_cancels
        await super()._expire()


@stands_in
class OpensWhateverMoves(StartPayment):
    """An opening that is undone ends rejected, also when its payment cannot be canceled any more."""

    async def _open_after_all(self) -> None:
        await self.release(self.payment_id)
        self.result = PurchaseResult(status=PurchaseStatus.REJECTED, reason="opening-failed")


@stands_in
class WaitsForTheDeadline(StartPayment):
    """What is paid at its creation waits for a webhook as any other, which never comes."""

    def _is_open(self, *, paid: bool) -> None:
        super()._is_open(paid=False)


@stands_in
class OffsetFirst(PaymentSuccess):
    """The offset is given back before the money is."""

    async def _undo_money(self, order: Order) -> int | None:
        if self.committed:
            await self._restock()
        return await super()._undo_money(order)


@stands_in
class EndsQuietly(PaymentSuccess):
    """An end that is not a good one tells nobody."""

    async def complete_purchase(
        self, order: Order, status: PurchaseStatus, reason: str | None = None, amount_refunded: int | None = None
    ) -> SagaEnd:
        if status is PurchaseStatus.PAID:
            return await super().complete_purchase(order, status, reason, amount_refunded)
        return SagaEnd(status=status)


@stands_in
class BelievesTheFirstAnswer(PaymentSuccess):
    """A reading that says 'not paid yet' ends the saga, whose id is then used up."""

    async def _retrieve_until_decided(self) -> Payment:
        payment = await self.retrieve(self.payment_id)
        unpaid = payment.status not in {PaymentStatus.PAID, PaymentStatus.CANCELED}
        return payment.model_copy(update={"outcome": ENDED}) if unpaid else payment


@stands_in
class RefundsTheLoser(PaymentSuccess):
    """A closed reservation is not claimed: whoever finds it refunds, publishes and tells."""

    async def _claim(self) -> bool:
        await super()._claim()
        return True


@stands_in
class TrustsAnOldAnswer(PaymentSuccess):
    """Once it has retrieved the payment it never does again, however long the delivery takes."""

    async def _retrieve(self) -> Payment:
        payment = await super()._retrieve()
        self.retrieved_at += timedelta(days=365)
        return payment


@stands_in
class TakesAnyAmount(PaymentSuccess):
    """Money of which some is there counts as the price."""

    @staticmethod
    def _check_paid(payment: Payment) -> None:
        if payment.amount_kept <= 0 and payment.why_unpaid:
            raise Undo(payment.why_unpaid)


@stands_in
class HeedsNoRefusal(PaymentFailed):
    """A refused cancel does not keep it from releasing the offset."""

    async def cancel_payment(self, payment_id: str) -> Payment:
        try:
            return await super().cancel_payment(payment_id)
        except Refused:
            return await self.retrieve(payment_id)


# ---- in the callees -------------------------------------------------------------------------------------------------


class CommitsWhateverIsAsked(FakeProjects):
    """A commit without a condition: it sells also what is closed."""

    async def commit(self, payment_id: str, key: str) -> Reservation:
        self._become("committed")
        return self._shown(payment_id)


class LetsEverybodyWin(FakeProjects):
    """A row does not keep who closed it."""

    async def release(self, payment_id: str, key: str) -> Reservation:
        self.closed_by = None
        return await super().release(payment_id, key)


class RefusesWithoutATrace(FakeProjects):
    """A refused reservation leaves no closed row."""

    async def reserve(self, payment_id: str, order: Order, key: str) -> Reservation:
        try:
            return await super().reserve(payment_id, order, key)
        except Refused as refused:
            if refused.kind != "reservation-closed":
                self._become("none")
            raise


class LeavesNoTombstone(FakePayments):
    """A cancel of a payment that is not there yet leaves no tombstone that refuses a late create."""

    async def cancel_payment_of(self, purchase_id: str, key: str) -> Payment:
        canceled = await super().cancel_payment_of(purchase_id, key)
        self.tombstone = False
        return canceled


class LeavesTheHold(FakePayments):
    """A cancel by purchase leaves money alone that was held as the payment was created."""

    async def cancel_payment_of(self, purchase_id: str, key: str) -> Payment:
        if self.payment and self.payment.status is PaymentStatus.PAID and not self.payment.amount_captured:
            return self.payment.model_copy(update={"status": PaymentStatus.CANCELED})
        return await super().cancel_payment_of(purchase_id, key)


class RevokesNothing(FakeUsers):
    """A revoke of an offset that is not there yet leaves no tombstone that refuses a late one."""

    async def revoke(self, buyer_id: str, payment_id: str, key: str) -> None:
        self.delivered = False


# ---- in the keys ----------------------------------------------------------------------------------------------------


def key_per_attempt(key: str) -> str:
    """The key of a step's call, another one for each attempt, within the task or not."""
    info = activity.info()
    return f"{key}/{info.is_local}/{info.attempt}"


def _saga(instead: type) -> Parts:
    return Parts({**SAGAS, workflow_type(instead): instead})


def _callees(**fakes: type) -> Parts:
    return Parts(SAGAS, callees=lambda: Callees(**{name: fake() for name, fake in fakes.items()}))


# It harms nobody: no story breaks an invariant by it, but buyers wait.
SLOW = _saga(WaitsForTheDeadline)

BUGS: dict[str, Parts] = {
    "release before the cancel is done": _saga(ReleasesFirst),
    "a key per attempt": Parts(SAGAS, key_of=key_per_attempt),
    "commit without condition": _callees(projects=CommitsWhateverIsAsked),
    "offset before money": _saga(OffsetFirst),
    "a quiet end that tells nobody": _saga(EndsQuietly),
    "no tombstone for a late create": _callees(payments=LeavesNoTombstone),
    "a hold that outlives its opening": _callees(payments=LeavesTheHold),
    "no tombstone for a late delivery": _callees(users=RevokesNothing),
    "deaf after the deadline": _saga(GoesDeaf),
    "a refused cancel is not heeded": _saga(HeedsNoRefusal),
    "ended by a stale answer": _saga(BelievesTheFirstAnswer),
    "two winners": _callees(projects=LetsEverybodyWin),
    "a loser that refunds": _saga(RefundsTheLoser),
    "a refusal without a closed row": _callees(projects=RefusesWithoutATrace),
    "a cancel that is promised": _saga(PromisesTheCancel),
    "an undone opening whose money moves": _saga(OpensWhateverMoves),
    "an old answer": _saga(TrustsAnOldAnswer),
    "a part of the price": _saga(TakesAnyAmount),
}
