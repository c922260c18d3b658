"""The stories of the sagas that follow a payment: PaymentSuccess, PaymentFailed and RefundFailed."""

from collections.abc import Mapping

from domain.errors import Refused
from domain.messages import RefundFailedInput
from domain.payment import PaymentStatus
from tests.histories import parked
from tests.histories.stories import manual, named, pays_once
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.scenarios import SCENARIOS, Scenario
from tests.sagas.world import BROKEN, PRICE, UNAVAILABLE, World, at

REFUND_FAILED = RefundFailedInput(payment_id=PAYMENT_ID, refund_id="re_1")


def _paid_seen_late(world: World) -> None:
    """The event is ahead of what the provider says."""
    world.opened()
    world.event_succeeded()
    world.engine.run(until_time=at(10))
    world.pays()


def _paid_before_it_is_reserved(world: World) -> None:
    world.opened()
    world.faults.before["commit"] = [Refused("not-found", "no reservation")] * 3
    world.pays()


def _paid_and_closed_by_nobody(world: World) -> None:
    world.opened()
    world.projects.row = "closed"
    world.pays()


def _paid_and_closed_by_another(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.projects.row, world.projects.closed_by = "closed", "somebody else"
    world.event_succeeded()
    world.engine.run(until_time=at(60))


def _paid_though_canceled(world: World) -> None:
    world.opened()
    world.payments.set(status=PaymentStatus.CANCELED, canceled_by="somebody else")
    world.event_succeeded()
    world.event_failed()
    world.engine.run(until_time=at(60))


def _refunded_by_hand(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.payments.set(amount_refunded=PRICE)
    world.event_succeeded()
    world.engine.run()


def _refunded_while_users_is_away(world: World) -> None:
    """By hand, while the delivery is tried again and again: the attempt that is answered asks for the money first."""
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 10
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until_time=at(5))
    world.payments.set(amount_refunded=500)
    world.engine.run()


def _less_is_held(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.payments.set(amount_authorised=PRICE - 1)
    world.event_succeeded()
    world.engine.run()


def _less_is_captured(world: World) -> None:
    """By hand, right before our own capture."""
    world.opened()
    part = {"amount_captured": 100, "amount_authorised": 0}
    world.engine.before_step = lambda _saga, step: world.payments.set(**part) if step == "capture-payment" else None
    world.pays()


def _captured_though_refused(world: World) -> None:
    world.opened()
    world.faults.after["capture"] = [Refused("payment-not-capturable", "it is captured already")]
    world.pays()


def _purchase_closed_before_it_is_told(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.purchase.closed = True
    world.event_succeeded()
    world.engine.run()


def _success_canceled(world: World) -> None:
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE] * 1000
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.engine.now > at(5))
    world.engine.cancel(world.success.id)
    world.engine.run()


def _success_canceled_while_it_asks_again(world: World) -> None:
    world.opened()
    world.event_succeeded()
    world.engine.run(until_time=at(20))
    world.engine.cancel(world.success.id)
    world.engine.run(until_time=at(60))


def _success_canceled_between_two_steps(world: World) -> None:
    """The first one has struggled and is done when it is heard of: the next one is not begun."""
    world.opened()
    world.faults.before["commit"] = [UNAVAILABLE]
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.projects.row == "committed")
    world.engine.cancel(world.success.id)
    world.engine.run()


def _parked_before_anybody_notices(world: World) -> None:
    """A hiccup, and then a broken contract: the purchase shows the saga as parked, and nothing else of it."""
    world.opened()
    world.faults.before["deliver"] = [UNAVAILABLE, BROKEN]
    world.pays()
    parked.decide(world, world.success, "retry")


def _declined_though_paid(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.event_failed()
    world.engine.run(until=lambda: world.failed().closed)


def _declined_and_paid_at_once(world: World) -> None:
    world.opened()
    world.attempt_fails()
    world.engine.before_step = lambda _saga, step: pays_once(world) if step == "cancel-payment" else None
    world.event_failed()
    world.engine.run(until=lambda: world.failed().closed)


def _declined_and_decided_by_another(world: World) -> None:
    world.opened()
    world.attempt_fails()
    world.faults.before["release"] = [Refused("reservation-closed", "another saga closed it")]
    world.event_failed()
    world.engine.run(until_time=at(60))


def _failure_canceled(world: World) -> None:
    world.opened()
    world.attempt_fails()
    world.faults.before["cancel"] = [UNAVAILABLE] * 5
    world.event_failed()
    world.engine.run(until=lambda: world.engine.now > at(2))
    world.engine.cancel(world.failed().id)
    world.engine.run()


def _unknown_payment(world: World) -> None:
    world.event_succeeded()
    world.engine.run()
    world.opened()
    world.buyer_pays()
    parked.decide(world, world.success, "retry")


def _refund_failed(*decisions: str, refused: int = 0) -> Scenario:
    """The bank fails a refund days later, and an operator decides until the buyer has the money."""

    def played(world: World) -> None:
        world.opened()
        world.users.revoked = True
        world.pays()
        world.payments.set(amount_refunded=0)
        world.faults.before["refund"] = [Refused("payment-not-refundable", "the bank says no")] * refused
        world.engine.start("RefundFailed", REFUND_FAILED, REFUND_FAILED.workflow_id)
        world.engine.run()
        for decision in decisions:
            parked.decide(world, world.engine.executions[REFUND_FAILED.workflow_id], decision)

    return played


BRANCHES: Mapping[str, Scenario] = {
    **named(
        _paid_seen_late,
        _paid_before_it_is_reserved,
        _paid_and_closed_by_nobody,
        _paid_and_closed_by_another,
        _paid_though_canceled,
        _refunded_by_hand,
        _refunded_while_users_is_away,
        _purchase_closed_before_it_is_told,
        _success_canceled,
        _success_canceled_while_it_asks_again,
        _success_canceled_between_two_steps,
        _parked_before_anybody_notices,
        _declined_though_paid,
        _declined_and_paid_at_once,
        _declined_and_decided_by_another,
        _failure_canceled,
        _unknown_payment,
    ),
    "paid_with_manual_capture": manual(SCENARIOS["paid"]),
    "capture_refused": manual(SCENARIOS["capture_refused"]),
    "less_is_held": manual(_less_is_held),
    "less_is_captured": manual(_less_is_captured),
    "captured_though_refused": manual(_captured_though_refused),
    "success_canceled_before_its_capture": manual(_success_canceled),
    "refund_failed_and_refunded_again": _refund_failed("retry"),
    "refund_failed_and_paid_otherwise": _refund_failed("retry", "skip", refused=1),
}
