"""Temporal by its standard TEMPORAL_* variables (temporalio.envconfig)."""

from typing import Any

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from engine.converter import data_converter
from lib.telemetry.sdk_logs import runtime
from lib.telemetry.temporal import interceptors

# Where a server on this machine listens.
LOCAL = "127.0.0.1:7233"


def address() -> str:
    """Host and port of the server that the variables name."""
    return ClientConfig.load_client_connect_config().get("target_host") or LOCAL


def namespace() -> str:
    """The namespace that the variables name."""
    return ClientConfig.load_client_connect_config().get("namespace") or "default"


def client_options() -> dict[str, Any]:
    """The options of every client of ours: the variables, the data converter and the interceptors."""
    return {
        **ClientConfig.load_client_connect_config(),
        "target_host": address(),
        "data_converter": data_converter(),
        "interceptors": interceptors(),
    }


async def connect() -> Client:
    """A client that has reached the server; RuntimeError where it does not answer."""
    return await Client.connect(**client_options())


async def lazy_client(**more: Any) -> Client:
    """A client that connects at its first call, and again by itself; `more` as `Client.connect` takes it."""
    return await Client.connect(**client_options(), **more, runtime=runtime(), lazy=True)
