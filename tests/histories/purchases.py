"""The stories of StartPayment: how a purchase is opened or refused, and how it learns how it ended."""

from collections.abc import Mapping

from domain.errors import Refused
from domain.keys import payment_id_of
from domain.messages import DeliverCall, Progress, PurchaseResult
from domain.payment import PaymentStatus
from domain.purchase import Outcome, PurchaseStatus
from tests.histories import parked
from tests.histories.stories import named, pays_once
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.scenarios import Scenario
from tests.sagas.world import BROKEN, TTL, UNAVAILABLE, World, at

ANOTHER = payment_id_of("p2")

# ---- openings -------------------------------------------------------------------------------------------------------


def _price_changed(world: World) -> None:
    world.projects.refusal = Refused("price-changed", "it costs more now", {"current_amount": 2000})
    world.open()
    world.engine.run()


def _stale(world: World) -> None:
    world.open()
    world.engine.agenda.now = at(3600)
    world.engine.run()


def _canceled_while_opening(world: World) -> None:
    world.faults.before["reserve"] = [UNAVAILABLE] * 100
    world.open()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.purchase.id)
    world.engine.run()


def _paid_though_sold_out(world: World) -> None:
    """The buyer's money moves while the refused opening is undone."""
    world.projects.free = 0
    world.engine.before_step = lambda _saga, step: pays_once(world) if step == "cancel-payment-of" else None
    world.open()
    world.engine.run()


def _paid_though_given_up_and_sold_out_since(world: World) -> None:
    world.faults.before["reserve"] = [UNAVAILABLE] * 20
    world.open()
    world.engine.run(until=lambda: world.payments.payment is not None)
    world.projects.free = 0
    world.pays()


def _strangers_signal(world: World) -> None:
    """What comes from sagas of another payment, is no end, or has another form, is not heard."""
    world.opened()
    world.engine.signal(world.purchase.id, "progress", Progress(payment_id=ANOTHER, status=PurchaseStatus.PROCESSING))
    for strange in (
        PurchaseResult(status=PurchaseStatus.PAID),
        PurchaseResult(payment_id=ANOTHER, status=PurchaseStatus.OPENING),
    ):
        world.engine.signal(world.purchase.id, "complete", strange)
    world.engine.signal(world.purchase.id, "complete")
    world.engine.run()


async def _nobody(_call: DeliverCall) -> None:
    """Report the delivery as done, without our workers' answer."""


def _delivered_by_nobody(world: World) -> None:
    """A step that is said to be done without an answer parks its saga, and is then taken."""
    world.opened()
    world.buyer_pays()
    deliver = world.engine.steps["deliver-offset"]
    world.engine.steps["deliver-offset"] = _nobody
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    world.engine.steps["deliver-offset"] = deliver
    parked.decide(world, world.success, "retry")


def _lost_while_it_was_undone(world: World) -> None:
    """Another saga has closed the row of an opening that is given up."""
    world.faults.before["reserve"] = [UNAVAILABLE] * 100
    world.faults.before["release"] = [Refused("reservation-closed", "another saga closed it")]
    world.open()
    world.engine.run(until_time=at(60))
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run()


def _repeated_after_retention(world: World) -> None:
    world.opened()
    world.pays()
    world.engine.executions.clear()
    world.open()
    world.engine.run()


def _given_up_after_retention(world: World) -> None:
    """The repeat does not reach Payments in time, and finds the purchase's end as it is undone."""
    world.opened()
    world.pays()
    world.engine.executions.clear()
    world.faults.before["create"] = [UNAVAILABLE] * 100
    world.open()
    world.engine.run()


def _refused_again_after_retention(world: World) -> None:
    _price_changed(world)
    world.engine.executions.clear()
    world.open()
    world.engine.run()


def _told_late_after_retention(world: World) -> None:
    world.opened()
    world.pays()
    world.engine.executions.clear()
    world.event_succeeded()
    world.event_failed()
    world.engine.run()


# ---- deadlines, and what follows them -------------------------------------------------------------------------------


def _paid_at_the_last_moment(world: World) -> None:
    world.opened()
    world.engine.before_step = lambda _saga, step: pays_once(world) if step == "cancel-payment" else None
    world.engine.run()


def _processing_at_the_last_moment(world: World) -> None:
    world.opened()
    processing = {"status": PaymentStatus.PROCESSING}
    world.engine.before_step = lambda _saga, step: (
        world.payments.set(**processing) if step == "cancel-payment" else None
    )
    world.engine.run(until=lambda: world.status == "processing")
    world.engine.before_step = lambda _saga, _step: None
    world.pays()


def _not_canceled_for_another_reason(world: World) -> None:
    world.opened()
    world.faults.before["cancel"] = [Refused("payment-mismatch", "it is another one's")]
    world.engine.run()


def _success_under_way_at_the_deadline(world: World) -> None:
    world.opened()
    world.faults.before["commit"] = [UNAVAILABLE] * 60
    world.pays()


def _recorded_by_another(world: World) -> None:
    world.opened()
    world.payments.set(outcome=Outcome(status=PurchaseStatus.CANCELED, fingerprint="f1"))
    world.engine.run()


def _first_record_stays(world: World) -> None:
    world.opened()
    world.payments.set(outcome=Outcome(status=PurchaseStatus.REFUNDED, fingerprint="f1"))
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run()


def _nobody_tells_for_a_day(world: World) -> None:
    world.opened()
    world.projects.row, world.projects.closed_by = "closed", "somebody else"
    world.engine.run()
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.run()


def _success_is_stuck_for_a_day(world: World) -> None:
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until_time=at(TTL.total_seconds() + 10))
    world.buyer_pays()
    world.event_succeeded()
    world.faults.before["retrieve"] = [BROKEN] * 2
    world.engine.run()
    parked.decide(world, world.success, "retry")


def _bank_processes_for_two_days(world: World) -> None:
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until_time=at(2 * 86_400))
    world.pays()


def _told_after_the_end(world: World) -> None:
    world.opened()
    world.faults.before["record"] = [UNAVAILABLE] * 3
    world.engine.signal(
        world.purchase.id, "complete", PurchaseResult(payment_id=PAYMENT_ID, status=PurchaseStatus.FAILED)
    )
    world.engine.signal(world.purchase.id, "progress", {"status": "processing"})
    world.engine.run()


BRANCHES: Mapping[str, Scenario] = named(
    _price_changed,
    _stale,
    _canceled_while_opening,
    _paid_though_sold_out,
    _paid_though_given_up_and_sold_out_since,
    _strangers_signal,
    _delivered_by_nobody,
    _lost_while_it_was_undone,
    _repeated_after_retention,
    _given_up_after_retention,
    _refused_again_after_retention,
    _told_late_after_retention,
    _paid_at_the_last_moment,
    _processing_at_the_last_moment,
    _not_canceled_for_another_reason,
    _success_under_way_at_the_deadline,
    _recorded_by_another,
    _first_record_stays,
    _nobody_tells_for_a_day,
    _success_is_stuck_for_a_day,
    _bank_processes_for_two_days,
    _told_after_the_end,
)
