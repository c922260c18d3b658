"""The simulator's process, as `make up` starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import stripe

from devstack.patience import PATIENCE_S
from devstack.ports import free_port
from tests.integration.stripe_simulator.endpoint import SIGNING_SECRET

REPOSITORY = Path(__file__).parents[3]


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
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.stripe_simulator"],
                cwd=REPOSITORY,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, so that a kill reaches gunicorn's worker as well.
                start_new_session=True,
            )
        # The transport tries to connect again for so many times, with growing pauses: about PATIENCE_S.
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=PATIENCE_S) as client:
            answer = client.get(f"{self.url}/ready")
        assert answer.status_code == 200, self._log.read_text()

    def kill(self) -> None:
        """Kill -9, the worker too."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)

    def stop(self) -> int:
        """An orderly stop; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE_S)

    def client(self) -> stripe.StripeClient:
        """The official SDK towards this simulator, without tries of its own."""
        return stripe.StripeClient("sk_test_development", base_addresses={"api": self.url}, max_network_retries=0)
