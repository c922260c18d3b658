"""PostgreSQL as a stack runs it: a server of its own on the loopback, a role and a database for each service."""

import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from tools.devstack.description import DATABASES
from tools.devstack.ports import LOOPBACK
from tools.devstack.postmaster import OWNER, PASSWORD
from tools.devstack.process import ProcessSpec
from tools.devstack.readiness import listens

# On one machine an answer takes milliseconds; one that takes a second is asked for again.
CONNECT_TIMEOUT_S = 1
# Checkpoints are news in a log that nobody reads otherwise; no socket, for a folder's name may be too long for one.
SETTINGS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "log_checkpoints": "off"}


def url(port: int, role: str = OWNER) -> str:
    """The address of a role's own database; without a name the superuser's."""
    return f"postgresql://{role}:{PASSWORD}@{LOOPBACK}:{port}/{role}"


def server(programs: Path, port: int, folder: Path, settings: Mapping[str, str] | None = None) -> ProcessSpec:
    """The server's process, its cluster in `folder`; ready when each service has its role and database."""
    told = {"port": str(port), **SETTINGS, **(settings or {})}
    options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
    return ProcessSpec(
        name="postgresql",
        command=(sys.executable, "-m", "tools.devstack.postmaster", str(programs), str(folder), *options),
        ready=lambda: listens(port) and prepare(port),
        url=url(port),
    )


def prepare(port: int) -> bool:
    """Give each service a role and a database that nobody else may enter; False while the server does not answer."""
    try:
        with psycopg.connect(url(port), connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            for service in DATABASES:
                if service not in known:
                    _create(connection, service)
    except psycopg.OperationalError:
        return False
    return True


def _create(connection: psycopg.Connection, service: str) -> None:
    name = sql.Identifier(service)
    # A start that was broken off may have made the role alone.
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, PASSWORD))
    connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
    connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(name))
