"""What can happen out of turn."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from functools import partial

from domain.payment import PaymentStatus
from tests.sagas.agenda import AgendaEvent
from tests.sagas.explorer.network import SERVICES, CallFate, fates_of
from tests.sagas.explorer.provider import PART
from tests.sagas.explorer.town import Town
from tests.sagas.world import PRICE

Move = Callable[[], object]

# A hiccup, an outage, and one that is longer than a step is tried.
OUTAGES = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=4))
# A card that is declined again and again.
DECLINES_MAX = 3


def _order(town: Town) -> list[Move]:
    """Something that is due overtakes what is older."""
    return [partial(town.step, event) for event in town.engine.agenda.due()[1:]]


def _time(town: Town) -> list[Move]:
    """A timer fires before what is due has happened."""
    return [partial(town.step, event) for event in town.engine.agenda.timers()]


def _call(town: Town) -> list[Move]:
    """Something becomes of the next call."""
    # What a saga does between its calls is passed over: nothing can become of it.
    for _ in range(10):
        attempts = [event for event in town.engine.agenda.due() if event.step]
        if attempts or not town.step():
            break

    def attempt(event: AgendaEvent, fate: CallFate) -> None:
        town.network.next_fate = fate
        town.step(event)

    return [partial(attempt, event, fate) for event in attempts[:1] for fate in fates_of(event.step)]


def _buyer(town: Town) -> list[Move]:
    """The buyer, his bank, or somebody in the provider's own pages does what the provider allows."""
    provider, payment = town.provider, town.provider.payment
    moves: list[Move] = [town.cancel] if town.purchase_is_open else []
    if payment is None:
        return moves
    if payment.status is PaymentStatus.PAYABLE:
        moves += [provider.buyer_pays, provider.buyer_pays, provider.bank_processes, provider.cancel_by_hand]
        return moves if payment.failed_attempts >= DECLINES_MAX else [*moves, provider.attempt_fails]
    if payment.status is PaymentStatus.PROCESSING:
        return [*moves, *(partial(provider.bank_decides, accepts=accepts) for accepts in (True, False))]
    if payment.outcome or payment.status is PaymentStatus.CANCELED:
        return moves
    if payment.amount_captured == 0:
        captures = [partial(provider.capture_by_hand, amount) for amount in (PRICE, PART)]
        return [*moves, provider.cancel_by_hand, *captures]
    left = payment.amount_captured - payment.amount_refunded
    refunds = [partial(provider.refund_by_hand, amount) for amount in (payment.amount_captured, PART)]
    return [*moves, *refunds] if left > PART else moves


def _webhook(town: Town) -> list[Move]:
    """One is lost, or comes once more."""

    def lose(number: int) -> None:
        town.tell(f"webhook {town.provider.news[number][0]} is lost")
        town.provider.lost_news.add(number)

    def repeat(number: int) -> None:
        town.tell(f"webhook {town.provider.news[number][0]} comes again")
        town.provider.news[number][1]()

    numbers = range(len(town.provider.news))
    losses: list[Move] = [partial(lose, n) for n in numbers if n not in town.provider.lost_news]
    return [*losses, *(partial(repeat, n) for n in numbers)]


def _worker(town: Town) -> list[Move]:
    def evict(workflow_id: str) -> None:
        town.tell(f"{workflow_id} is evicted from its worker's memory")
        town.engine.executions[workflow_id].evict()

    kinds = ("StartPayment", "PaymentSuccess", "PaymentFailed")
    # A worker forgets no saga in the middle of its task.
    idle = [execution.id for execution in town.open_sagas() if not execution.task]
    evictions: list[Move] = [partial(evict, workflow_id) for workflow_id in idle]
    return [*evictions, *(partial(town.crash, kind) for kind in kinds)]


def _operator(town: Town) -> list[Move]:
    def cancel(workflow_id: str) -> None:
        town.tell(f"operator: cancels {workflow_id}")
        town.engine.cancel(workflow_id)

    decisions: list[Move] = [
        partial(town.decide, execution, view, decision)
        for execution, view in town.parked()
        for decision in view.choices
    ]
    return [*decisions, *(partial(cancel, execution.id) for execution in town.open_sagas())]


def _service(town: Town) -> list[Move]:
    """A service goes away, a rival or the buyer's others take their share or return it, a call that hung arrives."""

    def away(service: str, outage: timedelta) -> None:
        town.network.close(service, town.engine.now + outage)

    arrivals: list[Move] = [
        partial(town.network.arrive, call) for call in town.network.hanging + town.network.overtaken
    ]
    rival: list[Move] = [town.rival_takes] if town.world.projects.free else []
    rival += [town.rival_gives_back] if town.rival_has else []
    others: Move = town.buyers_others_end if town.world.projects.others else town.buyer_opens_others
    outages = [partial(away, service, outage) for service in SERVICES for outage in OUTAGES]
    return [*arrivals, *rival, others, *outages]


def _client(town: Town) -> list[Move]:
    """The same request comes again, or Temporal's retention ends."""
    return [town.post] if town.open_sagas() else [town.post, town.forget]


class Actor(Enum):
    """Who moves."""

    CALL = 0
    BUYER = 1
    TIME = 2
    ORDER = 3
    WEBHOOK = 4
    WORKER = 5
    SERVICE = 6
    OPERATOR = 7
    CLIENT = 8


MOVES: dict[Actor, Callable[[Town], list[Move]]] = {
    Actor.CALL: _call,
    Actor.BUYER: _buyer,
    Actor.TIME: _time,
    Actor.ORDER: _order,
    Actor.WEBHOOK: _webhook,
    Actor.WORKER: _worker,
    Actor.SERVICE: _service,
    Actor.OPERATOR: _operator,
    Actor.CLIENT: _client,
}


def move(town: Town, kind: Actor, pick: int) -> None:
    """Make one of the moves that are possible, if any is."""
    moves = MOVES[kind](town)
    if moves:
        moves[pick % len(moves)]()
        town.take_notice()
