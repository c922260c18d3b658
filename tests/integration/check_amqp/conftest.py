"""A RabbitMQ of these tests' own, for they spoil its topology; run by the devstack's own code."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.service_process import wait_until
from tools.devstack import rabbitmq
from tools.devstack.ports import claim_block
from tools.devstack.process import Process

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@pytest.fixture(scope="package")
def amqp_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running broker; its port mapper, which outlives it, is ended too."""
    folder = tmp_path_factory.mktemp("rabbitmq")
    claim, ports = claim_block()
    spec = rabbitmq.broker(SERVER, ports, folder)
    process = Process(spec, folder, os.environ, folder / "log", lambda _name, _line: None)
    try:
        wait_until(f"RabbitMQ is ready:\n{process.tail()}", process.is_ready)
        yield ports["rabbitmq"]
    finally:
        process.terminate()
        process.wait()
        subprocess.run(["epmd", "-kill"], env={**os.environ, **spec.env}, check=True, capture_output=True)  # noqa: S607
        claim.close()
