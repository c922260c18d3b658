"""A purchase as the services have it, over HTTP."""

from collections.abc import Callable
from typing import Any

import httpx

from audit.settings import SERVICES
from operators.records import HttpReaders, PurchaseRecords, Record
from tests.unit.operators.conftest import PAYMENT

Answer = Callable[[], httpx.Response]


async def read(
    answers: dict[str, httpx.Response], purchase_id: str | None = "p1", payment_id: str | None = "payment-1"
) -> Any:
    """The records by what each service answers under its path; who is not named is not there."""
    return await readers(answers).read(purchase_id, payment_id)


def readers(answers: dict[str, httpx.Response]) -> HttpReaders:
    """Who reads what each service answers under its path."""

    def answer(request: httpx.Request) -> httpx.Response:
        known = answers.get(f"{request.url.host}{request.url.path}")
        if known is None:
            raise httpx.ConnectError("refused")
        return known

    urls = {name: f"http://{name}" for name in SERVICES}
    return HttpReaders(urls, "token", lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)))


def found(entry: dict[str, Any]) -> httpx.Response:
    """A service's answer."""
    return httpx.Response(200, json=entry)


def refused() -> httpx.Response:
    """A service that does not know it."""
    return httpx.Response(404, json={"type": "https://x/not-found", "detail": "No."})


async def test_all_four_are_asked_by_what_payments_knows() -> None:
    """The buyer and the payment are learned from Payments, so that the purchase's id is enough."""
    records = await read(
        {
            "payments/payments": found({"items": [PAYMENT], "next_cursor": None}),
            "payments/payments/payment-1": found(PAYMENT),
            "projects/reservations/payment-1": found({"status": "reserved"}),
            "users/users/alice/offsets/payment-1": refused(),
            "notifier/notifications": found({"items": []}),
        },
        payment_id=None,
    )
    assert records == PurchaseRecords(
        payment=Record(entry=PAYMENT),
        reservation=Record(entry={"status": "reserved"}),
        offset=Record(),
        notifications=Record(entry={"items": []}),
    )


async def test_who_is_away_does_not_take_the_others_with_it() -> None:
    """Each problem stands at its own record, with what was asked."""
    records = await read(
        {"payments/payments/payment-1": found(PAYMENT), "projects/reservations/payment-1": httpx.Response(403)}
    )
    assert records.payment.entry == PAYMENT
    assert "403" in records.reservation.problem
    assert records.offset.problem == "GET /users/alice/offsets/payment-1: no answer of http://users, ConnectError"


async def test_a_provider_that_is_away() -> None:
    """What Payments has recorded stands in, and says that it does."""
    record = found({"items": [PAYMENT], "next_cursor": None})
    records = await read({"payments/payments/payment-1": httpx.Response(503), "payments/payments": record})
    assert records.payment == Record(entry=PAYMENT, problem="GET /payments/payment-1: 503")


async def test_an_id_that_no_purchase_can_have() -> None:
    """Nothing is there, and that is no problem; who cannot be asked by it is not."""
    no = httpx.Response(422, json={"type": "https://x/invalid-request", "detail": "No."})
    records = await read({"payments/payments": no, "notifier/notifications": no}, payment_id=None)
    assert records == PurchaseRecords(payment=Record(), reservation=None, offset=None, notifications=Record())


async def test_a_payment_that_nobody_knows() -> None:
    """Nothing is there, and that is no problem."""
    records = await read({"payments/payments/payment-1": refused()}, purchase_id=None)
    assert records.payment == Record()


async def test_a_payment_is_found_by_what_its_provider_calls_it() -> None:
    """Payments lists the one that it knows; none, or no answer, is None."""
    page = {"items": [PAYMENT], "next_cursor": None}
    assert await readers({"payments/payments": found(page)}).payment_called("pi_3QK1") == "payment-1"
    assert await readers({"payments/payments": found(page | {"items": []})}).payment_called("pi_3QK1") is None
    assert await readers({}).payment_called("pi_3QK1") is None
