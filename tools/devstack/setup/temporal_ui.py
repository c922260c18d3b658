"""What the stand-ins of Temporal's images hold beside its programs: the web UI, and the images' own configuration."""

from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine
from tools.devstack.setup.versions import TEMPORAL_SERVER, TEMPORAL_UI

UI = f"github.com/temporalio/ui-server/v2/cmd/server@{TEMPORAL_UI}"
UI_SOURCE = f"github.com/temporalio/ui-server/v2@{TEMPORAL_UI}"
SERVER_SOURCE = f"go.temporal.io/server@{TEMPORAL_SERVER}"
OTHERWISE = "do without `make prove-compose`, which alone needs it"
# By this template the images turn variables into settings.
TEMPLATE = "config/docker.yaml"


def program(machine: Machine) -> Path:
    """Where the set-up puts the UI's program."""
    return machine.cache / "bin" / "temporal-ui-server"


def provide(machine: Machine) -> None:
    """Have the UI's program, and the templates of server and UI."""
    built = program(machine)
    folder = machine.cache / "compose" / "temporal"
    golang.take(machine, SERVER_SOURCE, {TEMPLATE: folder / "server.yaml"}, otherwise=OTHERWISE)
    golang.take(machine, UI_SOURCE, {TEMPLATE: folder / "ui.yaml"}, otherwise=OTHERWISE)
    golang.provide(machine, {UI: built}, lambda: machine.output(built, "--version"), otherwise=OTHERWISE)
