"""A private RabbitMQ, as small as tests need it, and the Notifier as a process on it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest
from pika.exceptions import AMQPError

from tests.integration.service_process import ServiceProcess, running_service, wait_until
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port

# The wrapper on the PATH refuses other users than its own.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class BrokerNode:
    """A RabbitMQ node that can be stopped and started; its data stays."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._log = folder / "output"
        (folder / "plugins").write_text("[].\n")
        (folder / "empty.conf").touch()
        self._environment = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"notifier{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "empty.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "empty.conf"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # Erlang would listen for other nodes on all interfaces.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            # Without the shell between us and Erlang, its signals are the broker's.
            "RUNNING_UNDER_SYSTEMD": "true",
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until clients are let in."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen([SERVER], env=self._environment, stdout=output, stderr=output)
        wait_until("RabbitMQ lets us in", self._lets_us_in)

    def stop(self) -> None:
        """Stop in an orderly way."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE_S)

    def end(self) -> None:
        """Stop, and the port mapper with it, which outlives its node."""
        if self._process and self._process.poll() is None:
            self.stop()
        subprocess.run(["epmd", "-kill"], env=self._environment, check=True, capture_output=True)  # noqa: S607

    def _lets_us_in(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self._log.read_text()
        try:
            pika.BlockingConnection(pika.URLParameters(self.url)).close()
        except (AMQPError, OSError):
            return False
        return True


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerNode]:
    """A running broker."""
    broker = BrokerNode(tmp_path_factory.mktemp("rabbitmq"))
    try:
        broker.start()
        yield broker
    finally:
        broker.end()


@pytest.fixture
def settings(broker: BrokerNode, tmp_path: Path) -> dict[str, str]:
    """A Notifier's settings, with a database of the test's own."""
    return {"AMQP_URL": broker.url, "NOTIFIER_DATABASE_URL": f"sqlite:///{tmp_path / 'notifier.db'}"}


@pytest.fixture
def notifier(settings: dict[str, str], tmp_path: Path) -> Iterator[ServiceProcess]:
    """The Notifier, consuming; one per test, for two at once would share the messages."""
    with running_service("notifier", tmp_path / "log", **settings) as service:
        wait_until("the Notifier consumes", service.ready)
        yield service
