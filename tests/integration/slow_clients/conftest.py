"""A real gunicorn with the intake: fewer threads and connections than it has, so that a few clients are a crowd."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.integration.service_process import REPOSITORY
from tools.devstack.patience import PATIENCE_S

THREADS = 4
CONNECTIONS = 200


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The intake's address; neither Temporal nor a service is there."""
    log = tmp_path_factory.mktemp("slow") / "intake.log"
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"fd://{listener.fileno()}",
             "--threads", str(THREADS), "--worker-connections", str(CONNECTIONS)],
            cwd=REPOSITORY, env=dict(os.environ), stdout=output, stderr=output, pass_fds=[listener.fileno()],
        )  # fmt: skip
        try:
            yield listener.getsockname()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
