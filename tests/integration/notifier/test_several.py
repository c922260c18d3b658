"""Several Notifiers on one PostgreSQL share the queue."""

import json
from pathlib import Path

from tests.integration.notifier.conftest import BrokerNode
from tests.integration.notifier.test_consumer import event, kept, publish, publishing
from tests.integration.postgres import PostgresServer
from tests.integration.service_process import running_service, wait_until

MESSAGES = 60


def test_doubles_that_two_processes_get_are_kept_once(
    broker: BrokerNode, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Each message is published three times and consumed by whichever is free; each is kept once."""
    settings = {
        "AMQP_URL": broker.url,
        "NOTIFIER_DATABASE_URL": postgres.new_database(),
        "GUNICORN_CMD_ARGS": "--workers 2",
    }
    with running_service("notifier", tmp_path / "log", **settings) as notifier, publishing(broker) as channel:
        wait_until("both consume", lambda: (tmp_path / "log").read_text().count("Booting worker") == 2)
        wait_until("the Notifier consumes", notifier.ready)
        for number in range(MESSAGES):
            for _ in range(3):
                publish(channel, json.dumps(event("shared", number)).encode())
        wait_until("all are kept", lambda: len(kept(notifier, "shared")) >= MESSAGES)
        publish(channel, json.dumps(event("end")).encode())
        wait_until("the last one is kept", lambda: bool(kept(notifier, "end")))
        assert sorted(each["id"] for each in kept(notifier, "shared")) == sorted(f"shared/{n}" for n in range(MESSAGES))
