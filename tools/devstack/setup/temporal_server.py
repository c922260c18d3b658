"""The Temporal development server: one program that holds server, store and web UI."""

import os
import shutil
from pathlib import Path

from tools.devstack.setup import golang
from tools.devstack.setup.machine import Machine, Patience, SetupError
from tools.devstack.setup.versions import TEMPORAL_CLI, TEMPORAL_SERVER_MIN, shown

MODULE = f"github.com/temporalio/cli/cmd/temporal@{TEMPORAL_CLI}"
# The command line says of itself which server it holds.
SERVER = r"Server (\d+(?:\.\d+)+)"
OTHERWISE = "put a `temporal` program on PATH, or set TEMPORAL_ADDRESS to a running server"
# A download that brings nothing for 30 s will bring nothing.
DOWNLOAD_PATIENCE_S = 30


def cached(machine: Machine) -> Path:
    """Where the set-up puts the program."""
    return machine.cache / "bin" / "temporal"


def find(machine: Machine) -> Path | None:
    """The program that a stack starts: the one on PATH if it is new enough, else ours; None if there is neither."""
    return machine.first("temporal", TEMPORAL_SERVER_MIN, SERVER)


def provide(machine: Machine) -> None:
    """Have a server: a running one, one on PATH, ours, the SDK's download, or built by Go, whichever comes first."""
    if address := machine.env.get("TEMPORAL_ADDRESS"):
        machine.say(f"Temporal: TEMPORAL_ADDRESS is set, the server at {address} is used")
        return
    if find(machine) is not None:
        return
    cached(machine).parent.mkdir(parents=True, exist_ok=True)
    if not _downloaded(machine):
        machine.say("That takes some 3 minutes on 2 cores, once")
        golang.install(machine, {MODULE: cached(machine)}, otherwise=OTHERWISE)
    if not machine.is_new_enough(cached(machine), TEMPORAL_SERVER_MIN, SERVER):
        raise SetupError(f"{cached(machine)} does not run as Temporal server {shown(TEMPORAL_SERVER_MIN)} or newer.")


def _downloaded(machine: Machine) -> bool:
    folder = machine.cache / "download"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        machine.run(
            "Downloading the Temporal development server with the SDK",
            [machine.venv_python, "-m", "tools.devstack.setup.sdk_download", folder],
            patience=Patience(folder, DOWNLOAD_PATIENCE_S),
            hint="No harm: it is built with Go instead.",
        )
    except SetupError as error:
        machine.say(f"  not to be had that way: {str(error).splitlines()[1][:160]}")
    # The SDK puts the file in place only when it is complete; its own exit code tells less than the file.
    programs = [path for path in folder.iterdir() if path.is_file() and os.access(path, os.X_OK)]
    if programs and machine.is_new_enough(programs[0], TEMPORAL_SERVER_MIN, SERVER):
        programs[0].replace(cached(machine))
    shutil.rmtree(folder, ignore_errors=True)
    return cached(machine).exists()
