"""Webhook endpoints, as Stripe keeps and shows them."""

import pytest

from tests.unit.simulators.stripe.simulator import SECRET, Simulator, error

PATH = "/v1/webhook_endpoints"
NEW = {
    "url": "https://shop.example/webhooks/stripe",
    "enabled_events[0]": "payment_intent.succeeded",
    "enabled_events[1]": "refund.failed",
    "api_version": "2026-10-28.endive",
    "metadata[made_by]": "us",
}


def test_only_the_creation_shows_the_secret(simulator: Simulator) -> None:
    """Then it is kept, listed and read without it."""
    created = simulator.post(PATH, NEW).get_json()
    assert created.pop("secret").startswith("whsec_")
    assert created | {"id": "we_1", "created": 1} == {
        "id": "we_1",
        "object": "webhook_endpoint",
        "api_version": "2026-10-28.endive",
        "application": None,
        "created": 1,
        "description": None,
        "enabled_events": ["payment_intent.succeeded", "refund.failed"],
        "livemode": False,
        "metadata": {"made_by": "us"},
        "status": "enabled",
        "url": "https://shop.example/webhooks/stripe",
    }
    assert simulator.get(PATH).get_json()["data"] == [created]
    assert simulator.get(f"{PATH}/{created['id']}").get_json() == created


def test_an_update_changes_what_it_gives(simulator: Simulator) -> None:
    """Events, address and whether it is enabled; the API version stays for ever."""
    created = simulator.post(PATH, NEW).get_json()
    path = f"{PATH}/{created['id']}"
    changed = simulator.post(path, {"enabled_events[]": "refund.failed", "disabled": "true"}).get_json()
    del created["secret"]
    assert changed == created | {"enabled_events": ["refund.failed"], "status": "disabled"}
    assert error(simulator.post(path, {"api_version": "2020-01-01"}))["code"] == "parameter_unknown"


def test_a_deleted_endpoint_is_gone(simulator: Simulator) -> None:
    """The answer says so, and asked again there is none."""
    endpoint_id = simulator.post(PATH, NEW).get_json()["id"]
    path = f"{PATH}/{endpoint_id}"
    answers = [simulator.web.test_client().delete(path, headers=SECRET) for _ in range(2)]
    assert answers[0].get_json() == {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}
    assert [answer.status_code for answer in answers] == [200, 404]
    assert simulator.get(PATH).get_json()["data"] == []


@pytest.mark.parametrize("missing", ["url", "enabled_events"])
def test_address_and_events_are_required(simulator: Simulator, missing: str) -> None:
    """In Stripe's words."""
    given = {name: value for name, value in NEW.items() if not name.startswith(missing)}
    answer = simulator.post(PATH, given)
    assert (answer.status_code, error(answer)["param"]) == (400, missing)
