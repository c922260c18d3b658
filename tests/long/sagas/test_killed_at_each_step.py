"""Workers are killed (SIGKILL) at each step of each saga, within its task and in an activity of its own.

The purchase ends as it should, and what was asked again was asked under the same key: once more for each kill at most.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from tests.integration.hold import stopped, unread
from tests.integration.sagas.buyers import CANCEL, CANCEL_OF, PUBLISH, REFUND, RELEASE, BoughtPurchase, Buyers
from tests.integration.settings import restarted_with
from tests.integration.temporal import WAIT_S, TemporalServer
from tests.long.sagas.calls import Calls, Moment, before_services
from tools.devstack import processes
from tools.devstack.audit import audit_stack
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

T = TypeVar("T")

WORKERS = tuple(worker.name for worker in processes.WORKERS)
CREATE, RESERVE, RECORD = "create-payment", "reserve-offset", "record-outcome"
RETRIEVE, COMMIT, CAPTURE, DELIVER = "retrieve-payment", "commit-offset", "capture-payment", "deliver-offset"
REVOKE, RESTOCK = "revoke-offset", "restock-offset"
# Never taken within a task (ADR 0047).
UNDO = {CANCEL, CANCEL_OF, RELEASE, REFUND, REVOKE, RESTOCK}


@dataclass
class Killer:
    """Kills the workers of sagas that are in a step."""

    stack: Stack
    engine: TemporalServer
    calls: Calls
    kills: list[tuple[str, str]] = field(default_factory=list)

    def kill_at(self, moment: Moment, at: Sequence[tuple[str, Callable[[T], str]]], begin: Callable[[], T]) -> T:
        """Kill a purchase's worker at each of these steps, one after the other; `at` tells whose step each is."""
        held = self.calls.hold(at[0][0], moment)
        begun = begin()
        for number, (step, saga_of) in enumerate(at):
            saga = saga_of(begun)
            held.wait()
            # How the step is taken is what this is about; an activity is seen at the server.
            as_activity = step in UNDO or moment is Moment.STRUGGLES
            assert (step in self.engine.steps_under_way(saga)) is as_activity, (saga, step)
            worker = f"{saga.partition('/')[0].replace('-', '_').replace('purchase', 'start_payment')}_worker"
            self.stack.kill(worker)
            self.kills.append((saga, step))
            last = held
            if number + 1 < len(at):
                held = self.calls.hold(at[number + 1][0], moment)
            last.let_go()
            self.stack.restart(worker)
        return begun

    def verify(self, purchase: BoughtPurchase, moment: Moment, *keys: str) -> None:
        """The purchase's calls had these keys and no other; each was repeated where it was killed, not too often."""
        asked = self.calls.of(purchase.purchase_id)
        assert set(asked) == set(keys)
        struggled = 1 if moment is Moment.STRUGGLES else 0
        for key, count in asked.items():
            saga, _, step = key.rpartition("/")
            kills = [killed for of, killed in self.kills if of == saga]
            # A task that is taken again begins by retrieving the payment, which shows a capture that was done.
            shown = step == CAPTURE and not struggled
            least = 2 + struggled if step in kills and not shown else 1
            assert least <= count <= 1 + len(kills) + struggled, f"{key} was used {count} times"


@pytest.fixture(scope="module")
def calls(battered: Stack) -> Iterator[Calls]:
    """The workers' calls to the services."""
    with (
        before_services(battered.description, "payments", "projects", "users") as (calls, settings),
        restarted_with(battered, *WORKERS, **settings),
    ):
        yield calls


@pytest.fixture
def killer(battered: Stack, engine: TemporalServer, calls: Calls) -> Killer:
    """Somebody who has killed nobody yet."""
    return Killer(battered, engine, calls)


def opening(purchase: BoughtPurchase) -> str:
    """The purchase's own saga."""
    return purchase.opening


@pytest.mark.parametrize("moment", Moment)
def test_a_purchase_is_paid(killer: Killer, buyers: Buyers, moment: Moment) -> None:
    """From its creation to its record."""
    opened = killer.kill_at(moment, [(CREATE, opening), (RESERVE, opening)], buyers.opening)
    purchase = buyers.answered(opened)

    def success(_: object) -> str:
        return purchase.success

    forward = [(step, success) for step in (RETRIEVE, COMMIT, CAPTURE, DELIVER)]
    killer.kill_at(moment, [*forward, (RECORD, lambda _: purchase.opening)], lambda: buyers.pay(purchase))

    buyers.ended(purchase, "paid", None, by=purchase.success)
    killer.verify(
        purchase,
        moment,
        *(f"{purchase.opening}/{step}" for step in (CREATE, RESERVE, RECORD)),
        *(f"{purchase.success}/{step}" for step in (COMMIT, CAPTURE, DELIVER)),
    )


@pytest.mark.parametrize("moment", [Moment.ASKED, Moment.DONE])
def test_an_opening_is_refused(killer: Killer, buyers: Buyers, moment: Moment) -> None:
    """Sold out, and the payment is canceled; asked again, Projects tells only that the reservation is closed."""
    steps = (RESERVE, CANCEL_OF, RELEASE)
    purchase = killer.kill_at(moment, [(step, opening) for step in steps], buyers.opening_of_too_much)

    buyers.ended(purchase, "rejected", "opening-failed", by=purchase.opening)
    assert buyers.repeated(purchase).status_code == 409
    killer.verify(purchase, moment, *(f"{purchase.opening}/{step}" for step in (CREATE, *steps, RECORD)))


@pytest.mark.parametrize("moment", [Moment.ASKED, Moment.DONE])
def test_nobody_pays(killer: Killer, engine: TemporalServer, buyers: Buyers, moment: Moment) -> None:
    """What its deadline does, at a time of our own."""
    purchase = buyers.opened()
    steps = [(step, lambda _: purchase.opening) for step in (RETRIEVE, CANCEL, RELEASE)]
    killer.kill_at(moment, steps, lambda: engine.cancel(purchase.opening))

    buyers.ended(purchase, "canceled", None, by=purchase.opening)
    written = (CREATE, RESERVE, CANCEL, RELEASE, RECORD)
    killer.verify(purchase, moment, *(f"{purchase.opening}/{step}" for step in written))


@pytest.mark.parametrize("moment", [Moment.ASKED, Moment.DONE])
def test_a_card_is_declined(killer: Killer, buyers: Buyers, moment: Moment) -> None:
    """The payment is canceled, and the offset released, by the saga of that attempt."""
    purchase = buyers.opened()
    steps = [(step, str) for step in (RETRIEVE, CANCEL, RELEASE)]
    attempt = killer.kill_at(moment, steps, lambda: buyers.fail(purchase))

    buyers.ended(purchase, "failed", "payment-failed", by=attempt)
    killer.verify(
        purchase,
        moment,
        *(f"{purchase.opening}/{step}" for step in (CREATE, RESERVE, RECORD)),
        *(f"{attempt}/{step}" for step in (CANCEL, RELEASE)),
    )


@pytest.mark.parametrize("moment", [Moment.ASKED, Moment.DONE])
def test_a_delivery_is_refused(killer: Killer, buyers: Buyers, moment: Moment) -> None:
    """The money goes back, and then the offset."""
    purchase = buyers.opened()
    buyers.refuse_delivery(purchase)
    undo = (REVOKE, CANCEL, REFUND, RESTOCK)
    steps = [(step, lambda _: purchase.success) for step in (DELIVER, *undo)]
    killer.kill_at(moment, steps, lambda: buyers.pay(purchase))

    buyers.ended(purchase, "refunded", "delivery-refused", by=purchase.success)
    killer.verify(
        purchase,
        moment,
        *(f"{purchase.opening}/{step}" for step in (CREATE, RESERVE, RECORD)),
        *(f"{purchase.success}/{step}" for step in (COMMIT, CAPTURE, DELIVER, *undo)),
    )


@pytest.mark.parametrize("as_activity", [False, True])
def test_the_end_is_published_once(
    battered: Stack, engine: TemporalServer, calls: Calls, buyers: Buyers, *, as_activity: bool
) -> None:
    """The broker has the notification, and its worker dies before it is confirmed."""
    del calls
    purchase = buyers.opened()
    with stopped(battered, "rabbitmq"):
        buyers.pay(purchase)
        if as_activity:
            engine.wait_until_held(purchase.opening, PUBLISH)
        else:
            waiting = unread(battered, reader="rabbitmq", writer="start_payment_worker")
            Shop.until(waiting, bool, "a notification for the broker", WAIT_S)
        battered.kill("start_payment_worker")
    battered.restart("start_payment_worker")
    buyers.ended(purchase, "paid", None, by=purchase.success)


def test_a_worker_that_is_restarted_in_order_loses_nothing(battered: Stack, buyers: Buyers) -> None:
    """SIGTERM between payment and delivery: what runs is finished or taken up again, and done once."""
    bought = [buyers.opened() for _ in range(4)]
    for purchase in bought:
        buyers.pay(purchase)
    battered.restart("payment_success_worker")
    for purchase in bought:
        buyers.ended(purchase, "paid", None, by=purchase.success)


def test_the_records_add_up(battered: Stack) -> None:
    """After all crashes: nothing held, nothing authorised, charged is what was delivered."""
    assert asyncio.run(audit_stack(battered.description)).faults == ()
