"""`python3 checkAmqp.py` as an operator runs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from tools.devstack.patience import PATIENCE_S

REPOSITORY = Path(__file__).parents[3]


def run(amqp_url: str, **environment: str) -> tuple[int, str]:
    """Exit code and the one line of the check; fails when it prints more than that."""
    done = subprocess.run(
        [sys.executable, "checkAmqp.py"],
        cwd=REPOSITORY,
        env=os.environ | environment | {"AMQP_URL": amqp_url},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return done.returncode, done.stdout


@pytest.fixture
def plain_queue(amqp_port: int) -> Iterator[None]:
    """Somebody has declared the queue `notifications` without its arguments."""
    connection = pika.BlockingConnection(pika.URLParameters(f"amqp://guest:guest@127.0.0.1:{amqp_port}/"))
    channel = connection.channel()
    channel.queue_delete("notifications")
    channel.queue_declare("notifications", durable=True)
    yield
    channel.queue_delete("notifications")
    connection.close()


def test_a_broker_that_is_there_is_set_up(amqp_port: int) -> None:
    """The topology is declared: exit code 0, also the second time."""
    url = f"amqp://guest:guest@127.0.0.1:{amqp_port}/"

    for _ in range(2):
        code, line = run(url)
        assert code == 0
        assert "is ready" in line


def test_wrong_credentials(amqp_port: int) -> None:
    """A wrong password is told and not shown."""
    code, line = run(f"amqp://guest:top-secret@127.0.0.1:{amqp_port}/")

    assert code == 1
    assert "refuses the credentials" in line
    assert "top-secret" not in line


@pytest.mark.usefixtures("plain_queue")
def test_a_queue_with_other_arguments(amqp_port: int) -> None:
    """A queue that stands there in another way is named with what differs."""
    code, line = run(f"amqp://guest:guest@127.0.0.1:{amqp_port}/")

    assert code == 1
    assert "inequivalent arg" in line
    assert "queue 'notifications'" in line
