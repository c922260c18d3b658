"""What the set-up does where Debian's packages are needed."""

from pathlib import Path

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import apt, rabbitmq_server
from tools.devstack.setup.machine import SetupError

COMMAND = "sudo apt-get install -y --no-install-recommends rabbitmq-server"
TOOLS = "PATH=$PATH:/usr/bin:/bin; "


def test_a_missing_broker_without_apt_names_the_container(fake: FakeMachine) -> None:
    """Where no packages can be had the message tells of docker compose and AMQP_URL."""
    with pytest.raises(SetupError, match=r"docker compose up -d rabbitmq\n.*AMQP_URL=amqp://"):
        rabbitmq_server.provide(fake.machine())


def test_sudo_that_wants_a_password_is_not_waited_for(fake: FakeMachine) -> None:
    """Without a terminal the exact command is told, and sudo is only asked with -n."""
    fake.program(fake.bin / "apt-get", "exit 0")
    fake.program(fake.bin / "sudo", f"{TOOLS} [ $1 = -n ] && exit 1; sleep 600")
    with pytest.raises(SetupError) as caught:
        rabbitmq_server.provide(fake.machine())
    assert COMMAND in str(caught.value)
    assert "docker compose up -d rabbitmq" in str(caught.value)


def test_sudo_without_a_password_installs(fake: FakeMachine) -> None:
    """The script runs behind `sudo -n`, with the packages and units as its arguments."""
    fake.program(fake.bin / "apt-get", "exit 0")
    fake.program(fake.bin / "sudo", f'{TOOLS} shift; [ $1 = true ] || echo "$@" > {fake.folder}/asked')
    apt.install(fake.machine(), ["one", "two"], units=["one.service"], hint="")
    asked = (fake.folder / "asked").read_text().split()
    assert asked[:2] == ["sh", "-c"]
    assert asked[-4:] == ["sh", "one", "two", "one.service"]


def test_a_broker_of_ones_own_needs_no_package(fake: FakeMachine) -> None:
    """With AMQP_URL set nothing is looked for, and it is said."""
    rabbitmq_server.provide(fake.machine(AMQP_URL="amqp://me:secret@broker/"))
    assert fake.said == ["RabbitMQ: AMQP_URL is set, that broker is used"]


def test_the_brokers_version_stands_in_its_folder(fake: FakeMachine, tmp_path: Path) -> None:
    """The program is a link into a folder that bears the version; nothing is started to learn it."""
    program = fake.program(tmp_path / "lib" / "rabbitmq_server-3.10.8" / "sbin" / "rabbitmq-server", "exit 1")
    link = tmp_path / "rabbitmq-server"
    link.symlink_to(program)
    assert rabbitmq_server.version(fake.machine(), link) == (3, 10, 8)
