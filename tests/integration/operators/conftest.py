"""An operator at the command line, beside a stack whose processes these tests may stop."""

import asyncio
import base64
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result

from audit.auditor import audit
from audit.report import Report
from audit.settings import SERVICES
from operators.cli import CommandContext, purchases_commands
from operators.decisions import identity_of
from operators.environment import Environment
from operators.records import HttpReaders
from operators.temporal import SdkTemporalAdmin
from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.audit import connect
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack, StackOptions

Command = Callable[..., Result]


@pytest.fixture(scope="package")
def keys() -> dict[str, str]:
    """Payloads are encrypted, so that all which operators read has to be decrypted first."""
    return {"PAYLOAD_KEYS": f"test:{base64.b64encode(os.urandom(32)).decode()}", "PAYLOAD_KEY": "test"}


@pytest.fixture(scope="package")
def own(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]) -> Iterator[Stack]:
    """A stack of its own."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("operators"), environment=keys)) as running:
        yield running


@pytest.fixture(scope="package")
def engine(own: Stack) -> TemporalServer:
    """That stack's Temporal."""
    return TemporalServer(own.description)


@pytest.fixture
def shop(own: Stack) -> Iterator[Shop]:
    """An auditor at that stack."""
    with Shop(own.description) as client:
        yield client


@pytest.fixture
def buyers(shop: Shop, engine: TemporalServer) -> Iterator[Buyers]:
    """That stack's buyers."""
    with ThreadPoolExecutor(4) as pool:
        yield Buyers(shop, engine, pool)


@pytest.fixture
def purchases(own: Stack) -> Command:
    """`flask purchases …`, in this process; nobody sits at its terminal."""
    stack = own.description
    urls = {name: str(stack["processes"][name]["url"]) for name in SERVICES}

    async def audited(tell: Callable[[str], None], purchase_ids: Sequence[str]) -> Report:
        return await audit(urls, stack["service_token"], await connect(stack), tell, purchase_ids)

    def run(*arguments: str, token: str = stack["service_token"]) -> Result:
        def admin_of(by: str = "") -> SdkTemporalAdmin:
            return SdkTemporalAdmin(lambda: connect(stack, **({"identity": identity_of(by)} if by else {})))

        temporal = stack["temporal"]
        environment = Environment(temporal["address"], temporal["namespace"], urls)
        context = CommandContext(admin_of, HttpReaders(urls, token), audited, environment, lambda: False)
        return CliRunner().invoke(purchases_commands(context, leave=sys.exit), list(arguments))

    return run


@pytest.fixture
def terminate(own: Stack) -> Callable[[str], None]:
    """Somebody presses Terminate in the UI."""

    async def press(workflow_id: str) -> None:
        await (await connect(own.description)).get_workflow_handle(workflow_id).terminate(reason="a mistake")

    return lambda workflow_id: asyncio.run(press(workflow_id))
