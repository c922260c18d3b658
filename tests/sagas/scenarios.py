"""Every way of normal life and every way back, each from the buyer's request to its end."""

from collections.abc import Callable, Mapping

from domain.errors import Refused
from domain.payment import PaymentStatus
from tests.sagas.fakes import MAX_OPEN
from tests.sagas.network import SilenceError
from tests.sagas.world import BROKEN, UNAVAILABLE, World

Scenario = Callable[[World], None]


def _paid(world: World) -> None:
    world.opened()
    world.pays()


def _paid_without_a_webhook(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.engine.run()


def _declined(world: World) -> None:
    world.opened()
    world.attempt_fails()
    world.event_failed()
    world.engine.run()


def _paid_with_another_card(world: World) -> None:
    world.opened()
    world.attempt_fails()
    world.event_failed(attempts_max=2)
    world.engine.run(until=lambda: world.failed().closed)
    world.pays()


def _expired(world: World) -> None:
    world.opened()
    world.engine.run()


def _canceled(world: World) -> None:
    world.opened()
    world.engine.cancel(world.purchase.id)
    world.engine.run()


def _canceled_by_the_buyer(world: World) -> None:
    world.opened()
    world.cancel()
    world.engine.run()


def _canceled_by_the_buyer_who_has_paid(world: World) -> None:
    world.opened()
    world.buyer_pays()
    world.cancel()
    world.engine.run()


def _canceled_by_the_buyer_while_the_bank_processes(world: World) -> None:
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.cancel()
    world.engine.run(until=lambda: world.status == "processing")
    world.cancel()
    world.attempt_fails()
    world.event_failed()
    world.engine.run()


def _paid_late(world: World) -> None:
    world.opened()
    world.payments.set(status=PaymentStatus.PROCESSING)
    world.engine.run(until=lambda: world.status == "processing")
    world.pays()


def _sold_out(world: World) -> None:
    world.projects.free = 0
    world.open()
    world.engine.run()


def _too_many_open(world: World) -> None:
    world.projects.others = MAX_OPEN
    world.open()
    world.engine.run()


def _given_up(world: World) -> None:
    world.faults.before["create"] = [UNAVAILABLE] * 100
    world.open()
    world.engine.run()


def _given_up_after_its_creation(world: World) -> None:
    world.faults.before["reserve"] = [UNAVAILABLE] * 100
    world.open()
    world.engine.run()


def _capture_refused(world: World) -> None:
    world.opened()
    world.payments.capture_refused = True
    world.pays()


def _paid_though_a_step_hangs(world: World) -> None:
    world.opened()
    world.faults.after["commit"] = [SilenceError()]
    world.pays()


def _delivery_refused(world: World) -> None:
    world.opened()
    world.faults.before["deliver"] = [Refused("not-found", "no such buyer")]
    world.pays()


def _aborted(world: World) -> None:
    world.opened()
    world.faults.before["deliver"] = [BROKEN] * 2
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: world.status == "needs_attention")
    world.engine.update(world.success.id, "resolve", "abort", "r1")
    world.engine.run()


def _paid_though_given_up(world: World) -> None:
    world.faults.before["reserve"] = [UNAVAILABLE] * 20
    world.open()
    world.engine.run(until=lambda: world.payments.payment is not None)
    world.pays()


def _paid_at_its_creation(world: World) -> None:
    world.payments.paid_at_creation = True
    world.open()
    world.engine.run()


def _paid_at_its_creation_and_sold_out(world: World) -> None:
    world.projects.free = 0
    _paid_at_its_creation(world)


def _paid_at_its_creation_and_given_up(world: World) -> None:
    """Payments has created it, and its answers do not come back."""
    world.faults.after["create"] = [UNAVAILABLE] * 20
    _paid_at_its_creation(world)


SCENARIOS: Mapping[str, Scenario] = {
    scenario.__name__.strip("_"): scenario
    for scenario in (
        _paid,
        _paid_without_a_webhook,
        _declined,
        _paid_with_another_card,
        _expired,
        _canceled,
        _canceled_by_the_buyer,
        _canceled_by_the_buyer_who_has_paid,
        _canceled_by_the_buyer_while_the_bank_processes,
        _paid_late,
        _paid_though_a_step_hangs,
        _sold_out,
        _too_many_open,
        _given_up,
        _given_up_after_its_creation,
        _capture_refused,
        _delivery_refused,
        _aborted,
        _paid_though_given_up,
        _paid_at_its_creation,
        _paid_at_its_creation_and_sold_out,
        _paid_at_its_creation_and_given_up,
    )
}
