"""Many callers at once, on two processes; and a provider that is away or does not know us."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.integration.payments.conftest import SECRET_KEY, PaymentsProcesses, order
from tests.integration.payments.test_life import create, done, refusal
from tests.integration.service_process import running_service, wait_until
from tools.devstack.ports import free_port

CALLERS = 16


def all_at_once(calls: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """The answers of calls that were made at the same time, each repeated until it is clear."""

    def completed(call: Callable[[], httpx.Response]) -> httpx.Response:
        answer = call()
        while answer.status_code == 503:
            answer = call()
        return answer

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(completed, calls))


def intents_of(shop: PaymentsProcesses, purchase_id: str) -> list[str]:
    """The statuses of all payments that the provider has for a purchase."""
    found = shop.stripe.v1.payment_intents.list({"limit": 100}).data
    return [each.status for each in found if each.metadata and each.metadata.to_dict()["purchase_id"] == purchase_id]


def test_creations_at_once_make_one_payment(shop: PaymentsProcesses) -> None:
    """Sixteen requests on two processes get the same payment, and the provider has no other."""
    body = order()
    calls = [partial(shop.automatic[n % 2].ask, "POST", "/payments", body) for n in range(CALLERS)]
    answers = all_at_once(calls)
    assert Counter(answer.status_code for answer in answers) == {201: CALLERS}
    assert len({answer.json()["payment_id"] for answer in answers}) == 1
    assert intents_of(shop, body["purchase_id"]) == ["requires_payment_method"]


def test_a_cancel_among_creations_leaves_nothing_payable(shop: PaymentsProcesses) -> None:
    """However the requests interleave, the purchase ends canceled and so does whatever the provider made for it."""
    body = order()
    path = f"/purchases/{body['purchase_id']}/cancel"
    creations = [partial(shop.automatic[n % 2].ask, "POST", "/payments", body) for n in range(CALLERS // 2)]
    cancels = [partial(shop.automatic[n % 2].ask, "POST", path, key="undo") for n in range(CALLERS // 2)]
    answers = all_at_once([call for pair in zip(creations, cancels, strict=True) for call in pair])
    assert {answer.status_code for answer in answers[::2]} <= {201, 409}
    assert {answer.status_code for answer in answers[1::2]} == {200}
    assert set(intents_of(shop, body["purchase_id"])) <= {"canceled"}
    assert done(shop.automatic[0].ask("POST", path))["canceled_by"] == "undo"


def test_refunds_at_once_give_back_once(shop: PaymentsProcesses) -> None:
    """Sixteen refunds are all done, and the provider has made one."""
    payment = create(shop.automatic[0])
    shop.pay(payment.reference)
    calls = [partial(shop.automatic[n % 2].ask, "POST", f"/payments/{payment.id}/refund") for n in range(CALLERS)]
    assert {done(answer)["amount_refunded"] for answer in all_at_once(calls)} == {1800}
    assert len(shop.stripe.v1.refunds.list({"payment_intent": payment.reference}).data) == 1


@pytest.mark.parametrize(
    ("key", "away", "answer"),
    [
        (SECRET_KEY, True, (503, "dependency-unavailable")),
        ("sk_test_of_another", False, (502, "provider-misconfigured")),
    ],
)
def test_a_provider_that_is_away_or_does_not_know_us(
    simulator: str, tmp_path: Path, key: str, away: bool, answer: tuple[int, str]
) -> None:
    """Away is 503, to be repeated; a key that is not the provider's is 502; the list answers all the same."""
    settings = {
        "PAYMENTS_DATABASE_URL": f"sqlite:///{tmp_path / 'payments.db'}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}" if away else simulator,
        "STRIPE_SECRET_KEY": key,
    }
    with running_service("payments", tmp_path / "log", **settings) as service:
        wait_until("Payments is ready", service.ready)
        assert refusal(service.ask("POST", "/payments", order(purchase_id=uuid4().hex))) == answer
        assert [row["status"] for row in done(service.ask("GET", "/payments"))["items"]] == ["creating"]
