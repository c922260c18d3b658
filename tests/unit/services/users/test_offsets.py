"""A buyer's offsets through the API: once per payment, and never again once revoked."""

import re
from typing import Any

import pytest

from tests.unit.service_api import ServiceApi, kind

OFFSETS = "/users/alice/offsets"


def offset(**changes: Any) -> dict[str, Any]:
    """A request to deliver 1.500 tCO2e."""
    item = {"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}
    return {"payment_id": "pi_1", "purchase_id": "3f5a", "items": [item]} | changes


def owned(api: ServiceApi, user_id: str = "alice") -> list[str]:
    """The payments of the offsets that a buyer owns."""
    return [each["payment_id"] for each in api.ask("GET", f"/users/{user_id}/offsets").get_json()["items"]]


def test_an_offset_is_delivered(api: ServiceApi) -> None:
    """A created offset is answered with 201 and its body, and stands in its buyer's list alone."""
    answer = api.ask("POST", OFFSETS, offset())
    shown = answer.get_json()
    assert answer.status_code == 201
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", shown.pop("created_at"))
    assert shown == offset()
    assert (owned(api), owned(api, "bob")) == (["pi_1"], [])


def test_a_repeat_delivers_nothing_more(api: ServiceApi) -> None:
    """The same offset again, whoever asks, gets the same answer and is owned once."""
    first = api.ask("POST", OFFSETS, offset())
    again = api.ask("POST", OFFSETS, offset(), key="another/key")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert owned(api) == ["pi_1"]


@pytest.mark.parametrize("changes", [{"purchase_id": "other"}, {"items": [offset()["items"][0] | {"quantity": "2"}]}])
def test_another_offset_for_the_same_payment_is_refused(api: ServiceApi, changes: dict[str, Any]) -> None:
    """A payment that has bought one thing cannot deliver another."""
    api.ask("POST", OFFSETS, offset())
    answer = api.ask("POST", OFFSETS, offset(**changes))
    assert (answer.status_code, kind(answer)) == (409, "offset-mismatch")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_payment_belongs_to_one_buyer(api: ServiceApi, method: str) -> None:
    """Another buyer can neither receive nor lose what a payment has delivered."""
    api.ask("POST", OFFSETS, offset())
    path = "/users/bob/offsets" + ("/pi_1" if method == "DELETE" else "")
    answer = api.ask(method, path, offset() if method == "POST" else None)
    assert (answer.status_code, kind(answer)) == (409, "offset-mismatch")
    assert owned(api) == ["pi_1"]


def test_an_unknown_buyer_is_not_found(api: ServiceApi) -> None:
    """An offset for a buyer whom nobody knows is 404, and so are his list and himself."""
    assert kind(api.ask("GET", "/users/mallory")) == "not-found"
    assert kind(api.ask("POST", "/users/mallory/offsets", offset())) == "not-found"
    assert kind(api.ask("GET", "/users/mallory/offsets")) == "not-found"


def test_a_known_buyer_is_shown(api: ServiceApi) -> None:
    """Whoever has an account is shown, before anything was bought."""
    answer = api.ask("GET", "/users/alice")
    assert (answer.status_code, answer.get_json()) == (200, {"user_id": "alice"})


def test_a_revoked_offset_is_gone_for_good(api: ServiceApi) -> None:
    """A revoke answers with the offset, also when repeated; it is owned no more and not created again."""
    created = api.ask("POST", OFFSETS, offset()).get_json()
    answers = [api.ask("DELETE", f"{OFFSETS}/pi_1") for _ in range(2)]
    assert [(a.status_code, a.get_json()) for a in answers] == [(200, created)] * 2
    assert owned(api) == []
    late = api.ask("POST", OFFSETS, offset())
    assert (late.status_code, kind(late)) == (409, "offset-revoked")


@pytest.mark.parametrize("buyer", ["alice", "mallory"])
def test_a_revoke_of_an_unknown_offset_leaves_a_tombstone(api: ServiceApi, buyer: str) -> None:
    """A revoke that overtakes its create is done, for an unknown buyer too, and the late create is refused."""
    answer = api.ask("DELETE", f"/users/{buyer}/offsets/pi_1")
    assert answer.status_code == 200
    assert (answer.get_json()["purchase_id"], answer.get_json()["items"]) == (None, [])
    assert kind(api.ask("POST", f"/users/{buyer}/offsets", offset())) == "offset-revoked"
    assert owned(api) == []


def test_offsets_are_listed_newest_first(api: ServiceApi) -> None:
    """The list shows the newest offset first, in pages that leave out revoked ones."""
    for number in range(4):
        api.ask("POST", OFFSETS, offset(payment_id=f"pi_{number}"))
    api.ask("DELETE", f"{OFFSETS}/pi_2")
    first = api.ask("GET", f"{OFFSETS}?limit=2").get_json()
    second = api.ask("GET", f"{OFFSETS}?limit=2&cursor={first['next_cursor']}").get_json()
    assert [each["payment_id"] for each in first["items"] + second["items"]] == ["pi_3", "pi_1", "pi_0"]
    assert second["next_cursor"] is None


def test_all_buyers_offsets_are_listed(api: ServiceApi) -> None:
    """The list over all buyers names whose each offset is, in pages that leave out revoked ones."""
    for number, buyer in enumerate(("alice", "bob", "alice", "bob")):
        api.ask("POST", f"/users/{buyer}/offsets", offset(payment_id=f"pi_{number}"))
    api.ask("DELETE", f"{OFFSETS}/pi_2")
    first = api.ask("GET", "/offsets?limit=2").get_json()
    second = api.ask("GET", f"/offsets?limit=2&cursor={first['next_cursor']}").get_json()
    listed = first["items"] + second["items"]
    assert [(each["payment_id"], each["user_id"]) for each in listed] == [
        ("pi_3", "bob"),
        ("pi_1", "bob"),
        ("pi_0", "alice"),
    ]
    assert second["next_cursor"] is None


def test_an_offset_is_found_by_its_payment(api: ServiceApi) -> None:
    """What was delivered shows as delivered, and as revoked once it is; its items stay to be seen."""
    api.ask("POST", OFFSETS, offset())
    shown = api.ask("GET", f"{OFFSETS}/pi_1").get_json()
    assert (shown["status"], shown["purchase_id"], shown["items"]) == ("delivered", "3f5a", offset()["items"])
    api.ask("DELETE", f"{OFFSETS}/pi_1")
    assert api.ask("GET", f"{OFFSETS}/pi_1").get_json() == shown | {"status": "revoked"}


def test_a_mark_is_found_as_revoked(api: ServiceApi) -> None:
    """A payment whose delivery was revoked before it came has a tombstone, an unknown buyer's too."""
    api.ask("DELETE", "/users/nobody/offsets/pi_1")
    shown = api.ask("GET", "/users/nobody/offsets/pi_1").get_json()
    assert (shown["status"], shown["purchase_id"], shown["items"]) == ("revoked", None, [])


def test_an_offset_that_is_not_there_is_not_found(api: ServiceApi) -> None:
    """A payment that delivered nothing, or to another buyer, is 404."""
    api.ask("POST", "/users/bob/offsets", offset())
    answers = [api.ask("GET", f"{OFFSETS}/{payment}") for payment in ("pi_1", "pi_2")]
    assert [(answer.status_code, kind(answer)) for answer in answers] == [(404, "not-found")] * 2


@pytest.mark.parametrize("buyer", ["alice", "bob", "load-0", "load-999"])
def test_the_seeded_buyers_are_known(api: ServiceApi, buyer: str) -> None:
    """The buyers of demonstrations and load tests are there."""
    assert api.ask("GET", f"/users/{buyer}/offsets").get_json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("changes", [{"payment_id": "pi 1"}, {"items": []}, {"purchase_id": ""}, {"extra": 1}])
def test_an_invalid_offset_is_refused(api: ServiceApi, changes: dict[str, Any]) -> None:
    """A body that breaks the contract is 422 with its faults."""
    answer = api.ask("POST", OFFSETS, offset(**changes))
    assert (answer.status_code, kind(answer)) == (422, "invalid-request")
    assert answer.get_json()["errors"]


def test_every_write_names_its_caller(api: ServiceApi) -> None:
    """A write without Idempotency-Key is 400."""
    answers = [api.ask("POST", OFFSETS, offset(), key=None), api.ask("DELETE", f"{OFFSETS}/pi_1", key=None)]
    assert [(a.status_code, kind(a)) for a in answers] == [(400, "idempotency-key-missing")] * 2
