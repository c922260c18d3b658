"""What must stand in the broker; every side declares it, and equal declarations are no conflict."""

from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

EXCHANGE = "notifications"
QUEUE = "notifications"
BINDING = "payment.#"
DEAD_EXCHANGE = "notifications.dead"
DEAD_QUEUE = "notifications.dead"
# Three deliveries more than the first: a consumer that dies four times on a message will not learn.
DELIVERY_LIMIT = 3


def declare_topology(channel: BlockingChannel) -> None:
    """The exchange, its durable quorum queue, and where messages go that nobody can keep."""
    channel.exchange_declare(DEAD_EXCHANGE, exchange_type="fanout", durable=True)
    channel.queue_declare(DEAD_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(DEAD_QUEUE, DEAD_EXCHANGE)
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    channel.queue_declare(QUEUE, durable=True, arguments=arguments)
    channel.queue_bind(QUEUE, EXCHANGE, routing_key=BINDING)
