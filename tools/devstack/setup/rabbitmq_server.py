"""RabbitMQ: only its files are wanted, a stack runs an instance of its own."""

from pathlib import Path

from tools.devstack.setup import apt
from tools.devstack.setup.machine import Machine, require, version_in
from tools.devstack.setup.versions import RABBITMQ_MIN

# Debian's wrapper on PATH refuses every user but its own; the program itself does not.
DEBIANS = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
BY_CONTAINER = (
    "Or run it in a container: docker compose up -d rabbitmq\n"
    "and tell the stack to use it: export AMQP_URL=amqp://guest:guest@127.0.0.1:5672/"
)


def find(machine: Machine) -> Path | None:
    """The program to start, not a wrapper of it; None when it is missing."""
    on_path = machine.find("rabbitmq-server")
    return DEBIANS if on_path is not None and DEBIANS.exists() else on_path


def version(machine: Machine, program: Path) -> tuple[int, ...] | None:
    """Its version, by the name of its folder; asking the program itself would start Erlang."""
    by_name = version_in(str(program.resolve()), r"rabbitmq(?:_server)?[-/](\d+(?:\.\d+)+)")
    return by_name or version_in(machine.output(program.with_name("rabbitmqctl"), "version"), r"^(\d+(?:\.\d+)+)")


def provide(machine: Machine) -> None:
    """Have RabbitMQ's programs, the system's own broker staying off."""
    if machine.env.get("AMQP_URL"):
        machine.say("RabbitMQ: AMQP_URL is set, that broker is used")
        return
    if find(machine) is None:
        units = ("rabbitmq-server.service", "epmd.service", "epmd.socket")
        apt.install(machine, ["rabbitmq-server"], units=units, hint=BY_CONTAINER)
    program = find(machine)
    found = version(machine, program) if program else None
    require("RabbitMQ", found, RABBITMQ_MIN, hint=BY_CONTAINER)
