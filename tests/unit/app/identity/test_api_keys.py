"""Servers that call the intake: their keys, their scopes, and the buyers for whom they act."""

import hashlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity import Scope, new_api_key
from app.settings import IntakeSettings
from domain.keys import purchase_id_of
from tests.unit.app.requests import BODY, bearer, refusal
from tests.unit.fakes import ORDER, FakePaymentRecords, FakePurchases, saga

SHOP, SHOP_ENTRY = new_api_key("shop", set(Scope))
ROLLED, ROLLED_ENTRY = new_api_key("shop", set(Scope))
READER, READER_ENTRY = new_api_key("reports", {Scope.READ})
WRITER, WRITER_ENTRY = new_api_key("kiosk", {Scope.WRITE})
UNKNOWN, _ = new_api_key("shop", set(Scope))
PURCHASE = "/purchases/p1"


@pytest.fixture
def config() -> IntakeSettings:
    """The settings of an intake that three servers use; the key of one of them is being rolled."""
    return IntakeSettings.model_construct(api_keys=(SHOP_ENTRY, ROLLED_ENTRY, READER_ENTRY, WRITER_ENTRY))


def get(client: FlaskClient, key: str, route: str, buyer: str | None = "alice") -> TestResponse:
    """GET with a key, for a buyer."""
    query = {"on_behalf_of": buyer} if buyer is not None else {}
    return client.get(route, query_string=query, headers={"Authorization": f"Bearer {key}"})


def post(client: FlaskClient, key: str, route: str = "/purchases", **members: Any) -> TestResponse:
    """POST with a key: an order with further members, or a cancel with these alone."""
    body = (BODY if route == "/purchases" else {}) | members
    return client.post(route, json=body, headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k1"})


@pytest.mark.parametrize("key", [SHOP, ROLLED], ids=["shop", "rolled"])
def test_a_server_acts_for_the_buyer_that_it_names(
    anyone: FlaskClient, purchases: FakePurchases, payments: FakePaymentRecords, key: str
) -> None:
    """Opening, showing, listing: all is the buyer's, by either key while one is rolled."""
    purchases.sagas["p1"] = saga()
    assert post(anyone, key, on_behalf_of="alice").status_code == 201
    assert purchases.starts[0].order.buyer_id == "alice"
    assert get(anyone, key, PURCHASE).status_code == 200
    assert get(anyone, key, "/purchases").status_code == 200
    assert payments.pages_asked == [("alice", 20, None)]


def test_buyer_and_server_share_the_buyers_keys(anyone: FlaskClient, config: IntakeSettings) -> None:
    """One idempotency key leads to one purchase, whoever of the two uses it first."""
    headers = {"Authorization": bearer(config, "alice"), "Idempotency-Key": "k1"}
    first = anyone.post("/purchases", json=BODY, headers=headers)
    again = post(anyone, SHOP, on_behalf_of="alice")
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["purchase_id"] == purchase_id_of("alice", "k1")


def test_two_buyers_of_one_server_are_two(anyone: FlaskClient) -> None:
    """The same key for another buyer is another purchase."""
    found = {post(anyone, SHOP, on_behalf_of=buyer).get_json()["purchase_id"] for buyer in ("alice", "bob")}
    assert len(found) == 2


def test_a_server_sees_only_what_is_the_buyers(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """Another buyer's purchase does not exist for the one that it names."""
    purchases.sagas["p1"] = saga(ORDER)
    assert refusal(get(anyone, SHOP, PURCHASE, "bob")) == (404, "not-found")
    assert refusal(post(anyone, SHOP, f"{PURCHASE}/cancel", on_behalf_of="bob")) == (404, "not-found")
    assert purchases.canceled == []


@pytest.mark.parametrize("route", ["/purchases", PURCHASE, f"{PURCHASE}/cancel"])
def test_a_server_must_name_a_buyer(anyone: FlaskClient, purchases: FakePurchases, route: str) -> None:
    """422 with the field that is missing; nothing is started."""
    answers = [post(anyone, SHOP, route)] if route != PURCHASE else []
    answers += [get(anyone, SHOP, route, None)] if "cancel" not in route else []
    for answer in answers:
        assert refusal(answer) == (422, "invalid-request")
        assert answer.get_json()["errors"][0]["field"] == "on_behalf_of"
    assert answers
    assert not purchases.starts


@pytest.mark.parametrize("buyer", ["", "a b", "a@b.example", "a" * 65, "alice\n", "älice"])
def test_a_buyer_has_an_opaque_id(anyone: FlaskClient, purchases: FakePurchases, buyer: str) -> None:
    """The same ids as in a token's `sub`, in the body and in the query."""
    assert refusal(post(anyone, SHOP, on_behalf_of=buyer)) == (422, "invalid-request")
    assert refusal(get(anyone, SHOP, PURCHASE, buyer)) == (422, "invalid-request")
    assert refusal(get(anyone, SHOP, "/purchases", buyer)) == (422, "invalid-request")
    assert not purchases.starts


@pytest.mark.parametrize("buyer", ["alice", "bob"])
def test_a_buyer_acts_for_nobody(client: FlaskClient, purchases: FakePurchases, buyer: str) -> None:
    """403 for a buyer's own token with `on_behalf_of`, also for the own id."""
    purchases.sagas["p1"] = saga()
    answers = [
        client.post("/purchases", json=BODY | {"on_behalf_of": buyer}, headers={"Idempotency-Key": "k1"}),
        client.post(f"{PURCHASE}/cancel", json={"on_behalf_of": buyer}),
        client.get(f"{PURCHASE}?on_behalf_of={buyer}"),
        client.get(f"/purchases?on_behalf_of={buyer}"),
    ]
    assert [refusal(answer) for answer in answers] == [(403, "forbidden")] * 4
    assert not purchases.starts
    assert purchases.canceled == []


def test_a_key_does_what_its_scopes_say(anyone: FlaskClient, purchases: FakePurchases) -> None:
    """403 for the rest, before anything else is looked at."""
    purchases.sagas["p1"] = saga()
    forbidden = [
        post(anyone, READER, on_behalf_of="alice"),
        post(anyone, READER, f"{PURCHASE}/cancel", on_behalf_of="alice"),
        post(anyone, READER, surprise=1),
        get(anyone, WRITER, PURCHASE),
        get(anyone, WRITER, "/purchases"),
    ]
    assert [refusal(answer) for answer in forbidden] == [(403, "forbidden")] * 5
    assert not purchases.starts
    assert get(anyone, READER, PURCHASE).status_code == get(anyone, READER, "/purchases").status_code == 200
    assert post(anyone, WRITER, on_behalf_of="alice").status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        UNKNOWN,
        SHOP[:-1],
        SHOP + "x",
        SHOP.upper(),
        SHOP.replace("bpk_shop_", "bpk_reports_"),
        SHOP.removeprefix("bpk_"),
        hashlib.sha256(SHOP.encode()).hexdigest(),
        SHOP_ENTRY,
        f"bpk_{SHOP_ENTRY}",
        "bpk_",
        "bpk_shop_",
        "bpk_\xe9",
    ],
    # Keys are made by chance, and every process of the run has to know a test by the same name.
    ids=lambda _: "key",
)
def test_any_other_key_is_refused(anyone: FlaskClient, key: str) -> None:
    """Nearly right is wrong, and who has read our settings has no key: 401 with the scheme."""
    answer = get(anyone, key, "/purchases")
    assert refusal(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_answer_shows_a_key(anyone: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a refusal nor the log holds the secret of a good or a bad key."""
    caplog.set_level(0)
    texts = [get(anyone, key, "/purchases", None).text for key in (SHOP, UNKNOWN)]
    told = "".join([*texts, caplog.text])
    assert told
    assert not any(key.removeprefix("bpk_shop_") in told for key in (SHOP, UNKNOWN))
