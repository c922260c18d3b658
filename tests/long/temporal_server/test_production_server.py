"""The application on Temporal Server with PostgreSQL and mutual TLS: the promise holds there as anywhere."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, TLSConfig
from temporalio.envconfig import ClientConfig

from tests.long.temporal_server.certificates import Authority, Certificate
from tests.long.temporal_server.server import CONFIG, NAMESPACE, SERVER_NAME, ProductionServer, program
from tools.devstack import temporal
from tools.devstack.audit import COMMAND
from tools.devstack.options import ROOT
from tools.devstack.processes import WORKERS
from tools.devstack.shop import Shop, item
from tools.devstack.stack import Stack

# A server that was killed joins its own ring again, and takes back its shards, before it answers.
BACK_S = 90.0


def bought(shop: Shop) -> dict[str, Any]:
    """An open purchase of a tonne."""
    milestone = shop.milestones()["mangrove-2"]
    response = shop.open([item(milestone, "1")], milestone["unit_amount"])
    assert response.status_code == 201, response.text
    return dict(response.json())


def test_every_end_is_reached(shop: Shop) -> None:
    """Paid, declined and canceled purchases end there as anywhere."""
    paid, declined, canceled = bought(shop), bought(shop), bought(shop)
    shop.pay(paid).raise_for_status()
    shop.pay(declined, "pm_card_chargeDeclined")
    shop.cancel(canceled["purchase_id"]).raise_for_status()
    ends = [shop.completed(answer["purchase_id"], BACK_S)["status"] for answer in (paid, declined, canceled)]
    assert ends == ["paid", "failed", "canceled"]


def test_a_killed_server_loses_no_purchase(shop: Shop, secured: Stack, server: ProductionServer) -> None:
    """SIGKILL of the server and of every worker while purchases are open: all go on, by the certificates as before."""
    open_ones = [bought(shop) for _ in range(3)]
    server.crash()
    for worker in WORKERS:
        secured.kill(worker.name)
    for answer in open_ones[:2]:
        shop.pay(answer).raise_for_status()
    server.start()
    for worker in WORKERS:
        secured.restart(worker.name)
    for answer in open_ones[:2]:
        assert shop.completed(answer["purchase_id"], BACK_S)["status"] == "paid"
    cancel = lambda: shop.cancel(open_ones[2]["purchase_id"]).status_code  # noqa: E731 - asked until it is answered
    Shop.until(cancel, lambda status: status == 200, "the cancel", BACK_S)
    assert shop.completed(open_ones[2]["purchase_id"], BACK_S)["status"] == "canceled"


def test_the_records_add_up(secured: Stack, server: ProductionServer) -> None:
    """The audit finds the server by the same variables, and nothing that does not add up."""
    urls = {f"{n.upper()}_URL": str(p["url"]) for n, p in secured.description["processes"].items() if p.get("url")}
    environment = {**os.environ, **server.client_environment, **urls}
    environment["SERVICE_TOKEN"] = secured.description["service_token"]
    done = subprocess.run(
        COMMAND, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=BACK_S
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_the_namespace_is_as_the_application_needs_it(server: ProductionServer) -> None:
    """namespace.sh, over TLS: 30 days of retention and every search attribute."""
    config = ClientConfig.load_client_connect_config(override_env_vars=server.client_environment)
    client = await Client.connect(**config)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)
    assert set(described.config.custom_search_attribute_aliases.values()) == set(temporal.SEARCH_ATTRIBUTES)


def stranger(folder: Path) -> Certificate:
    """A client whose authority the server does not know."""
    return Authority(folder, "strange-authority").issue("stranger")


@pytest.mark.parametrize("who", ["nobody", "a stranger", "one who speaks no TLS"])
async def test_who_is_not_known_is_not_let_in(server: ProductionServer, tmp_path: Path, who: str) -> None:
    """Without a certificate of the right authority nothing is read and nothing is started."""
    certificate = stranger(tmp_path) if who == "a stranger" else None
    tls = TLSConfig(
        domain=SERVER_NAME,
        server_root_ca_cert=server.trust.frontend.file.read_bytes(),
        client_cert=certificate.certificate.read_bytes() if certificate else None,
        client_private_key=certificate.key.read_bytes() if certificate else None,
    )
    with pytest.raises(RuntimeError, match=r"(?i)connect|transport|tls|certificate"):
        await Client.connect(server.address, namespace=NAMESPACE, tls=False if "no TLS" in who else tls)


def test_the_dynamic_configuration_is_known_to_the_server() -> None:
    """Each key and each value's type of deploy/temporal/dynamic-config.yaml, by the server's own validator."""
    command = [str(program("temporal-server")), "validate-dynamic-config", str(CONFIG / "dynamic-config.yaml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout
