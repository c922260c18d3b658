"""An intake of its own beside a stack's: the same Temporal and services, other callers."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port
from tools.devstack.process import ProcessSpec, running


class RunningIntake:
    """A running intake, asked with any credential."""

    def __init__(self, url: str) -> None:
        # As many connections as tests have clients.
        self.http = httpx.Client(base_url=url, limits=httpx.Limits(max_connections=200), timeout=PATIENCE_S)

    def ask(self, credential: str, path: str = "/purchases", **params: str) -> int:
        """The status of a GET with this credential."""
        return self.http.get(path, params=params, headers={"Authorization": f"Bearer {credential}"}).status_code

    def answers(self) -> bool:
        """Whether the process serves."""
        try:
            return self.http.get("/health").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def running_intake(stack: Mapping[str, Any], log: Path, **settings: str) -> Iterator[RunningIntake]:
    """Start the intake with a stack's parts and with these settings; it serves."""
    processes = stack["processes"]
    environment = {
        **os.environ,
        **{f"{name.upper()}_URL": processes[name]["url"] for name in ("payments", "projects", "users", "notifier")},
        "TEMPORAL_ADDRESS": stack["temporal"]["address"],
        "TEMPORAL_NAMESPACE": stack["temporal"]["namespace"],
        "SERVICE_TOKEN": stack["service_token"],
        "STRIPE_API_BASE": stack["stripe"]["api_base"],
        **settings,
    }
    port = free_port()
    command = (sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"127.0.0.1:{port}")
    intake = RunningIntake(f"http://127.0.0.1:{port}")
    spec = ProcessSpec("intake beside", command, intake.answers, stop_limit_s=PATIENCE_S)
    with closing(intake.http), running(spec, environment, log):
        yield intake
