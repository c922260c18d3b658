"""What the Notifier keeps, and how it shows it."""

import json
from typing import Any

import pytest

from lib.database.database import connect
from lib.messaging.consumer import NotConsuming
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS
from services.notifier.notifications import Malformed, Notifications
from services.notifier.routes import notifier_api
from services.notifier.schemas import EXAMPLE
from tests.unit.service_api import ServiceApi, kind


def event(**changes: Any) -> dict[str, Any]:
    """A CloudEvent about purchase 3f5a."""
    return EXAMPLE | changes


def about(purchase_id: str, number: int) -> bytes:
    """A message about a purchase, with an id of its own."""
    return json.dumps(event(id=f"{purchase_id}/{number}", data={"purchase_id": purchase_id})).encode()


def test_an_event_is_shown_as_received(notifications: Notifications, api: ServiceApi) -> None:
    """Every attribute and datum comes out as it went in, known here or not."""
    sent = event(traceparent="00-1", data=EXAMPLE["data"] | {"note": None, "ratio": 1.5})  # type: ignore[operator]
    assert notifications.keep(json.dumps(sent).encode())
    assert api.ask("GET", "/notifications").get_json() == {"items": [sent], "next_cursor": None}


def test_a_message_is_kept_once(notifications: Notifications, api: ServiceApi) -> None:
    """A second delivery of the same message id is known and changes nothing."""
    assert notifications.keep(json.dumps(event()).encode())
    assert not notifications.keep(json.dumps(event(type="payment.failed")).encode())
    assert [each["type"] for each in api.ask("GET", "/notifications").get_json()["items"]] == ["payment.success"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"not json",
        b"[]",
        json.dumps(event(specversion="0.3")).encode(),
        json.dumps(event(id="")).encode(),
        json.dumps(event(id="x" * 256)).encode(),
        json.dumps(event(data={})).encode(),
        json.dumps(event(data={"purchase_id": "a b"})).encode(),
        json.dumps({k: v for k, v in event().items() if k != "type"}).encode(),
        json.dumps(event(ratio=float("nan"))).encode(),
        json.dumps(event()).encode().replace(b"1800", b"1e999"),
        json.dumps(event()).encode().replace(b'"usd"', b'"usd", "currency": "eur"'),
        json.dumps(event(note="a\0b")).encode(),
        json.dumps(event(note="\ud800")).encode(),
        json.dumps(event(note="x" * 64 * 1024)).encode(),
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_what_is_no_event_about_a_purchase_is_malformed(notifications: Notifications, body: bytes) -> None:
    """A message that can never be kept, or shown, is refused, so that it becomes a dead letter."""
    with pytest.raises(Malformed):
        notifications.keep(body)


def test_notifications_come_in_order_of_arrival(notifications: Notifications, api: ServiceApi) -> None:
    """The list is oldest first, in pages, and of one purchase where that is asked for."""
    for number in range(3):
        for purchase in ("a", "b"):
            notifications.keep(about(purchase, number))
    everything = api.ask("GET", "/notifications").get_json()["items"]
    assert [each["id"] for each in everything] == ["a/0", "b/0", "a/1", "b/1", "a/2", "b/2"]
    first = api.ask("GET", "/notifications?purchase_id=a&limit=2").get_json()
    second = api.ask("GET", f"/notifications?purchase_id=a&limit=2&cursor={first['next_cursor']}").get_json()
    assert [each["id"] for each in first["items"] + second["items"]] == ["a/0", "a/1", "a/2"]
    assert second["next_cursor"] is None


class Troubled:
    """A consumer of which a check fails."""

    def __init__(self, *, broker: bool, database: bool) -> None:
        self._broker, self._database = broker, database

    def check(self) -> None:
        """Raise if the broker is the trouble."""
        if self._broker:
            raise NotConsuming("RabbitMQ is not being consumed")

    def check_handling(self) -> None:
        """Raise if the database is the trouble."""
        if self._database:
            raise NotConsuming("a message waits for the database")


@pytest.mark.parametrize(
    ("trouble", "named"),
    [({"broker": True, "database": False}, "RabbitMQ"), ({"broker": False, "database": True}, "database")],
)
def test_readiness_says_what_messages_wait_for(
    database_url: str, notifications: Notifications, trouble: dict[str, bool], named: str
) -> None:
    """Away from its broker, or with a message that no database takes, the Notifier is alive but not ready."""
    api = notifier_api(connect(database_url), notifications, Troubled(**trouble), DEVELOPMENT_SERVICE_TOKENS)
    answer = api.test_client().get("/ready")
    assert (answer.status_code, kind(answer), answer.headers["Retry-After"]) == (503, "dependency-unavailable", "1")
    assert named in answer.get_json()["detail"]
    assert api.test_client().get("/health").status_code == 200
