"""What the check answers to each way in which a broker can be there, or not."""

import threading
from ssl import SSLCertVerificationError, SSLError
from typing import Any

import pytest
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout
from pika.exceptions import (
    AMQPConnectionError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    IncompatibleProtocolError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    StreamLostError,
    UnroutableError,
)

from clients.amqp import NOTIFICATIONS
from lib.messaging.broker import Broker
from operators.broker import check
from tests.unit.lib.messaging.fake_broker import FakeBroker


def broker_of(fake: FakeBroker) -> Broker:
    """The broker as the check connects to it."""
    return fake.at("amqp://shop:top-secret@rabbit.example:5673/orders", NOTIFICATIONS)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProbableAuthenticationError("closed"), "refuses the credentials"),
        (ProbableAccessDeniedError("closed"), "refuses the virtual host"),
        (SSLCertVerificationError("self signed"), "certificate"),
        (SSLError("wrong version number"), "speaks no AMQP"),
        (IncompatibleProtocolError("closed"), "speaks no AMQP"),
        (AMQPConnectionError("refused"), "does not answer"),
        (StreamLostError("gone"), "does not answer"),
        (AMQPConnectorStackTimeout("Timeout during AMQP handshake"), "does not answer"),
        (OSError("no route to host"), "does not answer"),
        (ConnectionClosedByBroker(320, "CONNECTION_FORCED - shutdown"), "CONNECTION_FORCED"),
        (UnroutableError([]), "is the queue still there?"),
        (RuntimeError("top-secret"), "is not checked: RuntimeError"),
    ],
)
def test_a_failed_login_says_what_to_look_at(error: Exception, words: str) -> None:
    """Each error becomes one line that names the place, the fault, and never the password."""
    fake = FakeBroker()
    fake.away = error

    is_ready, line = check(broker_of(fake))

    assert not is_ready
    assert line.startswith("RabbitMQ at rabbit.example:5673 (user shop, vhost orders)")
    assert words in line
    assert "\n" not in line
    assert "top-secret" not in line


@pytest.mark.parametrize(
    "error",
    [
        ChannelClosedByBroker(406, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'notifications'"),
        ChannelClosedByBroker(403, "ACCESS_REFUSED - configure access to exchange"),
    ],
)
def test_a_refused_declaration_is_told_in_the_brokers_words(error: ChannelClosedByBroker) -> None:
    """A queue with other arguments, a user without rights: the line says which, and the connection is closed."""
    fake = FakeBroker()
    fake.declare_error = error

    is_ready, line = check(broker_of(fake))

    assert not is_ready
    assert error.reply_text in line
    assert not fake.is_open


def test_a_broker_that_hangs_is_given_up() -> None:
    """An answer that does not come ends the check when its time is over."""
    released = threading.Event()

    def connect(_: object) -> Any:
        released.wait()
        raise OSError

    try:
        is_ready, line = check(Broker("amqp://broker", NOTIFICATIONS, connect), timeout_s=0.05)
    finally:
        released.set()
    assert not is_ready
    assert "does not answer within 0.05 s" in line
