"""One simulator and one endpoint for the folder; tests tell their own payments apart by id."""

from collections.abc import Iterator

import pytest
import stripe

from tests.integration.stripe_simulator.endpoint import Endpoint
from tests.integration.stripe_simulator.process import SimulatorProcess


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Where the simulator delivers."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[SimulatorProcess]:
    """A running simulator."""
    process = SimulatorProcess(tmp_path_factory.mktemp("simulator"), endpoint.url)
    process.start()
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="module")
def client(simulator: SimulatorProcess) -> stripe.StripeClient:
    """The official SDK."""
    return simulator.client()
