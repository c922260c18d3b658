"""Temporal by its standard TEMPORAL_* variables (temporalio.envconfig)."""

from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig

# Where a server on this machine listens.
LOCAL = "127.0.0.1:7233"


def address() -> str:
    """Host and port of the server that the variables name."""
    return ClientConfig.load_client_connect_config().get("target_host") or LOCAL


def client_options() -> dict[str, Any]:
    """All that a client of ours is made with: what the variables say, and how payloads are written."""
    return {
        **ClientConfig.load_client_connect_config(),
        "target_host": address(),
        "data_converter": pydantic_data_converter,
    }


async def connect() -> Client:
    """A client that has reached the server; RuntimeError where it does not answer."""
    return await Client.connect(**client_options())


async def lazy_client() -> Client:
    """A client that connects at its first call, and again by itself."""
    return await Client.connect(**client_options(), lazy=True)
