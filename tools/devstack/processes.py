"""The table of our processes: the devstack runs them by it, and by it tests check compose, Kubernetes and the docs.

A new process is an entry here and a folder of its own; whatever does not know it yet fails a test that names it.
"""

from dataclasses import dataclass
from enum import StrEnum

from providers.registry import REGISTRY


class ProcessList(StrEnum):
    """Where processes of ours are described; each names the file or the folder."""

    STACK = "tools/devstack"
    COMPOSE = "docker-compose.yml"
    TELEMETRY = "deploy/compose.telemetry.yml"
    DEVELOPMENT = "deploy/kubernetes/overlays/development"
    PRODUCTION = "deploy/kubernetes/overlays/production"


MACHINES = frozenset({ProcessList.STACK, ProcessList.COMPOSE})
CLUSTERS = frozenset({ProcessList.DEVELOPMENT, ProcessList.PRODUCTION})


@dataclass(frozen=True)
class Entry:
    """A process; its name is that in a stack."""

    name: str
    in_compose: str
    # As it is typed; who serves by gunicorn alone is told its address behind it.
    command: tuple[str, ...]
    # In a stack; in containers too, unless it serves its metrics alone.
    port: int
    # The classes by which it reads its settings, beside those of logs and traces.
    settings: tuple[str, ...]
    # What has to be there before it works, and is stopped after it, where it runs at the same place.
    needs: tuple[str, ...] = ()
    # As whom it calls the services.
    role: str | None = None
    listed_in: frozenset[ProcessList] = MACHINES | CLUSTERS
    # What it prints once it works; who prints nothing answers /ready.
    ready_line: str | None = None
    # False: at its port are its metrics, and nothing else.
    serves: bool = True
    has_metrics: bool = True
    # What it gets between SIGTERM and SIGKILL in a stack, which stops within 15 s: intake, workers, services, broker.
    stop_limit_s: float = 3.0

    @property
    def port_name(self) -> str:
        """Its port's among those of a stack."""
        return self.name if self.serves else f"{self.name.removesuffix('_worker')}_metrics"

    @property
    def in_kubernetes(self) -> str:
        """Its component there."""
        return self.name.replace("_", "-")


def _service(name: str, port: int, *needs: str, also: tuple[str, ...] = ()) -> Entry:
    settings = (f"services.{name}.settings.{name.capitalize()}Settings", *also)
    return Entry(name, name, ("python", "-m", "services", name), port, settings, ("postgresql", *needs))


def _worker(queue: str, metrics_port: int) -> Entry:
    return Entry(
        f"{queue}_worker",
        f"temporal_{queue}_worker",
        ("python", "-m", "workers", queue),
        metrics_port,
        ("workers.settings.WorkerSettings",),
        needs=("temporal", "rabbitmq", *(called.name for called in CALLED)),
        role="worker",
        ready_line=f"Starting {queue.replace('_', ' ')} worker",
        serves=False,
        stop_limit_s=6.0,
    )


SERVICES = (
    # It speaks to the providers, which are told what they need in classes of their own.
    _service("payments", 5001, also=tuple(f"{one.__module__}.{one.__qualname__}" for one in REGISTRY.settings())),
    _service("projects", 5002),
    _service("users", 5003),
    _service("notifier", 5004, "rabbitmq"),
)
SIMULATOR = Entry(
    "stripe_simulator",
    "stripe_simulator",
    ("python", "-m", "simulators.stripe"),
    5005,
    ("simulators.stripe.settings.SimulatorSettings",),
    listed_in=MACHINES | {ProcessList.DEVELOPMENT},
    has_metrics=False,
)
# Each with a database.
CALLED = (*SERVICES, SIMULATOR)
# Their metrics begin at OpenTelemetry's own port for Prometheus.
WORKERS = (_worker("start_payment", 9464), _worker("payment_success", 9465), _worker("payment_failed", 9466))
INTAKE = Entry(
    "intake",
    "buy_projects",
    ("gunicorn", "app:create_app()"),
    5000,
    ("app.settings.IntakeSettings",),
    needs=("temporal", *(entry.name for entry in (*CALLED, *WORKERS))),
    role="intake",
    stop_limit_s=2.0,
)
# In a stack it runs only where there is a key.
CODEC_SERVER = Entry(
    "codec_server",
    "codec_server",
    ("python", "-m", "services", "codec_server"),
    5006,
    ("services.codec_server.settings.CodecServerSettings",),
    has_metrics=False,
)
AUDIT = Entry(
    "audit",
    "audit",
    ("python", "-m", "audit.watch"),
    9467,
    ("audit.settings.AuditSettings",),
    needs=("temporal", *(service.name for service in SERVICES)),
    role="auditor",
    listed_in=CLUSTERS | {ProcessList.TELEMETRY},
    serves=False,
)
PROCESSES = (*CALLED, CODEC_SERVER, *WORKERS, INTAKE, AUDIT)
IN_STACK = tuple(entry for entry in PROCESSES if ProcessList.STACK in entry.listed_in)
