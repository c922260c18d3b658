"""A reference service as the real process on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lib.tokens import digest
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port

REPOSITORY = Path(__file__).parents[2]
SERVICE_TOKEN = "a-service-token-of-the-tests"


def wait_until(condition: str, holds: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Return as soon as the condition holds; fail by its name when time is over."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s: {condition}"
        time.sleep(0.05)


class ServiceProcess:
    """A running service and a client that has its token."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log
        # As many connections as the tests have clients.
        self.http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {SERVICE_TOKEN}"},
            limits=httpx.Limits(max_connections=100),
            timeout=PATIENCE_S,
        )

    def ask(self, method: str, path: str, json: object = None, *, key: str = "purchase/p/step") -> httpx.Response:
        """One request, in the name of `key`."""
        return self.http.request(method, path, json=json, headers={"Idempotency-Key": key})

    def ready(self) -> bool:
        """Whether the service says so; fails if its process is gone."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Stop in an orderly way; the process's exit code."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running_service(name: str, log: Path, module: str = "", **settings: str) -> Iterator[ServiceProcess]:
    """Start `python -m services.<name>`, or `module`, with settings as in the environment; it may not be ready yet."""
    port = free_port()
    told = {f"{name.upper()}_PORT": str(port), "SERVICE_TOKENS": f"operator:{digest(SERVICE_TOKEN)}"}
    environment = os.environ | settings | told
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module or f"services.{name}"],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=output,
        )
    service = ServiceProcess(f"http://127.0.0.1:{port}", process, log)
    try:
        yield service
    finally:
        if process.poll() is None:
            service.stop()
        service.http.close()
