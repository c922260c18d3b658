"""The Notifier on a real broker: every message once, none lost, dead letters for what can never be kept."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pika
import psutil
from pika.adapters.blocking_connection import BlockingChannel

from services.notifier.consumer import NOTIFICATIONS
from services.notifier.schemas import EXAMPLE
from tests.integration.notifier.conftest import BrokerNode
from tests.integration.service_process import ServiceProcess, running_service, wait_until


@contextmanager
def publishing(broker: BrokerNode) -> Iterator[BlockingChannel]:
    """A channel whose messages are confirmed and must be routed."""
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def publish(channel: BlockingChannel, body: bytes) -> None:
    """One persistent message, as the sagas send it."""
    properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)
    channel.basic_publish(NOTIFICATIONS.exchange, "payment.success", body, properties, mandatory=True)


def event(purchase_id: str, number: int = 0) -> dict[str, Any]:
    """An event about a purchase of the test's own."""
    data = {**EXAMPLE["data"], "purchase_id": purchase_id}  # type: ignore[dict-item]
    return EXAMPLE | {"id": f"{purchase_id}/{number}", "data": data}


def kept(notifier: ServiceProcess, purchase_id: str) -> list[dict[str, Any]]:
    """What the Notifier shows of a purchase."""
    items: list[dict[str, Any]] = notifier.ask("GET", f"/notifications?purchase_id={purchase_id}&limit=100").json()[
        "items"
    ]
    return items


def waiting(channel: BlockingChannel, queue: str) -> int:
    """How many messages a queue has ready."""
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def test_a_malformed_message_becomes_a_dead_letter(notifier: ServiceProcess, broker: BrokerNode) -> None:
    """What is no CloudEvent goes to the dead letters at once, and the messages behind it are kept."""
    with publishing(broker) as channel:
        publish(channel, b"not an event")
        publish(channel, json.dumps(event("behind")).encode())
        wait_until("the event behind is kept", lambda: bool(kept(notifier, "behind")))
        wait_until("the dead letter is there", lambda: waiting(channel, NOTIFICATIONS.dead) == 1)
        method, _, body = channel.basic_get(NOTIFICATIONS.dead, auto_ack=True)
    assert method is not None
    assert body == b"not an event"


def test_a_message_waits_for_a_database_that_is_locked(
    notifier: ServiceProcess, broker: BrokerNode, settings: dict[str, str]
) -> None:
    """Another writer holds the database for longer than anybody waits: not ready, and it is kept afterwards."""
    with publishing(broker) as channel:
        dead = waiting(channel, NOTIFICATIONS.dead)
        with closing(sqlite3.connect(settings["NOTIFIER_DATABASE_URL"].removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            publish(channel, json.dumps(event("locked")).encode())
            wait_until("the message waits", lambda: "a message waits" in notifier.log.read_text())
            assert not notifier.ready()
            other.rollback()
        wait_until("the event is kept", lambda: bool(kept(notifier, "locked")))
        wait_until("the Notifier is ready again", notifier.ready)
        assert waiting(channel, NOTIFICATIONS.dead) == dead


def test_it_survives_a_restart_of_the_broker(notifier: ServiceProcess, broker: BrokerNode) -> None:
    """While the broker is away the Notifier is not ready; when it is back, what is published then is kept."""
    broker.stop()
    wait_until("the Notifier notices", lambda: not notifier.ready())
    assert notifier.http.get("/health").status_code == 200
    broker.start()
    wait_until("the Notifier consumes again", notifier.ready)
    with publishing(broker) as channel:
        publish(channel, json.dumps(event("restarted")).encode())
    wait_until("the event is kept", lambda: bool(kept(notifier, "restarted")))
    assert "Traceback" not in notifier.log.read_text()


def test_an_abrupt_end_loses_nothing(
    notifier: ServiceProcess, broker: BrokerNode, settings: dict[str, str], tmp_path: Path
) -> None:
    """A Notifier that is killed amid a hundred messages has acknowledged none that it has not kept."""
    with publishing(broker) as channel:
        for number in range(100):
            publish(channel, json.dumps(event("killed", number)).encode())
            if number == 50:
                kill_with_children(notifier)
    with running_service("notifier", tmp_path / "next.log", **settings) as following:
        wait_until("all are kept", lambda: following.ready() and len(kept(following, "killed")) == 100)


def kill_with_children(service: ServiceProcess) -> None:
    """End gunicorn and its worker without a word."""
    master = psutil.Process(service.process.pid)
    for process in [master, *master.children()]:
        process.kill()
    service.process.wait()
