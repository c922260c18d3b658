"""Payments' contract as our client speaks it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from clients.payments import HttpPayments
from domain.errors import ContractBroken, Refused
from domain.payment import PaymentStatus
from tests.unit.clients.conftest import Callee
from tests.unit.values import ORDER, PAYMENT_ID, outcome, payment

PAYMENT = payment().model_dump(mode="json")
ITEMS = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]
# A payment's id that could lead to another path.
ODD = "pi/../1"


@pytest.fixture
def payments(http: httpx.AsyncClient) -> HttpPayments:
    """The client of Payments."""
    return HttpPayments(http, "http://payments", "token")


PAYMENT_CALLS: list[tuple[Callable[[HttpPayments], Awaitable[Any]], tuple[str, str], str | None]] = [
    (lambda port: port.create(ORDER, "k1"), ("POST", "/payments"), "k1"),
    (lambda port: port.retrieve(PAYMENT_ID), ("GET", f"/payments/{PAYMENT_ID}"), None),
    (lambda port: port.cancel(PAYMENT_ID, "k1"), ("POST", f"/payments/{PAYMENT_ID}/cancel"), "k1"),
    (lambda port: port.capture(PAYMENT_ID, "k1"), ("POST", f"/payments/{PAYMENT_ID}/capture"), "k1"),
    (lambda port: port.refund(PAYMENT_ID, "k1"), ("POST", f"/payments/{PAYMENT_ID}/refund"), "k1"),
    (lambda port: port.cancel_payment_of("p1", "k1"), ("POST", "/purchases/p1/cancel"), "k1"),
    (lambda port: port.record_outcome(ORDER, outcome(), "k1"), ("PUT", "/purchases/p1/outcome"), "k1"),
]


@pytest.mark.parametrize(("call", "asked", "key"), PAYMENT_CALLS)
async def test_payments_answers_the_payment(
    payments: HttpPayments,
    callee: Callee,
    call: Callable[[HttpPayments], Awaitable[Any]],
    asked: tuple[str, str],
    key: str | None,
) -> None:
    """Each call has its route, every write its key, and the answer is the payment."""
    callee.answers(200, PAYMENT)
    assert await call(payments) == payment()
    assert callee.asked == asked
    assert callee.requests[0].headers.get("Idempotency-Key") == key


async def test_a_payment_is_created_for_an_order(payments: HttpPayments, callee: Callee) -> None:
    """The whole order goes out, and nothing else."""
    callee.answers(201, PAYMENT)
    await payments.create(ORDER, "k1")
    assert callee.body == {
        "purchase_id": "p1",
        "buyer_id": "alice",
        "items": ITEMS,
        "amount": 1800,
        "currency": "usd",
        "method": "card",
    }


async def test_an_outcome_is_recorded_with_its_order(payments: HttpPayments, callee: Callee) -> None:
    """Also a purchase without a payment gets a record, so its order goes along; its id stands in the path."""
    callee.answers(200, PAYMENT)
    await payments.record_outcome(ORDER, outcome(), "k1")
    order = {"buyer_id": "alice", "items": ITEMS, "amount": 1800, "currency": "usd", "method": "card"}
    recorded: dict[str, Any] = {"status": "paid", "reason": None, "fingerprint": "f1", "answer": None, "timeline": []}
    assert callee.body == order | recorded


async def test_a_payment_that_has_ended_brings_its_outcome(payments: HttpPayments, callee: Callee) -> None:
    """What Payments has recorded comes back as it went."""
    ended = payment(status=PaymentStatus.CANCELED, outcome=outcome(answer={"refused": {"kind": "sold-out"}}))
    callee.answers(200, ended.model_dump(mode="json"))
    assert await payments.retrieve(PAYMENT_ID) == ended


async def test_further_members_of_an_answer_are_left_alone(payments: HttpPayments, callee: Callee) -> None:
    """A service may tell more than we know."""
    callee.answers(200, PAYMENT | {"something": "new"})
    assert await payments.retrieve(PAYMENT_ID) == payment()


@pytest.mark.parametrize("kind", ["not-found", "payment-paid", "payment-processing", "payment-canceled"])
async def test_payments_refusals_are_known(payments: HttpPayments, callee: Callee, kind: str) -> None:
    """Each leads the saga another way."""
    callee.refuses(409, kind)
    with pytest.raises(Refused, match=kind):
        await payments.cancel(PAYMENT_ID, "k1")


async def test_a_tombstone_has_no_order(payments: HttpPayments, callee: Callee) -> None:
    """A cancel that came before its payment is done: Payments answers a row without a buyer."""
    unknown = ("method", "provider", "provider_reference", "buyer_id", "amount", "currency")
    nothing: dict[str, Any] = dict.fromkeys(unknown) | {"items": []}
    callee.answers(200, PAYMENT | nothing | {"status": "canceled", "canceled_by": "k1"})
    tombstone = await payments.cancel_payment_of("p1", "k1")
    assert (tombstone.payment_id, tombstone.status) == (PAYMENT_ID, PaymentStatus.CANCELED)
    with pytest.raises(ValueError, match="p1 is a tombstone"):
        _ = tombstone.order


async def test_a_payment_without_a_member_breaks_the_contract(payments: HttpPayments, callee: Callee) -> None:
    """A saga must not decide on half a payment."""
    for broken in ({}, PAYMENT | {"status": "unheard_of"}, PAYMENT | {"amount": "much"}):
        callee.answers(200, broken)
        with pytest.raises(ContractBroken):
            await payments.retrieve(PAYMENT_ID)


FOUND_BY: list[tuple[Callable[[HttpPayments], Awaitable[Any]], str]] = [
    (lambda port: port.find("p1"), "/payments?purchase_id=p1"),
    (lambda port: port.find_by_reference("pi_1"), "/payments?provider_reference=pi_1"),
]


@pytest.mark.parametrize(("find", "asked"), FOUND_BY, ids=["purchase", "provider's reference"])
async def test_a_record_is_found(
    payments: HttpPayments, callee: Callee, find: Callable[[HttpPayments], Awaitable[Any]], asked: str
) -> None:
    """The only one of a page, or none."""
    callee.answers(200, {"items": [PAYMENT], "next_cursor": None})
    assert await find(payments) == payment()
    assert callee.asked == ("GET", asked)
    callee.answers(200, {"items": [], "next_cursor": None})
    assert await find(payments) is None


async def test_a_buyers_records_come_in_pages(payments: HttpPayments, callee: Callee) -> None:
    """Limit and cursor go out, the next cursor comes back."""
    callee.answers(200, {"items": [PAYMENT], "next_cursor": "next"})
    assert await payments.list("alice", 5, "c=1") == ([payment()], "next")
    assert callee.asked == ("GET", "/payments?buyer_id=alice&limit=5&cursor=c%3D1")
    await payments.list("alice", 5, None)
    assert callee.requests[1].url.query == b"buyer_id=alice&limit=5"


async def test_a_clients_cursor_may_be_refused_and_a_sagas_call_not(payments: HttpPayments, callee: Callee) -> None:
    """Only a list passes a client's own words on; a saga's invalid request is a broken contract."""
    callee.refuses(422, "invalid-request")
    with pytest.raises(Refused):
        await payments.list("alice", 5, "x")
    with pytest.raises(ContractBroken):
        await payments.create(ORDER, "k1")


@pytest.mark.parametrize(
    "page", [{}, {"items": None, "next_cursor": None}, {"items": []}, {"items": [{}], "next_cursor": None}]
)
async def test_a_page_without_its_members_breaks_the_contract(
    payments: HttpPayments, callee: Callee, page: dict[str, Any]
) -> None:
    """No page is guessed."""
    callee.answers(200, page)
    for call in (payments.find("p1"), payments.list("alice", 5, None)):
        with pytest.raises(ContractBroken):
            await call


@pytest.mark.parametrize("call", [call for call, _, _ in PAYMENT_CALLS])
async def test_an_answer_about_another_payment_breaks_the_contract(
    payments: HttpPayments, callee: Callee, call: Callable[[HttpPayments], Awaitable[Any]]
) -> None:
    """A saga must not decide on another purchase's money."""
    callee.answers(200, PAYMENT | {"payment_id": "another"})
    with pytest.raises(ContractBroken, match="another"):
        await call(payments)


async def test_a_payments_id_leads_to_no_other_path(payments: HttpPayments, callee: Callee) -> None:
    """Whatever an event has told as one."""
    callee.refuses(404, "not-found")
    for ask in (payments.retrieve, payments.next_action):
        callee.requests.clear()
        with pytest.raises(Refused):
            await ask(ODD)
        assert callee.asked[1].startswith("/payments/pi%2F..%2F1")


@pytest.mark.parametrize(
    "action",
    [
        {"type": "stripe", "client_secret": "pi_1_secret", "payment_intent": "pi_1"},
        {"type": "redirect", "url": "https://pay.example/1"},
        {"type": "none"},
    ],
)
async def test_a_next_action_is_passed_on(payments: HttpPayments, callee: Callee, action: dict[str, str]) -> None:
    """As Payments tells it, with what its type needs."""
    callee.answers(200, action)
    assert (await payments.next_action(PAYMENT_ID)).model_dump(exclude_none=True) == action
    assert callee.asked == ("GET", f"/payments/{PAYMENT_ID}/next-action")


@pytest.mark.parametrize("action", [{}, {"type": "unheard-of"}, {"type": "stripe", "client_secret": 7}])
async def test_an_unknown_next_action_breaks_the_contract(
    payments: HttpPayments, callee: Callee, action: dict[str, Any]
) -> None:
    """Nothing else may reach a buyer's page as a secret or a way."""
    callee.answers(200, action)
    with pytest.raises(ContractBroken):
        await payments.next_action(PAYMENT_ID)
