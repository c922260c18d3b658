"""Toxiproxy as a stack runs it: a TCP proxy before each connection that a test may want to break.

A process is led through a proxy by its own environment alone; everybody else, the description's readers too, has the
real addresses. The proxies stand in a file, so that they are there again, whole, after the proxy itself was killed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.devstack.ports import LOOPBACK, Ports
from tools.devstack.process import ProcessSpec
from tools.devstack.processes import INTAKE, WORKERS
from tools.devstack.readiness import http_ready

RUN_BY = tuple(worker.name for worker in WORKERS)
SAGAS = (INTAKE.name, *RUN_BY)


@dataclass(frozen=True)
class Route:
    """A link: the process at its end, the variable that leads there, and which processes are led."""

    name: str
    target: str
    variable: str
    users: tuple[str, ...]


ROUTES = (
    Route("payments", "payments", "PAYMENTS_URL", SAGAS),
    Route("projects", "projects", "PROJECTS_URL", SAGAS),
    Route("users", "users", "USERS_URL", SAGAS),
    Route("stripe", "stripe_simulator", "STRIPE_API_BASE", ("payments",)),
    Route("webhooks", "intake", "STRIPE_SIMULATOR_WEBHOOK_URL", ("stripe_simulator",)),
    # The intake speaks to no broker, and the Notifier's own connection is another link.
    Route("rabbitmq", "rabbitmq", "AMQP_URL", RUN_BY),
    Route("temporal", "temporal", "TEMPORAL_ADDRESS", SAGAS),
)


def led_through(
    program: Path, specs: Sequence[ProcessSpec], environ: Mapping[str, str], ports: Ports, data: Path
) -> tuple[ProcessSpec, ...]:
    """The proxy's process and the others, led through it to whatever the stack itself runs."""
    routes = [route for route in ROUTES if _is_ours(route, specs, environ, ports)]
    file = data / "toxiproxy.json"
    file.write_text(json.dumps([_proxy(route, ports) for route in routes], indent=2) + "\n")
    proxy = _server(program, ports, file)
    return (proxy, *(_led(spec, routes, environ, ports, proxy.name) for spec in specs))


def _is_ours(route: Route, specs: Sequence[ProcessSpec], environ: Mapping[str, str], ports: Ports) -> bool:
    """Not another's Temporal or broker, nor Stripe itself."""
    return any(spec.name == route.target for spec in specs) and _address(route, ports) in environ[route.variable]


def _address(route: Route, ports: Ports) -> str:
    return f"{LOOPBACK}:{ports[route.target]}"


def _detour(route: Route, ports: Ports) -> str:
    return f"{LOOPBACK}:{ports[f'link_{route.name}']}"


def _proxy(route: Route, ports: Ports) -> dict[str, str | bool]:
    return {"name": route.name, "listen": _detour(route, ports), "upstream": _address(route, ports), "enabled": True}


def _led(
    spec: ProcessSpec, routes: Sequence[Route], environ: Mapping[str, str], ports: Ports, proxy: str
) -> ProcessSpec:
    env = {
        route.variable: environ[route.variable].replace(_address(route, ports), _detour(route, ports))
        for route in routes
        if spec.name in route.users
    }
    return replace(spec, env={**spec.env, **env}, after=(*spec.after, proxy)) if env else spec


def _server(program: Path, ports: Ports, file: Path) -> ProcessSpec:
    port = ports["toxiproxy"]
    return ProcessSpec(
        name="toxiproxy",
        command=(str(program), "-host", LOOPBACK, "-port", str(port), "-config", str(file)),
        ready=http_ready(port, "/version"),
        url=f"http://{LOOPBACK}:{port}",
        # It would tell of each connection.
        env={"LOG_LEVEL": "error"},
    )
