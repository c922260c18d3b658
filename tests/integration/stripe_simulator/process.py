"""The simulator's process, as `make up` starts it."""

import os
import sys
from pathlib import Path

import stripe

from tests.integration.stripe_simulator.endpoint import SIGNING_SECRET
from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port
from tools.devstack.process import Process, ProcessSpec, started
from tools.devstack.readiness import http_ready


class SimulatorProcess:
    """A simulator over one database on one port; it may be killed and started again."""

    def __init__(self, folder: Path, webhook_url: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "simulator.log"
        self._environment = os.environ | {
            "STRIPE_SIMULATOR_DATABASE_URL": f"sqlite:///{folder / 'simulator.db'}",
            "STRIPE_SIMULATOR_PORT": str(port),
            "STRIPE_SIMULATOR_WEBHOOK_URL": webhook_url,
            "STRIPE_SIMULATOR_PROCESSING_SECONDS": "0.2",
            "STRIPE_WEBHOOK_SECRETS": f"{SIGNING_SECRET},whsec_older",
            "STRIPE_SECRET_KEY": "sk_test_development",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_development",
        }
        self._spec = ProcessSpec(
            "stripe_simulator",
            (sys.executable, "-m", "simulators.stripe"),
            http_ready(port),
            ready_limit_s=PATIENCE_S,
            stop_limit_s=PATIENCE_S,
        )
        self._process: Process | None = None

    def start(self) -> None:
        """Start, and return once it is ready."""
        self._process = started(self._spec, self._environment, self._log)

    def kill(self) -> None:
        """Kill -9, the worker too."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """An orderly stop; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait()

    def client(self) -> stripe.StripeClient:
        """The official SDK towards this simulator, without tries of its own."""
        return stripe.StripeClient("sk_test_development", base_addresses={"api": self.url}, max_network_retries=0)
