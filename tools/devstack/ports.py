"""Which TCP ports a stack uses, all on the loopback, and who sits on one that it cannot have."""

import random
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from tools.devstack.errors import StackError
from tools.devstack.processes import IN_STACK

LOOPBACK = "127.0.0.1"

# Of our own processes, and of what is around them.
DEFAULTS = {entry.port_name: entry.port for entry in IN_STACK} | {
    "temporal": 7233,
    "temporal_ui": 8233,
    "rabbitmq": 5672,
    "postgres": 5432,
}
# Toxiproxy's own default, and one above it for each of its proxies; only a stack with links uses them.
LINKS = {
    "toxiproxy": 8474,
    "link_payments": 8475,
    "link_projects": 8476,
    "link_users": 8477,
    "link_stripe": 8478,
    "link_webhooks": 8479,
    "link_rabbitmq": 8480,
    "link_temporal": 8481,
}
# Erlang's own two ports follow RabbitMQ's, as its makers have it for the first: two brokers never share one.
DERIVED = {"rabbitmq_distribution": 20_000, "rabbitmq_epmd": 1_000}
NAMES = (*DEFAULTS, *DERIVED, *LINKS)

# What the system gives to outgoing connections begins here; a server's port drawn from there may be taken by then, by
# its very client. Temporal's PostgreSQL keeps ports as smallint, below 32768 too.
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
OUTGOING_DEFAULT = 32_768
# Below them are the well-known ports and the usual ones of databases and of this project.
FIRST = 10_000
BLOCK_SIZE = 32
# Most blocks would have to be taken before this many tries fail by chance.
TRIES_MAX = 50

Ports = Mapping[str, int]


def variable(name: str) -> str:
    """The environment variable that moves a port."""
    owner = "rabbitmq" if name in DERIVED else name
    return f"{owner.upper()}_PORT"


def from_environment(environ: Mapping[str, str]) -> dict[str, int]:
    """The default ports, each moved by its variable. Raises StackError on one that is no port."""
    ports = {
        name: _number(variable(name), environ.get(variable(name)) or default)
        for name, default in {**DEFAULTS, **LINKS}.items()
    }
    for name, distance in DERIVED.items():
        above = ports["rabbitmq"] + distance
        ports[name] = above if above <= 65_535 else ports["rabbitmq"] - distance
    return ports


def _number(name: str, value: str | int) -> int:
    if str(value).isdecimal() and 1 <= int(value) <= 65_535:
        return int(value)
    raise StackError(f"{name} is {value!r}; a port is a number from 1 to 65535.")


def blocks(outgoing: str) -> range:
    """Where each block of ports begins: below the range of outgoing connections, unless that leaves no room."""
    first = int(outgoing.split(maxsplit=1)[0])
    has_room = first >= FIRST + TRIES_MAX * BLOCK_SIZE
    end = min(first, OUTGOING_DEFAULT) if has_room else OUTGOING_DEFAULT
    return range(FIRST, end - BLOCK_SIZE + 1, BLOCK_SIZE)


def claim_block() -> tuple[socket.socket, dict[str, int]]:
    """Free ports for a stack, and the socket that keeps others away from them while it is open."""
    claim, free = _claim()
    return claim, dict(zip(NAMES, free, strict=False))


def free_port() -> int:
    """A port that nobody has and no other stack, test or tool is given while this process lives."""
    return next(port for port in _OWN if is_free(port))


def _own_ports() -> Iterator[int]:
    while True:
        # The claim is open as long as this generator is.
        claim, free = _claim()
        with claim:
            yield from free


_OWN = _own_ports()


def _claim() -> tuple[socket.socket, range]:
    """A block of free ports, and the socket at its first port that says whose it is."""
    outgoing = OUTGOING.read_text() if OUTGOING.exists() else str(OUTGOING_DEFAULT)
    for start in random.sample(blocks(outgoing), TRIES_MAX):
        claim = _listen(start)
        if claim is None:
            continue
        free = range(start + 1, start + BLOCK_SIZE)
        if all(is_free(port) for port in free):
            return claim, free
        claim.close()
    raise StackError("No free ports were found below those of outgoing connections.")


def _listen(port: int) -> socket.socket | None:
    listener = socket.socket()
    # As every server does: a connection of an earlier run that is not quite over is no obstacle.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except OSError:
        listener.close()
        return None
    return listener


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    listener = _listen(port)
    if listener is None:
        return False
    listener.close()
    return True


def require_free(ports: Ports) -> None:
    """Raise StackError that names each taken port, who has it and what to set."""
    taken = [
        f"Port {port} ({name}) is taken by {_holder(port)}: set {variable(name)} to another"
        for name, port in ports.items()
        if not is_free(port)
    ]
    if taken:
        raise StackError("\n".join([*taken, "Or let the stack choose free ports: --ports auto"]))


def _holder(port: int) -> str:
    for connection in psutil.net_connections(kind="tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens and connection.pid:
            return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "a process of another user"
