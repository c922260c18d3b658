"""`python -m audit`: audit what the environment names."""

import asyncio
import sys

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig

from audit.auditor import Places
from audit.command import leave, run
from config import settings


async def connect() -> Client:
    """A client of the server that TEMPORAL_* names; it connects at its first call."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, data_converter=pydantic_data_converter, lazy=True)


def main(arguments: list[str]) -> int:
    """Audit; 0: it adds up, 1: it does not, 2: it could not be read."""
    known = settings()
    places = Places(
        payments=known.payments_url,
        projects=known.projects_url,
        users=known.users_url,
        notifier=known.notifier_url,
        service_token=known.service_token,
    )
    return asyncio.run(run(arguments, places, connect))


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
