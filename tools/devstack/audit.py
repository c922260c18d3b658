"""`make audit`: `flask purchases audit` of the stack that runs here; where none does, of what the environment names."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from temporalio.client import Client

from audit.auditor import audit
from audit.report import Report
from audit.settings import SERVICES
from engine import data_converter
from tools.devstack.description import command_line, description_at, payload_settings
from tools.devstack.errors import StackError
from tools.devstack.options import ROOT, StackOptions

# What belongs together the stack's description says, or whoever has set the environment.
COMMAND = (sys.executable, "-m", "flask", "--app", "operators.command_line", "purchases", "--mixed", "audit")


async def audit_stack(description: Mapping[str, Any], tell: Callable[[str], None] = lambda _: None) -> Report:
    """The audit of a stack by its description (`.run/stack.json`). Raises audit.CouldNotRead."""
    urls = {name: description["processes"][name]["url"] for name in SERVICES}
    return await audit(urls, description["service_token"], await connect(description), tell)


async def connect(description: Mapping[str, Any], **more: Any) -> Client:
    """A client of a stack's Temporal server; it connects at its first call. `more` as `Client.connect` takes it."""
    temporal = description["temporal"]
    converter = data_converter(payload_settings(description))
    return await Client.connect(
        temporal["address"], namespace=temporal["namespace"], data_converter=converter, lazy=True, **more
    )


def main(arguments: list[str]) -> int:
    """Audit; the exit codes are the command's."""
    parser = argparse.ArgumentParser(prog="tools.devstack.audit", add_help=False)
    parser.add_argument("--data", default=StackOptions().data)
    given, arguments = parser.parse_known_args(arguments)
    told: dict[str, str] = {}
    with suppress(StackError):
        told = command_line(description_at(StackOptions(data=given.data).folder))
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, env=os.environ | told, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
