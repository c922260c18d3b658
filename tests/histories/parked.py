"""The branches of sagas that cannot go on: each step at which one parks, and each decision on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.errors import ContractBroken, Refused
from domain.payment import PaymentStatus
from domain.purchase import Outcome, PurchaseStatus
from tests.sagas.execution import Execution
from tests.sagas.fakes import PAYMENT_ID
from tests.sagas.scenarios import Scenario
from tests.sagas.world import BROKEN, PRICE, UNAVAILABLE, World

NO_SUCH_BUYER = Refused("not-found", "no such buyer")


def decide(world: World, saga: Execution, decision: str) -> None:
    """An operator decides, and all comes to rest."""
    world.engine.update(saga.id, "resolve", decision, f"{decision}-{len(saga.asked)}")
    world.engine.run()


def _is_parked(saga: Execution) -> bool:
    return saga.attributes.get("PurchaseStatus") == "needs_attention"


def _parked(world: World, begin: Callable[[World], Execution], operation: str, fault: Exception = BROKEN) -> Execution:
    """A saga that has parked at a call which fails so."""
    # Once within the saga's task, unless the step undoes another one, and once as an activity.
    world.faults.before[operation] = [fault] * 2
    saga = _when_parked(world, begin)
    world.faults.before.clear()
    return saga


def _when_parked(world: World, begin: Callable[[World], Execution]) -> Execution:
    saga = begin(world)
    world.engine.run(until=lambda: _is_parked(saga))
    return saga


# ---- how a saga comes to its step -----------------------------------------------------------------------------------


def _paid(world: World) -> Execution:
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    return world.success


def _paid_by_hand(world: World) -> Execution:
    """With manual capture."""
    world.payments.manual = True
    return _paid(world)


def _undone(world: World) -> Execution:
    """Users refuses the offset."""
    world.faults.before["deliver"] = [NO_SUCH_BUYER]
    return _paid(world)


def _declined(world: World) -> Execution:
    world.opened()
    world.attempt_fails()
    world.event_failed()
    return world.failed()


def _opening(world: World) -> Execution:
    world.open()
    return world.purchase


def _given_up(world: World) -> Execution:
    world.faults.before["create"] = [UNAVAILABLE] * 100
    return _opening(world)


@dataclass(frozen=True)
class ParkingCase:
    """Where a saga parks: how it comes there, the call that breaks, and how somebody does by hand what it was for."""

    begin: Callable[[World], Execution]
    operation: str
    by_hand: Callable[[World], None]


def _pays(**fields: Any) -> Callable[[World], None]:
    return lambda world: world.payments.set(**fields)


def _becomes(row: str, closed_by: str | None = None) -> Callable[[World], None]:
    def become(world: World) -> None:
        world.projects.row, world.projects.closed_by = row, closed_by

    return become


def _delivered(world: World) -> None:
    world.users.delivered = True


def _revoked(world: World) -> None:
    world.users.revoked = True


def _buried(world: World) -> None:
    world.payments.tombstone = True


def _nothing(_world: World) -> None:
    """A notification is just left out."""


RELEASED = f"payment-failed/{PAYMENT_ID}/ch_1/release-offset"
PAID = Outcome(status=PurchaseStatus.PAID, fingerprint="f1")

CASES: Mapping[str, ParkingCase] = {
    "commit": ParkingCase(_paid, "commit", _becomes("committed")),
    "capture": ParkingCase(_paid_by_hand, "capture", _pays(amount_captured=PRICE)),
    "delivery": ParkingCase(_paid, "deliver", _delivered),
    "notification": ParkingCase(_paid, "publish", _nothing),
    "revocation": ParkingCase(_undone, "revoke", _revoked),
    "refund": ParkingCase(_undone, "refund", _pays(amount_refunded=PRICE)),
    "restock": ParkingCase(_undone, "restock", _becomes("returned")),
    "cancel": ParkingCase(_declined, "cancel", _pays(status=PaymentStatus.CANCELED)),
    "release": ParkingCase(_declined, "release", _becomes("closed", RELEASED)),
    "cancel_by_purchase": ParkingCase(_given_up, "cancel_payment_of", _buried),
}


def _decided(case: ParkingCase, decision: str) -> Scenario:
    """Parked there; before a skip somebody has done it by hand."""

    def played(world: World) -> None:
        saga = _parked(world, case.begin, case.operation)
        if decision == "skip":
            case.by_hand(world)
        decide(world, saga, decision)

    return played


def _delivered_and_refunded_by_hand(world: World) -> None:
    """Both while it is parked: what is delivered for money that is back is taken back."""
    saga = _parked(world, _paid, "deliver")
    world.users.delivered = True
    world.payments.set(amount_refunded=PRICE)
    world.engine.agenda.now += timedelta(minutes=1)
    decide(world, saga, "skip")


def _record_skipped(world: World) -> None:
    world.faults.before["record"] = [BROKEN] * 2
    _paid(world)
    world.engine.run(until=lambda: world.success.closed and _is_parked(world.purchase))
    world.payments.set(outcome=PAID)
    decide(world, world.purchase, "skip")


def _opening_aborted(world: World) -> None:
    saga = _parked(world, _opening, "reserve")
    decide(world, saga, "abort")


def _long_reason(world: World) -> None:
    """The callee's words are longer than a summary may be."""
    saga = _parked(world, _paid, "deliver", ContractBroken("no " * 200))
    decide(world, saga, "retry")


def _skipped_unseen(world: World) -> None:
    """Nobody has done it, and then its callee is away: neither skip is taken."""
    saga = _parked(world, _paid, "deliver")
    decide(world, saga, "skip")
    world.faults.before["retrieve_offset"] = [UNAVAILABLE] * 100
    decide(world, saga, "skip")
    world.users.revoked = True
    world.faults.before["retrieve_offset"] = []
    decide(world, saga, "skip")
    world.users.revoked = False
    decide(world, saga, "retry")


def _decided_twice(world: World) -> None:
    """A skip is checked for long; meanwhile another operator retries, and the check comes too late."""
    saga = _parked(world, _paid, "deliver")
    world.users.delivered = True
    world.engine.update(saga.id, "resolve", "skip", "r1")
    world.engine.update(saga.id, "resolve", "retry", "r2")
    world.engine.run()


def _refused_undo(world: World) -> None:
    """A refund that the provider refuses must not be passed over."""
    saga = _parked(world, _undone, "refund", Refused("payment-not-refundable", "the bank says no"))
    decide(world, saga, "retry")


def _away_for_a_weekend(world: World) -> None:
    world.faults.before["deliver"] = [UNAVAILABLE] * (3 * 24 * 61)
    saga = _when_parked(world, _paid)
    world.faults.before.clear()
    decide(world, saga, "retry")


def _commit_not_known(world: World) -> None:
    world.faults.after["commit"] = [BROKEN] * 2
    saga = _when_parked(world, _paid)
    decide(world, saga, "abort")


def _canceled(world: World) -> None:
    """Somebody cancels a parked saga in Temporal's UI."""
    saga = _parked(world, _paid, "commit")
    world.engine.cancel(saga.id)
    world.engine.run()


BRANCHES: Mapping[str, Scenario] = {
    **{
        f"parked_at_its_{name}_and_{decision}": _decided(case, decision)
        for name, case in CASES.items()
        for decision in ("retry", "skip")
    },
    "parked_at_its_commit_and_abort": _decided(CASES["commit"], "abort"),
    "parked_at_its_capture_and_abort": _decided(CASES["capture"], "abort"),
    "parked_at_its_cancel_and_abort": _decided(CASES["cancel"], "abort"),
    "parked_at_its_record_and_skip": _record_skipped,
    "parked_delivered_and_refunded_by_hand": _delivered_and_refunded_by_hand,
    "parked_opening_and_abort": _opening_aborted,
    "parked_for_a_long_reason": _long_reason,
    "parked_and_skipped_unseen": _skipped_unseen,
    "parked_and_decided_twice": _decided_twice,
    "parked_and_canceled": _canceled,
    "parked_at_a_refused_undo": _refused_undo,
    "parked_after_a_weekend": _away_for_a_weekend,
    "parked_with_its_commit_not_known": _commit_not_known,
}
