"""Payments' processes on one database, SQLite and PostgreSQL in turn, and the Stripe simulator behind them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import stripe

from tests.integration.postgres import STORES, empty_database
from tests.integration.service_process import ServiceProcess, running_service, wait_until
from tools.devstack.ports import free_port

SECRET_KEY = "sk_test_development"


@dataclass(frozen=True)
class PaymentsProcesses:
    """Two processes that capture automatically, one that captures manually, and the provider from a hand's side."""

    automatic: list[ServiceProcess]
    manual: ServiceProcess
    stripe: stripe.StripeClient

    def pay(self, reference: str, card: str = "pm_card_visa") -> None:
        """The buyer tries a card."""
        self.stripe.v1.payment_intents.confirm(
            reference, {"payment_method": card, "return_url": "http://127.0.0.1/back"}
        )


def order(**changes: Any) -> dict[str, Any]:
    """A new purchase's order."""
    items = [{"project_id": "mangrove", "milestone_id": "mangrove-2", "quantity": "1.500"}]
    body = {"purchase_id": uuid4().hex, "buyer_id": "alice", "amount": 1800, "currency": "usd", "items": items}
    return body | changes


@pytest.fixture(scope="package")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulator's address; its webhooks go nowhere."""
    folder: Path = tmp_path_factory.mktemp("simulator")
    settings = {
        "STRIPE_SIMULATOR_DATABASE_URL": f"sqlite:///{folder / 'simulator.db'}",
        "STRIPE_SIMULATOR_WEBHOOK_URL": f"http://127.0.0.1:{free_port()}/nowhere",
        # An hour: a payment is processing until the test says how it ends.
        "STRIPE_SIMULATOR_PROCESSING_SECONDS": "3600",
        "STRIPE_SECRET_KEY": SECRET_KEY,
    }
    with running_service("stripe_simulator", folder / "log", "simulators.stripe", **settings) as process:
        wait_until("the simulator is ready", process.ready)
        yield str(process.http.base_url).rstrip("/")


@pytest.fixture(scope="package", params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind."""
    return empty_database(request, tmp_path_factory.mktemp("payments") / "payments.db")


@pytest.fixture(scope="package")
def shop(simulator: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentsProcesses]:
    """All processes, started at the same moment on one empty database."""
    logs: Path = tmp_path_factory.mktemp("logs")
    settings = {"PAYMENTS_DATABASE_URL": database_url, "STRIPE_API_BASE": simulator, "STRIPE_SECRET_KEY": SECRET_KEY}
    http = stripe.RequestsClient(timeout=10)
    with ExitStack() as stack:
        started = [
            stack.enter_context(running_service("payments", logs / f"{n}.log", CAPTURE_MODE=mode, **settings))
            for n, mode in enumerate(["automatic", "automatic", "manual"])
        ]
        for process in started:
            wait_until("Payments is ready", process.ready)
        client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": simulator}, http_client=http)
        yield PaymentsProcesses(started[:2], started[2], client)
        http.close()  # type: ignore[no-untyped-call]  # the SDK's gap
