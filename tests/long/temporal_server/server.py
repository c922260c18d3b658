"""A Temporal server on PostgreSQL, started from the project's own files in deploy/temporal."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.long.temporal_server.certificates import Authority, Certificate
from tools.devstack.options import ROOT
from tools.devstack.ports import claim_block
from tools.devstack.setup import temporal_on_postgresql, temporal_server
from tools.devstack.setup.machine import Machine

CONFIG = ROOT / "deploy" / "temporal"
NAMESPACE = "buy-projects"
# What the frontend's certificate is issued to.
SERVER_NAME = "temporal-frontend"
PARTS = ("FRONTEND", "HISTORY", "MATCHING", "WORKER")
# A new database gets some 50 tables and, of the server, its own system namespace.
STEP_LIMIT_S = 180


def program(name: str) -> Path:
    """A program that the set-up has brought."""
    machine = Machine(ROOT, os.environ, lambda _: None)
    found = temporal_server.find(machine) if name == "temporal" else temporal_on_postgresql.find(machine, name)
    assert found, f"{name} is missing: run `python3 -m tools.devstack.setup --tests`"
    return found


@dataclass(frozen=True)
class Trust:
    """Who believes whom: the frontend's authority, and the one of its clients."""

    frontend: Authority
    clients: Authority
    server: Certificate
    client: Certificate

    @classmethod
    def made(cls, folder: Path) -> "Trust":
        """New authorities, a server's and a client's certificate."""
        frontend, clients = Authority(folder, "frontend-authority"), Authority(folder, "client-authority")
        return cls(frontend, clients, frontend.issue(SERVER_NAME), clients.issue("buy-projects-client"))


class ProductionServer:
    """A server in all its four parts, in one process."""

    def __init__(self, folder: Path, database: str, trust: Trust) -> None:
        host, port = database.rpartition("@")[2].split(":")
        self.trust = trust
        # The claim keeps other stacks away from them as long as it is open.
        self._claim, free = claim_block()
        ports = iter(free.values())
        self._log = folder / "temporal-server.log"
        self._store = {
            "POSTGRES_SEEDS": host,
            "DB_PORT": port,
            "POSTGRES_USER": "saga",
            "SQL_PASSWORD": "trusted",
            "POSTGRES_PWD": "trusted",
            # The database of the tests speaks no TLS.
            "POSTGRES_TLS": "false",
        }
        self._ports = {
            f"TEMPORAL_{part}_{kind}": str(next(ports)) for part in PARTS for kind in ("PORT", "MEMBERSHIP_PORT")
        }
        self._metrics = f"127.0.0.1:{next(ports)}"
        self.address = f"127.0.0.1:{self._ports['TEMPORAL_FRONTEND_PORT']}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def client_environment(self) -> dict[str, str]:
        """Temporal's standard variables, as the application's processes get them."""
        return {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_TLS": "true",
            "TEMPORAL_TLS_SERVER_NAME": SERVER_NAME,
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(self.trust.frontend.file),
            "TEMPORAL_TLS_CLIENT_CERT_PATH": str(self.trust.client.certificate),
            "TEMPORAL_TLS_CLIENT_KEY_PATH": str(self.trust.client.key),
        }

    def make_tables(self) -> None:
        """Run deploy/temporal/schema.sh."""
        self._script("schema.sh", self._store)

    def prepare_namespace(self) -> None:
        """Run deploy/temporal/namespace.sh, which speaks TLS by the same variables as the application."""
        self._script("namespace.sh", self.client_environment)

    def start(self) -> None:
        """Start it; who connects waits until it answers."""
        trust = self.trust
        environment = {
            **self._store,
            **self._ports,
            "TEMPORAL_BIND_ADDRESS": "127.0.0.1",
            "TEMPORAL_METRICS_ADDRESS": self._metrics,
            "TEMPORAL_FRONTEND_ADDRESS": self.address,
            "TEMPORAL_FRONTEND_NAME": SERVER_NAME,
            "TEMPORAL_FRONTEND_CERT": str(trust.server.certificate),
            "TEMPORAL_FRONTEND_KEY": str(trust.server.key),
            "TEMPORAL_FRONTEND_CA": str(trust.frontend.file),
            "TEMPORAL_CLIENT_CA": str(trust.clients.file),
            "TEMPORAL_SYSTEM_WORKER_CERT": str(trust.client.certificate),
            "TEMPORAL_SYSTEM_WORKER_KEY": str(trust.client.key),
            "TEMPORAL_DYNAMIC_CONFIG": str(CONFIG / "dynamic-config.yaml"),
            # 4 begin in seconds on two cores.
            "TEMPORAL_HISTORY_SHARDS": "4",
        }
        command = [str(program("temporal-server")), "--root", str(CONFIG), "--config", ".", "--env", "server"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--allow-no-auth", "start"],
                env={**_plain(os.environ), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def crash(self) -> None:
        """Kill it (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Be gone: nobody needs what it holds any more."""
        self.crash()
        self._claim.close()

    @staticmethod
    def _script(name: str, environment: Mapping[str, str]) -> None:
        path = ":".join(str(program(tool).parent) for tool in ("temporal", "temporal-sql-tool"))
        done = subprocess.run(
            ["/bin/sh", CONFIG / name],
            env={**_plain(os.environ), **environment, "PATH": f"{path}:{os.environ['PATH']}"},
            check=False,
            capture_output=True,
            text=True,
            timeout=STEP_LIMIT_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what somebody has set for another server."""
    return {name: value for name, value in environ.items() if not name.startswith("TEMPORAL_")}


@contextmanager
def production_server(folder: Path, database: str) -> Iterator[ProductionServer]:
    """A server that runs and has the application's namespace."""
    server = ProductionServer(folder, database, Trust.made(folder))
    server.make_tables()
    server.start()
    try:
        server.prepare_namespace()
        yield server
    finally:
        server.end()
