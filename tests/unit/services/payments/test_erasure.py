"""A buyer is forgotten: the records stay under a name that leads to nobody."""

from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.requests import create, done, outcome, refusal

ERASURE = "/buyers/alice/erasure"


def completed(api: ServiceApi, purchase_id: str, buyer_id: str = "alice") -> None:
    """A purchase that has ended."""
    create(api, purchase_id=purchase_id, buyer_id=buyer_id)
    done(api.ask("PUT", f"/purchases/{purchase_id}/outcome", outcome(buyer_id=buyer_id)))


def test_the_buyers_records_bear_another_name(api: ServiceApi) -> None:
    """All of the buyer's and nobody else's; order, amount and outcome stay."""
    for purchase_id, buyer_id in (("p1", "alice"), ("p2", "bob"), ("p3", "alice")):
        completed(api, purchase_id, buyer_id)
    before = done(api.ask("GET", "/payments?purchase_id=p1"))["items"][0]
    begun = done(api.ask("POST", ERASURE))
    assert begun["renamed"] == 2
    assert done(api.ask("GET", "/payments?buyer_id=alice"))["items"] == []
    after = done(api.ask("GET", "/payments?purchase_id=p1"))["items"][0]
    assert after == before | {"buyer_id": begun["erased_as"]}
    assert len(done(api.ask("GET", "/payments?buyer_id=bob"))["items"]) == 1


def test_until_it_is_finished_the_same_name_comes_again(api: ServiceApi) -> None:
    """So that an interrupted erasure goes on in every store; after the end nobody knows the name any more."""
    completed(api, "p1")
    first = done(api.ask("POST", ERASURE))["erased_as"]
    completed(api, "p2")
    assert done(api.ask("POST", ERASURE)) == {"erased_as": first, "renamed": 1}
    assert [done(api.ask("DELETE", ERASURE))["finished"] for _ in range(2)] == [True, False]
    again = done(api.ask("POST", ERASURE))
    assert again["renamed"] == 0
    assert again["erased_as"] != first


def test_an_open_purchase_refuses(api: ServiceApi) -> None:
    """Its saga still has to deliver to the buyer; nothing is changed."""
    completed(api, "p1")
    create(api, purchase_id="p2")
    assert refusal(api.ask("POST", ERASURE)) == (409, "purchases-open")
    assert len(done(api.ask("GET", "/payments?buyer_id=alice"))["items"]) == 2


def test_the_repeat_of_an_erased_buyers_purchase_finds_its_record(api: ServiceApi) -> None:
    """A request that hung in the network for days creates no second payment."""
    completed(api, "p1")
    done(api.ask("POST", ERASURE))
    assert create(api)["outcome"]["status"] == "paid"
