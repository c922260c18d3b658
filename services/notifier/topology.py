"""What must stand in the broker; every side declares it, and equal declarations are no conflict."""

from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

EXCHANGE = "notifications"
QUEUE = "notifications"
BINDING = "payment.#"
DEAD_EXCHANGE = "notifications.dead"
DEAD_QUEUE = "notifications.dead"
# What cannot be read is rejected at its first delivery. All others are delivered again after a broken connection or an
# outage, which is no fault of theirs: a thousand times before one is taken for what kills its consumers.
DELIVERY_LIMIT = 1000
# An operator's look counts as a delivery too, and no look may destroy what it looks at.
DEAD_DELIVERY_LIMIT = 1_000_000


def declare_topology(channel: BlockingChannel) -> None:
    """The exchange, its durable quorum queue, and where messages go that nobody can keep."""
    channel.exchange_declare(DEAD_EXCHANGE, exchange_type="fanout", durable=True)
    dead: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}
    channel.queue_declare(DEAD_QUEUE, durable=True, arguments=dead)
    channel.queue_bind(DEAD_QUEUE, DEAD_EXCHANGE)
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    channel.queue_declare(QUEUE, durable=True, arguments=arguments)
    channel.queue_bind(QUEUE, EXCHANGE, routing_key=BINDING)
