"""RabbitMQ as a stack runs it: an instance of its own, on the loopback, its data in the stack's folder."""

from pathlib import Path

from tools.devstack.ports import LOOPBACK, Ports
from tools.devstack.process import ProcessSpec
from tools.devstack.readiness import amqp_ready

# 512 MiB: far more than a day's messages; the default, 40 % of the machine, is no limit at all.
CONFIGURATION = """\
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = warning
log.file = false
"""


def url(port: int) -> str:
    """The broker's address with the development user, whom RabbitMQ lets in from this machine only."""
    return f"amqp://guest:guest@{LOOPBACK}:{port}/"


def broker(program: Path, ports: Ports, data: Path) -> ProcessSpec:
    """The broker's process. Everything that it would look for elsewhere on the machine is set."""
    home = data / "rabbitmq"
    home.mkdir(parents=True, exist_ok=True)
    (home / "rabbitmq.conf").write_text(CONFIGURATION)
    for name in ("environment.conf", "enabled_plugins", "advanced.config"):
        (home / name).write_text("[].\n" if name != "environment.conf" else "")
    env = {
        "HOME": str(home),
        # The same on every port, for the data's folder bears its name.
        "RABBITMQ_NODENAME": "buy-projects@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_NODE_PORT": str(ports["rabbitmq"]),
        "RABBITMQ_DIST_PORT": str(ports["rabbitmq_distribution"]),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "environment.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        # Erlang listens for other nodes on all interfaces otherwise; idle schedulers must not spin on two cores.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
        ),
        # Without the shell between us and Erlang: its process id is the broker's, and so are its signals.
        "RUNNING_UNDER_SYSTEMD": "true",
        "ERL_EPMD_PORT": str(ports["rabbitmq_epmd"]),
        "ERL_EPMD_ADDRESS": LOOPBACK,
    }
    return ProcessSpec(
        name="rabbitmq",
        command=(str(program),),
        ready=amqp_ready(ports["rabbitmq"]),
        url=url(ports["rabbitmq"]),
        env=env,
    )
