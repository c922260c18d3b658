"""What the Notifier counts, beside what every web process does."""

from prometheus_client import Counter, Gauge

MESSAGES = Counter(
    "notifier_messages_total",
    "Messages from RabbitMQ, by result: kept, repeated, dead-lettered, or waiting for the database (each try).",
    ["result"],
)
# The broker's own numbers that the business needs; the broker's exporter has the rest.
QUEUED = Gauge("notifier_queue_messages", "Messages that wait in a queue of RabbitMQ.", ["queue"])
CONSUMING = Gauge("notifier_consuming", "Whether messages are being taken from RabbitMQ: 1 or 0.")
