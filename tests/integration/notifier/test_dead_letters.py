"""`flask notifications dead` on a real broker."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from pika.adapters.blocking_connection import BlockingChannel

from operators.cli import notifications_commands
from operators.dead_letters import DeadLetters
from services.notifier.consumer import NOTIFICATIONS
from tests.integration.notifier.conftest import BrokerNode
from tests.integration.notifier.test_consumer import event, publish, publishing, waiting
from tests.integration.service_process import wait_until

REFUSED, NOT_KNOWN = 1, 2


def run(broker: BrokerNode, *arguments: str, answer: str | None = None) -> Result:
    """What a command prints, with somebody there who answers, or nobody."""
    commands = notifications_commands(DeadLetters(broker.url), asks=lambda: answer is not None)
    return CliRunner().invoke(commands, ["dead", *arguments], input=answer)


def listed(broker: BrokerNode) -> list[dict[str, str]]:
    """The dead letters, as a program is told of them."""
    found: list[dict[str, str]] = json.loads(run(broker, "list", "--json").stdout)["items"]
    return found


def die(channel: BlockingChannel, body: bytes) -> None:
    """Publish a message, and reject it as a consumer does that cannot read it."""
    dead = waiting(channel, NOTIFICATIONS.dead)
    publish(channel, body)
    method, _, _ = next(channel.consume(NOTIFICATIONS.queue))
    channel.basic_reject(method.delivery_tag, requeue=False)
    channel.cancel()
    wait_until("it is a dead letter", lambda: waiting(channel, NOTIFICATIONS.dead) == dead + 1)


@pytest.fixture
def channel(broker: BrokerNode) -> Iterator[BlockingChannel]:
    """A channel to queues that are empty, for the test that asks for it."""
    with publishing(broker) as channel:
        NOTIFICATIONS.declare(channel)
        channel.queue_purge(NOTIFICATIONS.queue)
        channel.queue_purge(NOTIFICATIONS.dead)
        yield channel
        channel.queue_purge(NOTIFICATIONS.queue)
        channel.queue_purge(NOTIFICATIONS.dead)


def test_a_look_tells_what_lies_there_and_changes_nothing(broker: BrokerNode, channel: BlockingChannel) -> None:
    """Id, purchase and reason of each, oldest first; looked at again they are all there."""
    die(channel, json.dumps(event("dead-1")).encode())
    die(channel, b"not an event")
    for _ in range(2):
        wait_until("all are there", lambda: waiting(channel, NOTIFICATIONS.dead) == 2)
        found = listed(broker)
        assert [(each["purchase_id"], each["type"], each["reason"], each["queue"]) for each in found] == [
            ("dead-1", "payment.success", "rejected", NOTIFICATIONS.queue),
            ("", "payment.success", "rejected", NOTIFICATIONS.queue),
        ]
    shown = run(broker, "list").stdout
    assert f"2 dead letters at RabbitMQ at 127.0.0.1:{broker.port}" in shown


def test_a_requeued_letter_is_delivered_once_more(broker: BrokerNode, channel: BlockingChannel) -> None:
    """The named one lies in its queue as it was published, the other one stays."""
    die(channel, json.dumps(event("dead-2")).encode())
    die(channel, b"not an event")
    first, second = listed(broker)
    assert run(broker, "requeue", first["id"], "--yes", "--by", "Olga").exit_code == 0
    wait_until("the other one is alone", lambda: waiting(channel, NOTIFICATIONS.dead) == 1)
    _, properties, body = channel.basic_get(NOTIFICATIONS.queue, auto_ack=True)
    assert json.loads(body) == event("dead-2")
    assert (properties.delivery_mode, properties.headers["requeued-by"]) == (2, "Olga")
    assert [each["id"] for each in listed(broker)] == [second["id"]]


def test_a_dropped_letter_is_printed_and_gone(broker: BrokerNode, channel: BlockingChannel) -> None:
    """Who drops is asked, sees what it was, and can keep it."""
    die(channel, json.dumps(event("dead-3")).encode())
    assert run(broker, "drop", "--all", answer="Olga\nn\n").exit_code == REFUSED
    wait_until("it is still there", lambda: waiting(channel, NOTIFICATIONS.dead) == 1)
    dropped = run(broker, "drop", "--all", answer="Olga\ny\n")
    assert "Drop these at RabbitMQ at 127.0.0.1" in dropped.stderr
    kept = json.loads(dropped.stdout)
    assert (json.loads(kept["body"]), kept["dropped_by"]) == (event("dead-3"), "Olga")
    assert waiting(channel, NOTIFICATIONS.dead) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["requeue"], "Name ids, or say --all."),
        (["drop", "--all"], "nobody can be asked here"),
        (["requeue", "000000000000", "--yes"], "No dead letter has the id 000000000000; nothing is changed."),
    ],
)
def test_what_is_not_clear_changes_nothing(
    broker: BrokerNode, channel: BlockingChannel, arguments: list[str], says: str
) -> None:
    """No id, nobody to ask, an id that is not there: a sentence, and an exit code."""
    die(channel, b"not an event")
    done = run(broker, *arguments)
    assert done.exit_code == NOT_KNOWN
    assert says in done.stderr
    wait_until("it is still there", lambda: waiting(channel, NOTIFICATIONS.dead) == 1)


def test_a_broker_that_is_away_is_named() -> None:
    """Who cannot be asked is told by its address, without the password."""
    commands = notifications_commands(DeadLetters("amqp://guest:secret@127.0.0.1:1/"))
    done = CliRunner().invoke(commands, ["dead", "list"])
    assert done.exit_code == NOT_KNOWN
    assert "RabbitMQ at 127.0.0.1:1 (user guest, vhost /) does not answer" in done.stderr
    assert "secret" not in done.output
