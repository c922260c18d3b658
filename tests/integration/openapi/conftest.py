"""A stack that bears a fuzzer: no limit refuses it before a route can answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.identity import Scope, new_api_key
from devstack.stack import Stack
from tests.integration.told import told

# Far above what one fuzzer asks for in a minute.
UNLIMITED = "1000000/minute"


@dataclass(frozen=True)
class Target:
    """The stack and the key of a server that may do everything at its intake."""

    stack: Stack
    api_key: str


@pytest.fixture(scope="package")
def target(wrecked: Stack) -> Iterator[Target]:
    """What is fuzzed: nobody asks whether its books add up."""
    key, entry = new_api_key("fuzzer", list(Scope))
    environment = {
        "API_KEYS": entry,
        "RATE_LIMIT_BUYER": UNLIMITED,
        "RATE_LIMIT_PURCHASES": UNLIMITED,
        "RATE_LIMIT_ADDRESS": UNLIMITED,
        "MAX_OPEN_PURCHASES": "1000",
    }
    with told(wrecked, "intake", "projects", **environment) as running:
        yield Target(running, key)
