"""A stack that bears a fuzzer: no limit refuses it before a route can answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.identity import Scope, new_api_key
from tools.devstack.stack import Stack, StackOptions

# Far above what one fuzzer asks for in a minute.
UNLIMITED = "1000000/minute"


@dataclass(frozen=True)
class FuzzTarget:
    """The stack and the key of a server that may do everything at its intake."""

    stack: Stack
    api_key: str


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FuzzTarget]:
    """What is fuzzed: its records are nobody else's."""
    key, entry = new_api_key("fuzzer", list(Scope))
    environment = {
        "API_KEYS": entry,
        "RATE_LIMIT_BUYER": UNLIMITED,
        "RATE_LIMIT_PURCHASES": UNLIMITED,
        "RATE_LIMIT_ADDRESS": UNLIMITED,
        "MAX_OPEN_PURCHASES": "1000",
    }
    with Stack(StackOptions(data=tmp_path_factory.mktemp("fuzzed"), environment=environment)) as running:
        yield FuzzTarget(running, key)
