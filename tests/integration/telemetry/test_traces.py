"""One purchase is one trace, from the page's POST to the notification's reader, and it tells nothing of a person."""

import re
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.integration.newcomers import newcomer
from tests.integration.telemetry.collector import Collector, SeenSpan
from tools.devstack.patience import PATIENCE_S
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

Basket = tuple[list[dict[str, str]], int]
# Who takes part in every paid purchase.
PROCESSES = {"intake", "start_payment_worker", "payment_success_worker", "payments", "projects", "users", "notifier"}
OUTSIDERS = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def basket(client: Shop) -> Basket:
    """0.100 tCO2e and their price."""
    return [item(client.milestones()["mangrove-2"], "0.100")], 120


def opened(client: Shop, basket: Basket) -> dict[str, Any]:
    """A purchase that waits for its payment."""
    response = client.open(*basket)
    assert response.status_code == 201, response.text
    return dict(response.json())


def trace(collector: Collector, purchase_id: str, *names: str) -> list[SeenSpan]:
    """The spans of the purchase's trace, once those of these names are there and all hang together under one root."""

    def arrived() -> list[SeenSpan]:
        spans = collector.spans()
        roots = [span for span in spans if span.name == "POST /purchases" and not span.parent_id]
        mine = [root.trace_id for root in roots if root.attributes.get("purchase_id") == purchase_id]
        return [span for span in spans if span.trace_id in mine]

    return Shop.until(arrived, lambda spans: _is_whole(spans, names), f"the trace with {names}")


def _is_whole(spans: list[SeenSpan], names: tuple[str, ...]) -> bool:
    known = {span.span_id for span in spans}
    one_tree = len({span.trace_id for span in spans}) == 1 and sum(span.parent_id not in known for span in spans) == 1
    return one_tree and {span.name for span in spans}.issuperset(names)


@pytest.fixture(scope="module", autouse=True)
def expiring(traced: Stack) -> dict[str, Any]:
    """A purchase that nobody pays: the other tests run meanwhile."""
    with Shop(traced.description, newcomer()) as shop:
        return opened(shop, ([item(shop.milestones()["mangrove-2"], "0.100")], 120))


def test_a_paid_purchase_is_one_trace(client: Shop, collector: Collector, basket: Basket) -> None:
    """From the POST through every process to the reader of the notification, though Stripe's webhook knows nothing."""
    answer = opened(client, basket)
    client.pay(answer).raise_for_status()
    client.completed(answer["purchase_id"])
    # Each process sends its spans when it likes to: all are waited for by name.
    spans = trace(
        collector,
        answer["purchase_id"],
        "POST /purchases",
        "RunWorkflow:StartPayment",
        "RunActivity:create-payment",
        "POST payments",
        "POST /payments",
        "Stripe create",
        "RunWorkflow:PaymentSuccess",
        "PATCH /reservations/<payment:payment_id>",
        "publish payment.success",
        "process payment.success",
        "CompleteWorkflow:StartPayment",
    )
    assert {span.process for span in spans} == PROCESSES
    # What the server has started twice would be there twice; a look that has grown old is taken once more, at the end.
    runs = Counter(span.name for span in spans if span.name.startswith(("RunWorkflow", "RunActivity")))
    looks = runs.pop("RunActivity:retrieve-payment")
    assert (set(runs.values()), looks in {1, 2}) == ({1}, True)


def test_the_webhooks_own_trace_leads_to_the_purchases(client: Shop, collector: Collector, basket: Basket) -> None:
    """Stripe's request is a trace of its own, linked to the purchase that it is about."""
    answer = opened(client, basket)
    client.pay(answer).raise_for_status()
    purchase = trace(collector, answer["purchase_id"], "RunWorkflow:PaymentSuccess")[0].trace_id

    def linked() -> list[SeenSpan]:
        hooks = [span for span in collector.spans() if span.name == "POST /webhooks/stripe"]
        return [span for span in hooks if span.links == (purchase,)]

    hook = Shop.until(linked, bool, "the webhook's span", 30)[0]
    assert hook.trace_id != purchase
    client.completed(answer["purchase_id"])


def test_an_outsiders_trace_is_linked_and_not_continued(
    traced: Stack, client: Shop, collector: Collector, basket: Basket
) -> None:
    """A caller's traceparent chooses neither our trace's id nor what is sampled."""
    headers = client.buyer_headers() | {
        "Idempotency-Key": "outsiders",
        "traceparent": f"00-{OUTSIDERS}-b7ad6b7169203331-00",
        "tracestate": "theirs=1",
    }
    body = {"items": basket[0], "amount": basket[1], "currency": "usd"}
    url = f"{traced.description['processes']['intake']['url']}/purchases"
    response = httpx.post(url, json=body, headers=headers, timeout=PATIENCE_S)
    assert response.status_code == 201, response.text
    root = trace(collector, response.json()["purchase_id"], "RunActivity:reserve-offset")[0]
    spans = collector.spans()
    assert OUTSIDERS not in {span.trace_id for span in spans}
    posts = [span for span in spans if span.trace_id == root.trace_id and span.name == "POST /purchases"]
    assert [span.links for span in posts] == [(OUTSIDERS,)]


def test_spans_tell_nothing_of_a_person_and_no_secret(client: Shop, collector: Collector, basket: Basket) -> None:
    """No token, secret, address, query, path or text of an error is in any body that was ever sent."""
    answer = opened(client, basket)
    assert client.pay(answer, "pm_card_chargeDeclined").status_code == 402
    trace(collector, answer["purchase_id"], "process payment.failed")
    sent = b"".join(collector.bodies)
    secrets = {
        answer["next_action"]["client_secret"],
        client.stack["service_token"],
        client.stack["stripe"]["secret_key"],
    }
    secrets |= {client.buyer, client.buyer_headers()["Authorization"].removeprefix("Bearer ")}
    assert {secret for secret in secrets if secret.encode() in sent} == set()
    assert not re.search(rb"127\.0\.0\.1|python-httpx|Traceback|client_secret=|\?limit=", sent)


def test_a_declined_and_an_expired_purchase_are_one_trace_each(
    client: Shop, collector: Collector, basket: Basket, expiring: dict[str, Any]
) -> None:
    """PaymentFailed is joined too, and a deadline needs no webhook at all."""
    declined = opened(client, basket)
    client.pay(declined, "pm_card_chargeDeclined")
    for purchase, end in ((declined, "failed"), (expiring, "expired")):
        named = (f"process payment.{end}", "CompleteWorkflow:StartPayment")
        spans = trace(collector, purchase["purchase_id"], *named)
        assert sum(span.name == f"process payment.{end}" for span in spans) == 1
