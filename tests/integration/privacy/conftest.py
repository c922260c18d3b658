"""A stack that encrypts, whose keys tests change, and its buyers."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from lib.settings.payload_keys import new_entry
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

# Made for this run: the first and the second key.
FIRST, SECOND = new_entry("first"), new_entry("second")
BOTH = f"{FIRST},{SECOND}"
# Who reads and writes payloads.
WRITERS = ("start_payment_worker", "payment_success_worker", "payment_failed_worker", "intake")


@dataclass
class PayloadKeys:
    """What the stack's processes are told of keys."""

    stack: Stack
    told: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def roll(self, keys: str, key: str, *names: str, clear: str = "refused") -> None:
        """Start these processes again (all of them where none is named) where they have been told something else."""
        wanted = keys, key, clear
        others = [name for name in names or WRITERS if self.told.get(name, (BOTH, "first", "refused")) != wanted]
        self.stack.tell(PAYLOAD_KEYS=keys, PAYLOAD_KEY=key, PAYLOAD_CLEAR=clear)
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.stack.restart, others))
        self.told |= dict.fromkeys(others, wanted)


@pytest.fixture(scope="package")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that knows two keys, and writes by the first."""
    told = {"PAYLOAD_KEYS": BOTH, "PAYLOAD_KEY": "first"}
    with Stack(StackOptions(data=tmp_path_factory.mktemp("privacy"), environment=told)) as running:
        yield running


@pytest.fixture(scope="package")
def keys(own: Stack) -> PayloadKeys:
    """That stack's keys."""
    return PayloadKeys(own)


@pytest.fixture(scope="package")
def described(own: Stack) -> Mapping[str, Any]:
    """That stack, with all keys that it will ever have."""
    return own.description


@pytest.fixture(scope="package")
def engine(described: Mapping[str, Any]) -> TemporalServer:
    """That stack's Temporal; whatever its processes are told, the tests read all of it."""
    return TemporalServer({**described, "payload_clear": "read"})


@pytest.fixture
def buyers(described: Mapping[str, Any], engine: TemporalServer) -> Iterator[Buyers]:
    """That stack's buyers."""
    with Shop(described) as shop, ThreadPoolExecutor(4) as pool:
        yield Buyers(shop, engine, pool)
