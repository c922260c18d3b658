"""A crowd of open purchases without their buyers: what it leaves in Temporal and in the stores is the same.

A hundred thousand buyers would take hours. The crowd's sagas run on a queue of its own, where the services answer at
once, and are forgotten by every worker; the services' rows are copies of one that a buyer has opened.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, Table, insert, select
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.keys import fingerprint, payment_id_of, purchase_id_of
from domain.messages import ReserveCall, StartPaymentInput
from domain.offset import Reservation, ReservationStatus
from domain.payment import Payment, PaymentStatus
from domain.purchase import Item, Order
from engine.opening import open_saga
from lib.database.database import connect as database
from tools.bench.bare import connect
from tools.bench.buyer import BODY
from tools.devstack.shop import load_buyers
from workflows.start_payment import StartPayment

QUEUE = "bench-crowd"
# As many at once as keep every processor busy; their sagas are not kept in memory once they are open.
AT_ONCE = 32
# So many rows in a statement: a few hundred KB.
ROWS = 1_000
# A day: none ends while it is measured.
TTL_S = 86_400
# Whose rows are copied: the service, its table, and the columns in which one purchase's row differs from another's.
COPIED = (
    ("payments", "payments", {"purchase_id", "payment_id", "provider_reference", "buyer_id"}),
    ("projects", "reservations", {"payment_id", "buyer_id"}),
)


async def gather_crowd(stack: Mapping[str, Any], count: int, advance: Callable[[], object]) -> None:
    """Open so many; a buyer has opened at least one before. `advance` is called for each saga that is open."""
    names = load_buyers()
    run = uuid.uuid4().hex
    orders = [_order(next(names), f"{run}-{number}") for number in range(count)]
    client = await connect(stack["temporal"]["address"])
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[StartPayment],
        activities=[_create_payment, _reserve_offset],
        max_cached_workflows=AT_ONCE,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    waiting = iter(orders)

    async def openings() -> None:
        for order in waiting:
            await _open(client, order)
            advance()

    async with worker:
        await asyncio.gather(*(openings() for _ in range(AT_ONCE)))
    await asyncio.to_thread(_copy, stack["databases"], [_payment(order) for order in orders])


def _order(buyer: str, key: str) -> Order:
    return Order.canonical(
        purchase_id=purchase_id_of(buyer, key),
        buyer_id=buyer,
        items=[Item(**item) for item in BODY["items"]],
        amount=BODY["amount"],
        currency=BODY["currency"],
        payment_method="card",
    )


async def _open(client: Client, order: Order) -> None:
    key = order.purchase_id
    start = StartPaymentInput(
        order=order,
        fingerprint=fingerprint(order, key),
        opened_by=key,
        reservation_ttl_s=TTL_S,
        opening_timeout_s=TTL_S,
    )
    await open_saga(client, start, QUEUE)


def _payment(order: Order) -> Payment:
    return Payment(
        payment_id=payment_id_of(order.purchase_id),
        method=order.payment_method,
        provider="stripe",
        provider_reference=f"pi_{order.purchase_id[:24]}",
        purchase_id=order.purchase_id,
        buyer_id=order.buyer_id,
        status=PaymentStatus.PAYABLE,
        amount=order.amount,
        currency=order.currency,
        items=order.items,
        created_at=datetime.now(UTC),
    )


# The steps that open a purchase, by their names in histories.
@activity.defn(name="create-payment")
async def _create_payment(order: Order) -> Payment:
    return _payment(order)


@activity.defn(name="reserve-offset")
async def _reserve_offset(call: ReserveCall) -> Reservation:
    return Reservation(payment_id=call.payment_id, status=ReservationStatus.RESERVED)


def _copy(databases: Mapping[str, str], payments: Sequence[Payment]) -> None:
    """The rows that Payments and Projects would have written."""
    for service, table, differs in COPIED:
        _copy_last_row(databases[service], table, [payment.model_dump(include=differs) for payment in payments])


def _copy_last_row(url: str, name: str, changes: Sequence[dict[str, Any]]) -> None:
    engine = database(url)
    table = Table(name, MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        last = connection.execute(select(table).order_by(table.c.number.desc()).limit(1)).mappings().one()
    pattern = {column: value for column, value in last.items() if column != "number"}
    rows = [pattern | change for change in changes]
    for at in range(0, len(rows), ROWS):
        with engine.begin() as connection:
            connection.execute(insert(table), rows[at : at + ROWS])
    engine.dispose()
