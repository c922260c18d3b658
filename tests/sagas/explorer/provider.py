"""The buyer and the payment provider with its webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from domain.payment import Payment, PaymentStatus
from tests.sagas.world import World

# A buyer needs a moment, a bank some hours: before and after the reservation's 30 minutes.
BUYER_TAKES = timedelta(minutes=1)
BANK_TAKES = timedelta(hours=1)
# Longer than an answer stays fresh: nobody gives money back faster than that.
HAND_TAKES = timedelta(seconds=5)
# Of a price of 1800: whoever takes it for a yes sells for too little.
PART = 100


class BuyerPlan(Enum):
    """What the buyer does once the purchase is open, unless something comes between."""

    PAYS = auto()
    LEAVES = auto()
    CANCELS = auto()
    IS_DECLINED = auto()
    IS_DECLINED_AND_PAYS = auto()
    PAYS_BY_A_SLOW_BANK = auto()


@dataclass(frozen=True)
class Setting:
    """What stands from the start.

    `paid_at_creation`: the provider takes or holds the money as the payment is created, and sends no webhook of it.
    `refused` is the operation that its callee always refuses, `late` the one whose first call is overtaken by its undo.
    """

    plan: BuyerPlan = BuyerPlan.PAYS
    manual_capture: bool = False
    paid_at_creation: bool = False
    attempts: int = 1
    bank_accepts: bool = True
    sold_out: bool = False
    too_many_open: bool = False
    refused: str = ""
    late: str = ""


class ExploredProvider:
    """What becomes of the purchase's payment without us; `news` are the webhooks that were sent."""

    def __init__(self, setting: Setting, world: World, tell: Callable[[str], None], cancel: Callable[[], None]) -> None:
        self.news: list[tuple[str, Callable[[], None]]] = []
        self.lost_news: set[int] = set()
        self.shown_before: Payment | None = None
        self._shown: Payment | None = None
        self._setting = setting
        self._world = world
        self._agenda = world.engine.agenda
        self._tell = tell
        self._cancel = cancel
        self._buyer_acts = False
        # By hand: the money ceased to be the price while the buyer had not got the offset; it was touched after that.
        self.spoilt_before_delivery = False
        self.touched_after_delivery = False

    @property
    def payment(self) -> Payment | None:
        """The purchase's payment, if there is one."""
        return self._world.payments.payment

    def buyer_may_pay(self) -> None:
        """The buyer has the purchase's answer, and does what he has planned."""
        if not self._buyer_acts and self._setting.plan is not BuyerPlan.LEAVES:
            self._buyer_acts = True
            self._agenda.later(self._agenda.now + BUYER_TAKES, "", "buyer", self._follow_plan)

    def _follow_plan(self) -> None:
        plan = self._setting.plan
        if plan in {BuyerPlan.IS_DECLINED, BuyerPlan.IS_DECLINED_AND_PAYS}:
            self.attempt_fails()
            if plan is BuyerPlan.IS_DECLINED_AND_PAYS:
                self._agenda.later(self._agenda.now + BUYER_TAKES, "", "buyer", self.buyer_pays)
        elif plan is BuyerPlan.PAYS_BY_A_SLOW_BANK:
            self.bank_processes()
        elif plan is BuyerPlan.CANCELS:
            self._cancel()
        else:
            self.buyer_pays()

    @property
    def _payable(self) -> bool:
        return self.payment is not None and self.payment.status is PaymentStatus.PAYABLE

    def buyer_pays(self) -> None:
        """The buyer's card is good."""
        if self._payable:
            self._tell("buyer: pays")
            self._world.buyer_pays()

    def attempt_fails(self) -> None:
        """The buyer's card is declined."""
        if self._payable:
            self._tell("buyer: the card is declined")
            self._world.attempt_fails()

    def bank_processes(self) -> None:
        """The buyer pays in a way that takes its time."""
        if self._payable:
            self._tell("buyer: pays, the bank processes it")
            self._world.payments.set(status=PaymentStatus.PROCESSING)
            decides = lambda: self.bank_decides(accepts=self._setting.bank_accepts)  # noqa: E731
            self._agenda.later(self._agenda.now + BANK_TAKES, "", "bank", decides)

    def bank_decides(self, *, accepts: bool) -> None:
        """What was processed is paid, or has failed."""
        if self._world.payments.known().status is PaymentStatus.PROCESSING:
            self._tell(f"bank: {'accepts' if accepts else 'declines'}")
            self._world.buyer_pays() if accepts else self._world.attempt_fails()

    def cancel_by_hand(self) -> None:
        """An authorisation expires, or somebody cancels the payment in the provider's own pages."""
        self._tell("provider: the payment is canceled")
        self._world.payments.set(status=PaymentStatus.CANCELED)

    def refund_by_hand(self, amount: int) -> None:
        """Somebody gives money back in the provider's own pages."""
        self._by_hand(f"gives {amount} back", amount_refunded=amount)

    def capture_by_hand(self, amount: int) -> None:
        """Somebody takes what is authorised, or a part of it, which releases the rest."""
        self._by_hand(f"captures {amount}", amount_captured=amount, amount_authorised=0)

    def _by_hand(self, what: str, **amounts: int) -> None:
        """Whoever asks sees money that was touched at once: the provider's own records are never stale."""
        self._agenda.now += HAND_TAKES
        self._tell(f"somebody at the provider: {what}")
        self._world.payments.set(**amounts)
        self._shown = self.shown_before = self.payment
        delivered = self._world.users.delivered
        self.touched_after_delivery |= delivered
        self.spoilt_before_delivery |= not delivered and self._world.payments.known().why_unpaid is not None

    def take_notice(self) -> None:
        """Send a webhook for each thing that has become of the payment."""
        before, now = self._shown, self.payment
        if now is None or now == before:
            return
        self._shown, self.shown_before = now, before
        failed_before = before.failed_attempts if before else 0
        if now.failed_attempts > failed_before:
            self._send(f"payment_failed ch_{now.failed_attempts}", f"ch_{now.failed_attempts}")
        if before and before.status is not now.status:
            if now.status is PaymentStatus.PAID:
                self._send("succeeded", None)
            if now.status is PaymentStatus.CANCELED:
                self._send("canceled", f"evt_{len(self.news)}")

    def _send(self, words: str, failed_cause: str | None) -> None:
        number = len(self.news)

        def deliver() -> None:
            if failed_cause is None:
                self._world.event_succeeded()
            else:
                self._world.event_failed(failed_cause, self._setting.attempts)

        self.news.append((words, deliver))
        on_its_way = lambda: number not in self.lost_news  # noqa: E731
        self._agenda.soon(f"webhook {words}", f"webhook {number}", deliver, on_its_way)
