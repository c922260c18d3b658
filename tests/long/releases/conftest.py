"""A stack whose workers are version 1, and its buyers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.histories.changed import Edit
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tests.long.releases.version import RunningVersion
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

OPEN = "        self._is_open(paid=payment.status is PaymentStatus.PAID)\n"
# What version 2 does otherwise: it asks once more for the payment, of which a purchase of version 1 knows nothing.
ASKS_TWICE = Edit("workflows/opening.py", OPEN, f"        await self.retrieve(self.payment_id)\n{OPEN}")


@pytest.fixture(scope="package")
def versioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack."""
    options = StackOptions(data=tmp_path_factory.mktemp("versioned"), environment={"WORKER_BUILD_ID": "1.0.0"})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="package")
def first(versioned: Stack, tmp_path_factory: pytest.TempPathFactory) -> RunningVersion:
    """Version 1, current; its workers are the stack's."""
    version = RunningVersion(versioned, "1.0.0", tmp_path_factory.mktemp("first"))
    version.release("current")
    return version


@pytest.fixture(scope="package")
def second(
    versioned: Stack, first: RunningVersion, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningVersion]:
    """Version 2: its workers poll, and get nothing yet."""
    with RunningVersion(versioned, "1.1.0", tmp_path_factory.mktemp("second"), [ASKS_TWICE]) as version:
        yield version


@pytest.fixture(scope="package")
def engine(versioned: Stack) -> TemporalServer:
    """The stack's Temporal."""
    return TemporalServer(versioned.description)


@pytest.fixture
def buyers(versioned: Stack, engine: TemporalServer) -> Iterator[Buyers]:
    """The stack's buyers."""
    with Shop(versioned.description) as shop, ThreadPoolExecutor(4) as pool:
        yield Buyers(shop, engine, pool)


@pytest.fixture
def bad(versioned: Stack, first: RunningVersion, tmp_path: Path) -> Iterator[RunningVersion]:
    """Version 3: it asks twice too, and fails once it has delivered and before it records."""
    raises = 'raise KeyError("planted")'
    tells = "await self.complete_purchase(order, PurchaseStatus.PAID)"
    edits = [
        ASKS_TWICE,
        # In the saga's second task, for one that has finished none yet is taken up by another version by itself.
        Edit("workflows/payment_success.py", f"return {tells}", f"{tells}\n        {raises}"),
        Edit("workflows/start_payment.py", "ended = await self._end(self.result)", raises),
    ]
    with RunningVersion(versioned, "1.2.0", tmp_path, edits) as version:
        yield version
