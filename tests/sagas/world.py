"""One purchase in a world of fakes: the intake's and the buyer's part, and what can be seen."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio.common import WorkflowIDReusePolicy

from activities import NotifierSteps, PaymentsSteps, ProjectsSteps, UsersSteps
from activities.step import step_name
from domain.errors import ContractBroken, Unavailable
from domain.messages import (
    OpenRequest,
    PaymentFailedInput,
    PaymentSuccessInput,
    PurchaseView,
    StartPaymentInput,
    purchase_workflow_id,
)
from domain.payment import PaymentStatus
from domain.purchase import Item, Order, Outcome
from tests.sagas.execution import Execution
from tests.sagas.fakes import PAYMENT_ID, PURCHASE_ID, Callees
from tests.sagas.network import Carry, NetworkFaults, through
from tests.sagas.sdk import Step, value_of, workflow_type
from tests.sagas.temporal import START, InMemoryTemporal
from workers.sagas import ALL_SAGAS

SAGAS = {workflow_type(kind): kind for kind in ALL_SAGAS}

PRICE = 1800
ORDER = Order(
    purchase_id=PURCHASE_ID,
    buyer_id="alice",
    items=(Item(project_id="mangrove", milestone_id="mangrove-2", quantity="1.500"),),
    amount=PRICE,
    currency="usd",
)
SUCCEEDED = PaymentSuccessInput(payment_id=PAYMENT_ID)
TTL = timedelta(minutes=30)
OPENING_TIMEOUT = timedelta(seconds=30)


def steps_of(callees: Callees, carry: Carry) -> dict[str, Step]:
    """The sagas' own steps, by their names, on ports whose calls are carried."""
    payments = through(callees.payments, carry, {"record_outcome": "record"})
    groups = (
        PaymentsSteps(payments),
        ProjectsSteps(through(callees.projects, carry, {"retrieve": "retrieve_reservation"})),
        UsersSteps(through(callees.users, carry, {"retrieve": "retrieve_offset"}), payments),
        NotifierSteps(through(callees.notifications, carry, {})),
    )
    methods = [(group, vars(type(group))[name]) for group in groups for name in public(type(group))]
    return {step_name(method): method.__get__(group) for group, method in methods}


def public(group: type) -> list[str]:
    """The methods that workers take for steps."""
    return [name for name in vars(group) if not name.startswith("_")]


class World:
    """One purchase and all that it meets."""

    def __init__(
        self,
        *,
        manual: bool = False,
        callees: Callees | None = None,
        sagas: Mapping[str, type] = SAGAS,
        carry: Carry | None = None,
        tell: Callable[[str], None] = lambda _words: None,
    ) -> None:
        callees = callees or Callees()
        self.payments, self.projects = callees.payments, callees.projects
        self.users, self.notifications = callees.users, callees.notifications
        self.payments.manual = manual
        self.faults = NetworkFaults()
        self.engine = InMemoryTemporal(steps_of(callees, carry or self.faults.carry), sagas, tell)

    # ---- what the intake does ---------------------------------------------------------------------------------------

    def open(self, fingerprint: str = "f1", opened_by: str = "request-1") -> str:
        """POST /purchases: start the purchase or join it; the update's id."""
        start = StartPaymentInput(
            order=ORDER,
            fingerprint=fingerprint,
            opened_by=opened_by,
            reservation_ttl_s=int(TTL.total_seconds()),
            opening_timeout_s=int(OPENING_TIMEOUT.total_seconds()),
        )
        workflow_id = start.workflow_id
        self.engine.start("StartPayment", start, workflow_id, WorkflowIDReusePolicy.REJECT_DUPLICATE)
        update_id = f"open/{fingerprint}"
        self.engine.update(workflow_id, "open", OpenRequest(fingerprint=fingerprint), update_id)
        return update_id

    def opened(self) -> None:
        """A purchase that waits for its payment."""
        self.open()
        self.engine.run(until=lambda: self.status == "awaiting_payment")

    def event_succeeded(self) -> bool:
        """The webhook that says the payment is paid."""
        return self.engine.start("PaymentSuccess", SUCCEEDED, SUCCEEDED.workflow_id)

    def event_failed(self, cause: str = "ch_1", attempts_max: int = 1) -> bool:
        """The webhook that says an attempt failed."""
        start = PaymentFailedInput(payment_id=PAYMENT_ID, attempts_max=attempts_max, cause=cause)
        return self.engine.start("PaymentFailed", start, start.workflow_id)

    def cancel(self) -> str:
        """POST /purchases/{purchase_id}/cancel; the update's id."""
        update_id = f"cancel-{len(self.purchase.asked)}"
        self.engine.update(self.purchase.id, "cancel", None, update_id)
        return update_id

    # ---- what the buyer does ----------------------------------------------------------------------------------------

    def buyer_pays(self) -> None:
        """The provider has the money, or with manual capture holds it."""
        self.payments.becomes_paid()

    def pays(self) -> None:
        """The buyer pays, the provider says so, and all comes to rest."""
        self.buyer_pays()
        self.event_succeeded()
        self.engine.run()

    def attempt_fails(self) -> None:
        """The card is declined; another may be tried."""
        attempts = self.payments.known().failed_attempts + 1
        self.payments.set(status=PaymentStatus.PAYABLE, failed_attempts=attempts)

    def at_step(self, name: str, act: Callable[[], object]) -> None:
        """Have something happen right before the first attempt of a step."""
        acts = [act]

        def before(_saga: str, step: str) -> None:
            if step == name and acts:
                acts.pop()()

        self.engine.before_step = before

    # ---- what can be seen -------------------------------------------------------------------------------------------

    @property
    def purchase(self) -> Execution:
        """The execution of StartPayment."""
        return self.engine.executions[purchase_workflow_id(ORDER.purchase_id)]

    @property
    def success(self) -> Execution:
        """The execution of PaymentSuccess."""
        return self.engine.executions[SUCCEEDED.workflow_id]

    def failed(self, cause: str = "ch_1") -> Execution:
        """The execution of a PaymentFailed."""
        return self.engine.executions[f"payment-failed/{PAYMENT_ID}/{cause}"]

    @property
    def status(self) -> str:
        """The purchase's search attribute."""
        return str(self.purchase.attributes.get("PurchaseStatus", "opening"))

    @property
    def outcome(self) -> Outcome:
        """The recorded end."""
        outcome = self.payments.known().outcome
        assert outcome
        return outcome

    @property
    def view(self) -> PurchaseView:
        """What the purchase answers to a query."""
        return self.engine.query(self.purchase.id, "view", PurchaseView)

    def answer(self, update_id: str, hint: type) -> Any:
        """The update's result."""
        return value_of(self.purchase.updates[update_id], hint)

    def operations(self) -> list[str]:
        """The calls that changed something, in their order."""
        return [operation for operation, key in self.faults.calls if key]


UNAVAILABLE = Unavailable("away")
BROKEN = ContractBroken("401")
LATER = START + timedelta(days=400)


def at(seconds: float) -> datetime:
    """A time after the start of the world."""
    return START + timedelta(seconds=seconds)
