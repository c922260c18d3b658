"""How every process of ours finds Temporal: by its standard TEMPORAL_* variables (temporalio.envconfig)."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig


def connection() -> ClientConnectConfig:
    """What the variables name; without them the server of this machine."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return config


async def lazy_client() -> Client:
    """A client that connects at its first call, and again by itself."""
    return await Client.connect(**connection(), data_converter=pydantic_data_converter, lazy=True)
