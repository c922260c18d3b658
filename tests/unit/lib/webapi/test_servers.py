"""The settings of our web servers, and of those who call them: one table over all pairs."""

import runpy
from typing import Any

import httpx
import pytest

import app.webhooks
import lib.webapi.application
import services.codec_server.application
import simulators.stripe.application
from clients.http import IDLE_S, pooled_client
from lib.webapi.gunicorn_worker import KEEP_ALIVE_S
from tests.unit.lib.settings.classes import REPOSITORY

# The file of settings, and the largest body that its applications take.
SERVERS = {
    "gunicorn.conf.py": app.webhooks.EVENT_BYTES_MAX,
    "lib/webapi/gunicorn_conf.py": lib.webapi.application.BODY_BYTES_MAX,
    "services/codec_server/gunicorn_conf.py": services.codec_server.application.BODY_BYTES_MAX,
}
# Balancers keep an idle connection for 60 s where nobody says otherwise (docs/deployment.md).
BALANCER_IDLE_S = 60


def settings(path: str) -> dict[str, Any]:
    """What gunicorn reads there."""
    return runpy.run_path(str(REPOSITORY / path))


async def idle_times() -> dict[str, float]:
    """How long each client of ours keeps a connection that it does not use, in seconds."""
    async with pooled_client() as ours, httpx.AsyncClient() as plain:
        pools = {"clients": ours, "httpx alone, as the simulator, chaos and bench use it": plain}
        return {name: client._transport._pool._keepalive_expiry for name, client in pools.items()}  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.mark.parametrize("path", SERVERS)
async def test_no_server_closes_a_connection_before_its_clients_do(path: str) -> None:
    """Whoever closes first may take down a request that is on its way; so all servers wait longer than all clients."""
    assert settings(path)["keepalive"] == KEEP_ALIVE_S
    idle = await idle_times()
    assert idle["clients"] == IDLE_S
    assert max(*idle.values(), BALANCER_IDLE_S) + 10 < KEEP_ALIVE_S


@pytest.mark.parametrize("path", SERVERS)
def test_a_server_reads_the_bodies_that_its_applications_take(path: str) -> None:
    """No more, for it reads before anybody is asked who calls."""
    assert settings(path)["worker_class"].body_bytes_max == SERVERS[path]


def test_the_simulator_takes_no_more_than_the_services() -> None:
    """They have one file of settings."""
    assert simulators.stripe.application.BODY_BYTES_MAX == lib.webapi.application.BODY_BYTES_MAX
