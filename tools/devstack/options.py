"""What a person or a test says about a stack."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from tools.devstack.errors import StackError

STORES = ("sqlite", "postgres")
ROOT = Path(__file__).resolve().parents[2]

# What the processes take from .env when the environment does not say it; the stack has to tell the same to its users.
# Addresses and databases in .env are for processes that are started one by one: a stack has its own.
SHARED = {
    # The operators', which may do everything; the intake and the workers have their own.
    "SERVICE_TOKEN": "development-service-token",
    "JWT_SECRET": "development-jwt-secret-of-32-bytes-or-more",
    "JWT_ISSUER": "buy-projects",
    "JWT_AUDIENCE": "buy-projects",
    "STRIPE_SECRET_KEY": "sk_test_development",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_development",
    "STRIPE_WEBHOOK_SECRETS": "whsec_development",
    "PAYLOAD_KEYS": "",
    "PAYLOAD_KEY": "",
    "PAYLOAD_CLEAR": "refused",
}


@dataclass(frozen=True)
class StackOptions:
    """Where a stack keeps its data, on which ports it runs and what its processes are told."""

    data: Path | str = ROOT / ".run"
    # auto: free ones, so that several stacks run side by side.
    ports: Literal["default", "auto"] = "auto"
    # Stands over the environment of whoever starts the stack.
    environment: Mapping[str, str] = field(default_factory=dict)
    # Lead the processes' connections through proxies, so that `tools.devstack.links.Links` can break them.
    links: bool = False
    # Show what the processes print, and how the start goes on.
    echo: bool = False

    @property
    def folder(self) -> Path:
        """The data's folder, absolute, for the processes have a working folder of their own."""
        return Path(self.data).absolute()

    @property
    def on_postgres(self) -> bool:
        """Whether the services keep their records in PostgreSQL. Raises StackError on a STORE that nobody knows."""
        store = self.environ().get("STORE") or STORES[0]
        if store not in STORES:
            raise StackError(f"STORE is {store!r}; it is one of {', '.join(STORES)}.")
        return store == "postgres"

    @property
    def state(self) -> Path:
        """Where everything lies that is to be remembered, Temporal's too: its purchases fit to one set of records."""
        return self.folder / "on-postgres" if self.on_postgres else self.folder

    def environ(self) -> dict[str, str]:
        """The environment that the stack begins with, complete in what all processes share."""
        written = {name: value for name, value in dotenv_values(ROOT / ".env").items() if name in SHARED and value}
        return {**SHARED, **written, **os.environ, **self.environment}


@contextmanager
def scratch(name: str) -> Iterator[str]:
    """A folder for the data of a stack that nobody looks at afterwards."""
    folder = ROOT / ".run"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder) as data:
        yield data
