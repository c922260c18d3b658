"""An operator at the command line, beside a stack whose processes these tests may stop."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from app.commands import purchases_commands
from app.operators.temporal import TemporalEngine
from devstack.shop import Shop
from devstack.stack import Stack, StackOptions
from tests.integration.engine import Engine
from tests.integration.sagas.buyers import Buyers

Command = Callable[..., Result]


@pytest.fixture(scope="package")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("operators"))) as running:
        yield running


@pytest.fixture(scope="package")
def engine(own: Stack) -> Engine:
    """That stack's Temporal."""
    return Engine(own.description)


@pytest.fixture
def shop(own: Stack) -> Iterator[Shop]:
    """An auditor at that stack."""
    with Shop(own.description) as client:
        yield client


@pytest.fixture
def buyers(shop: Shop, engine: Engine) -> Iterator[Buyers]:
    """That stack's buyers."""
    with ThreadPoolExecutor(4) as pool:
        yield Buyers(shop, engine, pool)


async def connected(own: Stack) -> Client:
    """A client of that stack's Temporal."""
    return await Client.connect(own.description["temporal"]["address"], data_converter=pydantic_data_converter)


@pytest.fixture
def purchases(own: Stack) -> Command:
    """`flask purchases …`, in this process."""

    def run(*arguments: str) -> Result:
        commands = purchases_commands(lambda: TemporalEngine(lambda: connected(own)), leave=sys.exit)
        return CliRunner().invoke(commands, list(arguments))

    return run


@pytest.fixture
def terminate(own: Stack) -> Callable[[str], None]:
    """Somebody presses Terminate in the UI."""

    async def press(workflow_id: str) -> None:
        await (await connected(own)).get_workflow_handle(workflow_id).terminate(reason="a mistake")

    return lambda workflow_id: asyncio.run(press(workflow_id))
