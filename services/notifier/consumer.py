"""What becomes of a message of the queue `notifications`: kept, waiting for the database, or a dead letter."""

from collections.abc import Callable

from sqlalchemy.exc import DataError

from lib.messaging.broker import Broker, Topology
from lib.messaging.consumer import Consumer, Reject, Retry
from lib.telemetry import ids
from services.common.away import AWAY, cause_of
from services.notifier.metrics import CONSUMING, MESSAGES, QUEUED
from services.notifier.notifications import Malformed

# Publisher and consumer both declare it: the sagas' (clients/amqp.py) has to be equal.
NOTIFICATIONS = Topology(exchange="notifications", queue="notifications", binding="payment.#")

# Keeps a message; False if it was kept before. Raises Malformed, or SQLAlchemy's error when it is not committed.
Keep = Callable[[bytes], bool]


def notifications_consumer(amqp_url: str, keep: Keep) -> Consumer:
    """A consumer that acknowledges a notification once `keep` has committed it."""
    return Consumer(
        Broker(amqp_url, NOTIFICATIONS),
        handler(keep),
        on_state=CONSUMING.set,
        on_count=lambda queue, count: QUEUED.labels(queue).set(count),
    )


def handler(keep: Keep) -> Callable[[bytes], None]:
    """Keeps a message; raises Retry while the database is away, Reject for what no database will ever take."""

    def handle(body: bytes) -> None:
        try:
            with ids.scope():
                kept = keep(body)
        except AWAY as error:
            MESSAGES.labels("waiting").inc()
            raise Retry(f"the database is away: {cause_of(error)}") from None
        except (Malformed, DataError) as error:
            MESSAGES.labels("dead-lettered").inc()
            raise Reject(cause_of(error)) from None
        MESSAGES.labels("kept" if kept else "repeated").inc()

    return handle
