"""Callees without sockets."""

import httpx
import pytest
from structlog.contextvars import clear_contextvars

from clients.http import Service
from tests.unit.clients.conftest import Callee


@pytest.fixture
def callee() -> Callee:
    """The service at the other end."""
    return Callee()


@pytest.fixture
def service(callee: Callee) -> Service:
    """A client that reaches only it."""
    return Service(httpx.AsyncClient(transport=httpx.MockTransport(callee)), "http://callee.test", "token", ())


@pytest.fixture(autouse=True)
def nothing_bound() -> None:
    """Other tests of this run have bound ids in this thread."""
    clear_contextvars()
