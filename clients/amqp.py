"""Notifications over AMQP: done only when the broker has confirmed them."""

import json
from collections.abc import Mapping

from domain.errors import Unavailable
from domain.messages import CloudEvent
from lib.messaging.broker import Topology
from lib.messaging.publisher import NotConfirmed, Publisher
from lib.telemetry import tracing

# Publisher and consumer both declare it: the Notifier's (services/notifier/consumer.py) has to be equal.
NOTIFICATIONS = Topology(exchange="notifications", queue="notifications", binding="payment.#")


class AmqpNotifications:
    """The port `domain.ports.Notifications`, over a publisher that is started."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(self, event: CloudEvent) -> None:
        """Publish; Unavailable unless the broker has confirmed that the message is routed and stored."""
        try:
            with tracing.publishing(event.type, event.id) as trace:
                await self._publisher.publish(
                    event.type, _body(event, trace), message_id=event.id, content_type="application/cloudevents+json"
                )
        except NotConfirmed as error:
            raise Unavailable(f"RabbitMQ has not confirmed {event.type}: {error}") from error


def _body(event: CloudEvent, trace: Mapping[str, str]) -> bytes:
    """The event as JSON; its trace stands beside its data (CloudEvents' extension "Distributed Tracing")."""
    return json.dumps({**event.model_dump(mode="json"), **trace}, separators=(",", ":")).encode()
