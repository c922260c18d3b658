"""Keys, errors, lists and idempotency of the web application."""

import pytest
from flask import Response

from simulators.stripe.call import Call
from simulators.stripe.errors import StripeError
from simulators.stripe.gateway import Gateway
from simulators.stripe.idempotency import IdempotencyKeys, asked
from simulators.stripe.models import Json
from simulators.stripe.parameters import Params
from simulators.stripe.settings import SimulatorSettings
from tests.unit.simulators.stripe.simulator import NEW, PUBLISHABLE, SECRET, Simulator, error


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, None), ({"Authorization": "Bearer sk_test_other"}, None), (PUBLISHABLE, "secret_key_required")],
)
def test_a_call_needs_the_secret_key(simulator: Simulator, headers: dict[str, str], code: str | None) -> None:
    """No key, an unknown key and a browser's key are 401."""
    refused = simulator.web.test_client().post("/v1/payment_intents", data=NEW, headers=headers)
    assert (refused.status_code, error(refused).get("code")) == (401, code)
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'


def test_a_browser_pays_with_publishable_key_and_client_secret(simulator: Simulator) -> None:
    """Stripe.js sends its key as a parameter; it sees no metadata, and any origin may call."""
    intent = simulator.create(**{"metadata[purchase_id]": "p1"})
    path = f"/v1/payment_intents/{intent['id']}"
    browser = simulator.web.test_client()
    known = {"key": "pk_test_development", "client_secret": intent["client_secret"]}
    seen = browser.get(path, query_string=known)
    declined = browser.post(f"{path}/confirm", data=known | {"payment_method": "pm_card_chargeDeclined"})
    paid = browser.post(f"{path}/confirm", data=known | {"payment_method": "pm_card_visa", "use_stripe_sdk": "true"})
    assert (seen.get_json()["amount"], "metadata" in seen.get_json()) == (1800, False)
    assert "metadata" not in error(declined)["payment_intent"]
    assert paid.get_json()["status"] == "succeeded"
    assert paid.headers["Access-Control-Allow-Origin"] == "*"
    assert browser.options(f"{path}/confirm").status_code == 204


@pytest.mark.parametrize("query", [{}, {"client_secret": "pi_other_secret_x"}])
def test_a_browser_needs_the_client_secret(simulator: Simulator, query: dict[str, str]) -> None:
    """The publishable key alone shows nothing."""
    path = f"/v1/payment_intents/{simulator.create()['id']}"
    refused = simulator.web.test_client().get(path, query_string=query, headers=PUBLISHABLE)
    assert (refused.status_code, error(refused)["param"]) == (400, "client_secret")


@pytest.mark.parametrize("path", ["payment_intents/pi_none", "charges/ch_none", "refunds/re_none", "events/evt_none"])
def test_an_unknown_object_is_missing(simulator: Simulator, path: str) -> None:
    """404 with Stripe's code."""
    refused = simulator.get(f"/v1/{path}")
    assert (refused.status_code, error(refused)["code"]) == (404, "resource_missing")
    assert refused.headers["Request-Id"].startswith("req_")


def test_an_unknown_path_is_unrecognized(simulator: Simulator) -> None:
    """What is not simulated answers as Stripe does for a wrong URL."""
    refused = simulator.get("/v1/customers")
    assert (refused.status_code, error(refused)["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": "49"}, "amount_too_small"),
        ({"amount": "100000000"}, "amount_too_large"),
        ({"currency": "xxx"}, None),
        ({"payment_method": "pm_none"}, "resource_missing"),
        ({"automatic_payment_methods[enabled]": "true"}, None),
        ({"confirm": "true"}, "parameter_missing"),
    ],
)
def test_what_cannot_be_charged_is_refused(simulator: Simulator, fields: dict[str, str], code: str | None) -> None:
    """Nothing is created by a refused call."""
    refused = simulator.post("/v1/payment_intents", NEW | fields)
    assert (refused.status_code, error(refused).get("code")) == (400, code)
    assert simulator.event_types() == []


def test_json_bodies_are_refused(simulator: Simulator) -> None:
    """`/v1` takes forms only, as Stripe does."""
    refused = simulator.web.test_client().post("/v1/payment_intents", json={"amount": 1800}, headers=SECRET)
    assert "check that your POST content type" in error(refused)["message"]


def test_the_first_answer_is_replayed(simulator: Simulator) -> None:
    """The same key and parameters give the same object again, and say so."""
    first = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    again = simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert simulator.event_types() == ["payment_intent.created"]


def test_a_decline_is_replayed(simulator: Simulator) -> None:
    """The key of a declined attempt never charges another time."""
    path = f"/v1/payment_intents/{simulator.create()['id']}/confirm"
    form = {"payment_method": "pm_card_chargeDeclined"}
    first = simulator.post(path, form, Idempotency_Key="k")
    again = simulator.post(path, form, Idempotency_Key="k")
    assert (again.status_code, again.get_json()) == (402, first.get_json())
    assert len(simulator.get("/v1/charges").get_json()["data"]) == 1


def test_a_key_stands_for_one_request(simulator: Simulator) -> None:
    """Other parameters or another path under the same key are an idempotency_error."""
    simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k")
    other = simulator.post("/v1/payment_intents", NEW | {"amount": "1900"}, Idempotency_Key="k")
    elsewhere = simulator.post("/v1/refunds", {"charge": "ch_x"}, Idempotency_Key="k")
    assert [(each.status_code, error(each)["type"]) for each in (other, elsewhere)] == [(400, "idempotency_error")] * 2


def test_wrong_parameters_use_up_no_key(simulator: Simulator) -> None:
    """A corrected call may use the same key, for nothing had begun."""
    simulator.post("/v1/payment_intents", {"currency": "usd"}, Idempotency_Key="k")
    assert simulator.post("/v1/payment_intents", NEW, Idempotency_Key="k").status_code == 200


def test_a_key_at_work_is_a_conflict() -> None:
    """Two requests at once under one key: the second is told to wait, and may come again afterwards."""
    keys, request = IdempotencyKeys(), asked("sk", "k", "/v1/refunds", [])
    with keys.hold(request), pytest.raises(StripeError) as refused, keys.hold(request):
        pass
    with keys.hold(request):
        assert (refused.value.status, refused.value.error["type"]) == (409, "idempotency_error")


def test_a_fault_of_ours_is_kept_too(simulator: Simulator) -> None:
    """A 500 rolls back, and its key answers 500 from then on."""
    gateway = Gateway(SimulatorSettings(_env_file=None), simulator.store, simulator.faults)
    ran: list[str | None] = []

    def fail(call: Call, _: Params) -> Json:
        ran.append(call.request_id)
        raise RuntimeError("a fault")

    def ask() -> Response:
        with simulator.web.test_request_context(
            "/v1/anything", method="POST", headers=SECRET | {"Idempotency-Key": "k"}
        ):
            return gateway.run(Params, fail)

    first, again = ask(), ask()
    assert (first.status_code, again.status_code, len(ran)) == (500, 500, 1)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_lists_are_read_page_by_page(simulator: Simulator) -> None:
    """Newest first; the cursor is an id."""
    ids = [simulator.create()["id"] for _ in range(3)]
    newest = simulator.get("/v1/payment_intents", limit="2").get_json()
    rest = simulator.get("/v1/payment_intents", starting_after=ids[1]).get_json()
    assert ([each["id"] for each in newest["data"]], newest["has_more"]) == ([ids[2], ids[1]], True)
    assert ([each["id"] for each in rest["data"]], rest["has_more"], rest["url"]) == (
        [ids[0]],
        False,
        "/v1/payment_intents",
    )


@pytest.mark.parametrize("query", [{"limit": "101"}, {"starting_after": "pi_none"}, {"ending_before": "pi_none"}])
def test_a_wrong_page_is_refused(simulator: Simulator, query: dict[str, str]) -> None:
    """Pages have at most 100 rows, a cursor has to exist, and what nobody of ours sends is not simulated."""
    assert simulator.get("/v1/payment_intents", **query).status_code == 400


def test_events_are_filtered_by_type_and_delivery(simulator: Simulator) -> None:
    """A type, a group of types, and whether the endpoint has all that it has subscribed to."""
    intent = simulator.create(confirm="true", payment_method="pm_card_visa")
    created = simulator.get("/v1/events", type="payment_intent.created").get_json()["data"][0]
    waiting = simulator.get("/v1/events", delivery_success="false").get_json()["data"]
    delivered = simulator.get("/v1/events", delivery_success="true").get_json()["data"]
    group = simulator.get("/v1/events", type="payment_intent.*").get_json()["data"]
    assert [(event["type"], event["pending_webhooks"]) for event in waiting] == [("payment_intent.succeeded", 1)]
    assert [event["type"] for event in delivered] == ["charge.succeeded", "payment_intent.created"]
    assert {event["pending_webhooks"] for event in delivered} == {0}
    assert {event["data"]["object"]["id"] for event in group} == {intent["id"]}
    assert (created["api_version"], created["livemode"]) == ("2026-10-28.endive", False)
