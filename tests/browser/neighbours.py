"""Other servers beside the stack: a second intake that is told otherwise, and a static host for the page."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tools.devstack.ports import LOOPBACK, free_port
from tools.devstack.process import ProcessSpec, running

# As a stack gives its intake: it waits for no request that hangs.
STOP_LIMIT_S = 5.0


@contextmanager
def intake_beside(stack: Mapping[str, Any], log: Path, **settings: str) -> Iterator[str]:
    """A second intake on the same services and sagas; its address."""
    url = f"http://{LOOPBACK}:{free_port()}"
    command = (sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", url.removeprefix("http://"))
    spec = ProcessSpec("intake beside", command, lambda: _answers(f"{url}/ready"), stop_limit_s=STOP_LIMIT_S)
    with running(spec, {**os.environ, **_told(stack), **settings}, log):
        yield url


@contextmanager
def static_host(folder: Path, port: int) -> Iterator[str]:
    """A host that knows nothing but files; its address."""
    command = (sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK, "--directory", str(folder))
    url = f"http://{LOOPBACK}:{port}"
    with running(ProcessSpec("static host", command, lambda: _answers(url)), os.environ, folder.with_suffix(".log")):
        yield url


def _told(stack: Mapping[str, Any]) -> dict[str, str]:
    """What the stack tells its own intake."""
    stripe, temporal = stack["stripe"], stack["temporal"]
    urls = {f"{name.upper()}_URL": stack["processes"][name]["url"] for name in ("payments", "projects", "users")}
    return urls | {
        "SERVICE_TOKEN": stack["service_token"],
        "JWT_SECRET": stack["jwt_secret"],
        "AMQP_URL": stack["amqp_url"],
        "TEMPORAL_ADDRESS": temporal["address"],
        "TEMPORAL_NAMESPACE": temporal["namespace"],
        "PAYLOAD_KEYS": stack["payload_keys"],
        "PAYLOAD_KEY": stack["payload_key"],
        "PAYLOAD_CLEAR": stack["payload_clear"],
        "STRIPE_API_BASE": stripe["api_base"],
        "STRIPE_PUBLISHABLE_KEY": stripe["publishable_key"],
        "STRIPE_WEBHOOK_SECRETS": ",".join(stripe["webhook_secrets"]),
    }


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code == 200
    except httpx.TransportError:
        return False
