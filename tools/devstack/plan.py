"""What a stack runs: the table's processes and what is around them, their addresses and the environment they share."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from lib.tokens import digest
from tools.devstack import postgresql, rabbitmq, temporal, toxiproxy
from tools.devstack.description import DATABASES, described, ui_url
from tools.devstack.errors import StackError
from tools.devstack.options import ROOT, StackOptions
from tools.devstack.ports import LINKS, LOOPBACK, Ports, claim_block, from_environment, require_free
from tools.devstack.process import ProcessSpec
from tools.devstack.processes import CALLED, CODEC_SERVER, IN_STACK, Entry
from tools.devstack.readiness import http_ready
from tools.devstack.setup import postgresql as postgresql_server
from tools.devstack.setup import rabbitmq_server, temporal_server, toxiproxy_server
from tools.devstack.setup.machine import Machine

# Each caller's own token, and no more rights than it has in production.
TOKENS = {role: f"development-{role}-token" for role in ("intake", "worker", "auditor")}


@dataclass(frozen=True)
class Plan:
    """What a stack is to run, and what it tells about itself."""

    specs: tuple[ProcessSpec, ...]
    environ: Mapping[str, str]
    # The description without its processes.
    facts: Mapping[str, Any]
    # A server of somebody else's that has to answer first.
    before: Callable[[], bool] = lambda: True
    # Keeps other stacks away from this one's ports.
    claim: socket | None = None


def application(options: StackOptions) -> Plan:
    """The whole application. Raises StackError on a taken port or a missing program."""
    given = options.environ()
    claim, ports = claim_block() if options.ports == "auto" else (None, from_environment(given))
    if not options.links:
        ports = {name: port for name, port in ports.items() if name not in LINKS}
    if not given["PAYLOAD_KEY"]:
        ports = {name: port for name, port in ports.items() if name != CODEC_SERVER.name}
    machine = Machine(ROOT, given, lambda _: None)
    infrastructure = []
    before: Callable[[], bool] = lambda: True  # noqa: E731 - the common case of a value
    if given.get("TEMPORAL_ADDRESS"):
        before = temporal.foreign(given)
        ports = {name: port for name, port in ports.items() if not name.startswith("temporal")}
    else:
        program = _program(temporal_server.find(machine), "temporal")
        given = _without_temporal(given)
        infrastructure.append(temporal.server(program, ports, options.state, given["TEMPORAL_NAMESPACE"]))
        given["TEMPORAL_ADDRESS"] = f"{LOOPBACK}:{ports['temporal']}"
    if given.get("AMQP_URL"):
        ports = {name: port for name, port in ports.items() if not name.startswith("rabbitmq")}
    else:
        program = _program(rabbitmq_server.find(machine), "rabbitmq-server")
        infrastructure.append(rabbitmq.broker(program, ports, options.state))
        given["AMQP_URL"] = rabbitmq.url(ports["rabbitmq"])
    if options.on_postgres:
        programs = _program(postgresql_server.find(machine), "postgres")
        infrastructure.append(postgresql.server(programs, ports["postgres"], options.state / "postgresql"))
    else:
        ports = {name: port for name, port in ports.items() if name != "postgres"}
    environ = {**given, **addresses(given, ports, options.state)}
    require_free(ports)
    started = {spec.name for spec in infrastructure}
    specs = (*infrastructure, *ours(ports, started))
    if options.links:
        program = _program(toxiproxy_server.find(machine), "toxiproxy-server")
        specs = toxiproxy.led_through(program, specs, environ, ports, options.folder)
    return Plan(specs, environ, described(environ, ports), before, claim)


def _program(found: Path | None, name: str) -> Path:
    if found is None:
        raise StackError(f"The program {name} is not here (any more): run `make setup`.")
    return found


def _without_temporal(environ: Mapping[str, str]) -> dict[str, str]:
    """Our own server takes no key and no TLS: what is set for another one must not reach it."""
    kept = {name: value for name, value in environ.items() if not name.startswith("TEMPORAL_")}
    namespace = environ.get("TEMPORAL_NAMESPACE") or "default"
    return {**kept, "TEMPORAL_NAMESPACE": namespace, "TEMPORAL_CONFIG_FILE": "/dev/null"}


def addresses(given: Mapping[str, str], ports: Ports, data: Path) -> dict[str, str]:
    """Who listens where, and who finds whom where."""
    callers = {**TOKENS, "operator": given["SERVICE_TOKEN"]}
    found = {
        "PYTHONUNBUFFERED": "1",
        "SERVICE_TOKENS": given.get("SERVICE_TOKENS") or ",".join(f"{who}:{digest(t)}" for who, t in callers.items()),
        # The stripe SDK and others write into the user's settings folder, which is none of ours.
        "XDG_CONFIG_HOME": str(data / "config"),
    }
    for name in (entry.name for entry in (*CALLED, CODEC_SERVER) if entry.name in ports):
        found |= {f"{name.upper()}_HOST": LOOPBACK, f"{name.upper()}_PORT": str(ports[name])}
        found[f"{name.upper()}_URL"] = f"http://{LOOPBACK}:{ports[name]}"
    for name in (entry.name for entry in CALLED):
        ours = postgresql.url(ports["postgres"], name) if name in DATABASES and "postgres" in ports else ""
        variable = f"{name.upper()}_DATABASE_URL"
        found[variable] = given.get(variable) or ours or f"sqlite:///{data}/{name}.db"
    found["CODEC_SERVER_ORIGINS"] = given.get("CODEC_SERVER_ORIGINS") or ui_url(given, ports)
    # All buyers of a stack come from this machine's one address, as no thousand buyers of a real shop do.
    found["RATE_LIMIT_ADDRESS"] = given.get("RATE_LIMIT_ADDRESS") or "60000/minute"
    found["STRIPE_SIMULATOR_WEBHOOK_URL"] = f"http://{LOOPBACK}:{ports['intake']}/webhooks/stripe"
    # Real Stripe is spoken to only when somebody says so.
    found["STRIPE_API_BASE"] = given.get("STRIPE_API_BASE") or f"http://{LOOPBACK}:{ports['stripe_simulator']}"
    return found


def ours(ports: Ports, started: set[str]) -> list[ProcessSpec]:
    """Our processes that a port was kept for, beside what is around them."""
    entries = [entry for entry in IN_STACK if entry.port_name in ports]
    return [_spec(entry, ports, started | {each.name for each in entries}) for entry in entries]


def _spec(entry: Entry, ports: Ports, running: set[str]) -> ProcessSpec:
    """One of ours, beside those that run."""
    at = f"{LOOPBACK}:{ports[entry.port_name]}"
    env = {"SERVICE_TOKEN": TOKENS[entry.role]} if entry.role else {}
    program, *arguments = entry.command
    module = ["-m", program, *arguments, "--bind", at] if program == "gunicorn" else arguments
    return ProcessSpec(
        name=entry.name,
        command=(sys.executable, *module),
        ready=http_ready(ports[entry.port_name]) if entry.serves else lambda: True,
        ready_line=entry.ready_line,
        url=f"http://{at}" if entry.serves else None,
        metrics_url=f"http://{at}/metrics" if entry.has_metrics else None,
        after=tuple(name for name in entry.needs if name in running),
        stop_limit_s=entry.stop_limit_s,
        env=env if entry.serves else {**env, "METRICS_ADDRESS": at},
    )
