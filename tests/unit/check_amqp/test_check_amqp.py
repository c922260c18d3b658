"""What `checkAmqp` answers to each way in which a broker can be there, or not."""

import threading
from ssl import SSLCertVerificationError, SSLError
from types import SimpleNamespace
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
)

from checkAmqp import CheckFailedError, check

URL = "amqp://shop:top-secret@rabbit.example:5673/orders"


class Channel:
    """Takes declarations; the first may fail."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error
        self.declared: list[str] = []

    def exchange_declare(self, name: str, **_: Any) -> None:
        """Note it, or fail."""
        if self._error:
            raise self._error
        self.declared.append(f"exchange {name}")

    def queue_declare(self, name: str, **_: Any) -> Any:
        """Note it, and tell how many messages wait there."""
        self.declared.append(f"queue {name}")
        return SimpleNamespace(
            method=SimpleNamespace(message_count={"notifications": 3, "notifications.dead": 2}[name])
        )

    def queue_bind(self, queue: str, exchange: str, **_: Any) -> None:
        """Note it."""
        self.declared.append(f"{queue} <- {exchange}")


class Connection:
    """An open connection with one channel."""

    def __init__(self, error: Exception | None = None) -> None:
        self.topology = Channel(error)
        self.is_open = True

    def channel(self) -> Channel:
        """Its channel."""
        return self.topology

    def close(self) -> None:
        """Close it."""
        self.is_open = False


def refusal(error: Exception, connection: Connection | None = None) -> str:
    """The line for a broker that fails with `error`: at the login, or, with a connection, at the declaration."""

    def connect(_: str) -> Any:
        if connection:
            return connection
        raise error

    with pytest.raises(CheckFailedError) as failed:
        check(URL, connect)
    return str(failed.value)


def test_a_broker_that_is_there_gets_its_topology_and_a_line_that_says_so() -> None:
    """Exchange and queues are declared, the connection is closed, and the line names the place."""
    connection: Any = Connection()

    line = check(URL, lambda _: connection)

    assert line.startswith("RabbitMQ at rabbit.example:5673 (user shop, vhost orders) is ready")
    assert "queue notifications (3 waiting)" in line
    assert line.endswith("dead letters in notifications.dead are there: 2 (flask notifications dead list).")
    assert {"exchange notifications", "queue notifications"} <= set(connection.topology.declared)
    assert not connection.is_open


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
        (RuntimeError("top-secret"), "is not checked: RuntimeError"),
    ],
)
def test_a_failed_login_says_what_to_look_at(error: Exception, words: str) -> None:
    """Each error becomes one line that names the place, the fault, and never the password."""
    line = refusal(error)

    assert line.startswith("RabbitMQ at rabbit.example:5673 (user shop, vhost orders)")
    assert words in line
    assert "\n" not in line
    assert "top-secret" not in line


def test_a_queue_with_other_arguments_is_told() -> None:
    """PRECONDITION_FAILED names the argument that differs, and the connection is closed."""
    reply = "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'notifications'"
    connection = Connection(ChannelClosedByBroker(406, reply))

    assert "inequivalent arg 'x-queue-type'" in refusal(Exception(), connection)
    assert not connection.is_open


def test_missing_rights_are_told() -> None:
    """A user who may log in and may not declare learns what was refused."""
    connection = Connection(ChannelClosedByBroker(403, "ACCESS_REFUSED - configure access to exchange"))

    assert "ACCESS_REFUSED - configure access" in refusal(Exception(), connection)


def test_a_broker_that_hangs_is_given_up() -> None:
    """An answer that does not come ends the check when its time is over."""
    released = threading.Event()

    def connect(_: str) -> Any:
        released.wait()
        raise OSError

    with pytest.raises(CheckFailedError, match=r"does not answer within 0.05 s"):
        check(URL, connect, timeout_s=0.05)
    released.set()


@pytest.mark.parametrize(
    "url",
    ["amqp://shop:top/secret@rabbit.example/", "amqp://shop:x@rabbit.example:99999/", "amqp://h/?heartbeat=often"],
)
def test_a_url_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    """A wrong AMQP_URL is named, with the form that it should have, and no piece of it is shown."""
    with pytest.raises(CheckFailedError, match=r"AMQP_URL is wrong: write amqp://") as failed:
        check(url)
    assert "'top'" not in str(failed.value)
